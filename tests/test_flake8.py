"""The flake8 plugin, in a real flake8 run."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cli_project import BAD, GOOD, UNSAFE
from markdown import ROOT, fences, read

BOTH = BAD + UNSAFE.partition("nn\n")[2].replace("Net", "Other")
FIRST = "net.py:7:16: DRP101 `dropout` without `training` stays on in evaluation: its default is `training=True`\n"
SECOND = "net.py:12:16: DRP102 `dropout` with `training=True` stays on in evaluation\n"


class Flake8:
    """A folder, and flake8 run in it."""

    def __init__(self, folder: Path, plugin: Path) -> None:
        self.folder = folder
        self._environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(plugin), str(ROOT)))}

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        command = [sys.executable, "-m", "flake8", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environ, input=stdin, capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The entry points of ``pyproject.toml``, as an installation writes them: what is installed here may be older."""
    folder = tmp_path_factory.mktemp("plugin")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    info = folder / "dropcheck-9999.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: dropcheck\nVersion: 9999\n")
    lines = (
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    )
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def flake8(tmp_path: Path, plugin: Path) -> Flake8:
    return Flake8(tmp_path, plugin)


def test_findings_are_violations(flake8: Flake8) -> None:
    flake8.write("net.py", BOTH)
    flake8.write("good.py", GOOD)
    assert flake8.run("net.py", "good.py") == (1, FIRST + SECOND, "")
    code, out, _ = flake8.run("--version")
    assert code == 0
    assert "dropcheck: 9999" in out


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("--select", "DRP"), FIRST + SECOND),
        (("--select", "DRP101"), FIRST),
        (("--select", "E,F,W"), ""),
        (("--extend-ignore", "DRP101"), SECOND),
        (("--ignore", "DRP1"), ""),
        (("--per-file-ignores", "net.py:DRP102"), FIRST),
        (("--per-file-ignores", "other.py:DRP102"), FIRST + SECOND),
        (("--exclude", "net.py"), ""),
    ],
)
def test_flake8_selects(flake8: Flake8, arguments: tuple[str, ...], output: str) -> None:
    flake8.write("net.py", BOTH)
    assert flake8.run(*arguments, "net.py") == (1 if output else 0, output, "")


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: DRP101", "# noqa:E501,DRP1", "# NoQA: drp101"])
def test_noqa_is_flake8s(flake8: Flake8, comment: str) -> None:
    flake8.write("net.py", BOTH.replace("0.5)\n", f"0.5)  {comment}\n", 1))
    assert flake8.run("net.py") == (1, SECOND, "")
    assert flake8.run("--disable-noqa", "net.py") == (1, FIRST + SECOND, "")


@pytest.mark.parametrize("comment", ["# dropcheck: ignore[DRP101] as it was", "# dropcheck: always-on (sampling)"])
def test_own_comments_hold_whatever_flake8_says(flake8: Flake8, comment: str) -> None:
    flake8.write("net.py", BOTH.replace("0.5)\n", f"0.5)  {comment}\n", 1))
    assert flake8.run("net.py") == (1, SECOND, "")
    assert flake8.run("--disable-noqa", "net.py") == (1, SECOND, "")


def test_own_configuration_decides_what_is_looked_for(flake8: Flake8) -> None:
    flake8.write("net.py", BOTH)
    flake8.write("old/net.py", BOTH)
    flake8.write("dropcheck.toml", 'ignore = ["DRP101"]\nexclude = ["old"]\n')
    assert flake8.run() == (1, f"./{SECOND}", "")
    assert flake8.run("old/net.py", "net.py") == (1, SECOND, "")


def test_standard_input_has_its_display_name(flake8: Flake8) -> None:
    flake8.write("net.py", GOOD)
    assert flake8.run("-", stdin=BOTH) == (1, (FIRST + SECOND).replace("net.py", "stdin"), "")
    flake8.write("dropcheck.toml", '[per-file-ignores]\n"model.py" = ["DRP102"]\n')
    arguments = ("--stdin-display-name", "src/model.py", "-")
    assert flake8.run(*arguments, stdin=BOTH) == (1, FIRST.replace("net.py", "src/model.py"), "")
    flake8.write("dropcheck.toml", 'exclude = ["src"]\n')
    assert flake8.run(*arguments, stdin=BOTH) == (0, "", "")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_findings_are_those_of_the_linked_project(flake8: Flake8, jobs: str) -> None:
    shutil.copytree(ROOT / "fixtures/projects/bad_absolute_helper", flake8.folder / "project")
    shutil.copytree(ROOT / "fixtures/projects/bad_absolute_import", flake8.folder / "second")
    code, out, _ = flake8.run("--jobs", jobs, "--select", "DRP", "project", "second")
    assert code == 1
    assert [line.split(": ")[1].split()[0] for line in sorted(out.splitlines())] == ["DRP108", "DRP101"]
    code, alone, _ = flake8.run("--select", "DRP", "project/pkg/net.py")
    assert (code, alone) == (1, out.splitlines(keepends=True)[0])


def test_line_endings_and_wide_characters(flake8: Flake8) -> None:
    text = BAD.replace("return F", 'return "é😀" and F').replace("\n", "\r\n")
    (flake8.folder / "net.py").write_bytes(text.encode())
    assert flake8.run("--select", "DRP", "net.py") == (1, FIRST.replace(":16:", ":25:"), "")


def test_what_the_page_shows(flake8: Flake8) -> None:
    flake8.write("net.py", BAD)
    (block,) = fences(read("docs/other-tools.md"), "console")
    command, _, output = block.partition("\n")
    assert flake8.run(*command.removeprefix("$ flake8 ").split()) == (1, output, "")


def test_a_wrong_configuration_is_one_line(flake8: Flake8) -> None:
    flake8.write("net.py", BAD)
    flake8.write("dropcheck.toml", "selct = []\n")
    code, out, err = flake8.run("net.py")
    assert (code, err) == (1, "")
    assert out.splitlines()[1] == "dropcheck: dropcheck.toml: unknown option 'selct'; did you mean 'select'?"
