"""What is published: the wheel, the sdist, and the page on PyPI."""

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from markdown import ROOT, read

from dropcheck import __version__

BUILD = tomllib.loads(read("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        return email.message_from_bytes(archive.read(f"dropcheck-{__version__}.dist-info/METADATA"))


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    sources = {path for path in (ROOT / "dropcheck").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == {path.relative_to(ROOT).as_posix() for path in sources}
    assert {"dropcheck/py.typed", "dropcheck/config/dropcheck.schema.json"} <= names


def test_the_sdist_holds_what_the_tests_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    tops = {name.split("/")[0] for name in names}
    assert set(BUILD) <= tops
    assert "tests/test_packaging.py" in names
    assert not any("__pycache__" in name or name.startswith(".dropcheck_cache") for name in names)


def test_pypi_takes_them(built: Path) -> None:
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, sorted(built.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == 2


def test_metadata(metadata: Message) -> None:
    assert metadata["Name"] == "dropcheck"
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert [re.split(r"[>=<]", line)[0] for line in required] == ["click", "libcst", "pathspec", "rich"]


def test_every_link_on_pypi_leads_somewhere(metadata: Message) -> None:
    text = str(metadata.get_payload())
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    site = [target.removeprefix("https://dropcheck.readthedocs.io/") for target in targets if "readthedocs.io" in target]
    assert len(site) > 30
    assert all(target.startswith("https://") for target in targets)
    for target in site:
        page = target.partition("#")[0].rstrip("/")
        known = (f"docs/{page}", f"docs/{page}.md", f"docs/{page}/index.md", f"{page.upper()}.md")
        assert any((ROOT / name).is_file() for name in known), target
