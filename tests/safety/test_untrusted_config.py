"""The configuration of a stranger's checkout: it cannot make dropcheck write elsewhere, wait, or tell what is in a variable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_project import BAD, Project

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs symbolic links and pipes")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    folder = tmp_path / "checkout"
    folder.mkdir()
    tmp_path.joinpath("precious.json").write_text("precious")
    project = Project(folder, monkeypatch, capsys)
    project.write("net.py", BAD)
    (folder / "out").symlink_to(tmp_path)
    (folder / "link.json").symlink_to(tmp_path / "precious.json")
    return project


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of the user outside the checkout, and of the checkout itself."""
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


OUTSIDE = (
    "../precious.json",
    "~/.cache/new.json",
    "$HOME/new.json",
    "/tmp/new.json",
    "out/precious.json",
    "link.json",
    "..",
    ".",
)
SUFFIXES = ".json, .jsonl, .log, .md, .ndjson, .sarif, .txt or .xml"


@pytest.mark.parametrize("place", OUTSIDE)
@pytest.mark.parametrize("file", ["dropcheck.toml", "pyproject.toml"])
@pytest.mark.parametrize("option", ["cache-dir", "baseline", "output-format"])
def test_what_is_written_stays_in_the_folder_of_the_file(project: Project, option: str, file: str, place: str) -> None:
    table = "[tool.dropcheck]\n" if file == "pyproject.toml" else ""
    value = f"sarif:{place}/x.sarif" if place == ".." else f"sarif:{place}"
    if option == "output-format" and place[0] in ".~$" and not place.startswith("../"):
        return  # these are names of files in the folder, since nothing is expanded
    project.write(file, f'{table}{option} = "{value if option == "output-format" else place}"\n')
    before = everything(project.folder.parent)
    for arguments in ((), ("--prune-baseline",), ("--fix",), ("--diff",)):
        code, out, err = project.run(*arguments)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert err.startswith(f"error: {file}{' [tool.dropcheck]' if table else ''}: '{option}': ")
        said = "is not in the folder of this file, which is all that a file may name; use --"
        assert f"{said}{option} or DROPCHECK_{option.upper().replace('-', '_')}\n" in err
    assert everything(project.folder.parent) == before


@pytest.mark.parametrize("place", [".git/hooks/pre-commit", "setup.py", ".venv/lib/site.pth", "run", ".envrc", "link"])
def test_a_report_never_takes_the_place_of_code(project: Project, place: str) -> None:
    hook = project.write(".git/hooks/pre-commit", "#!/bin/sh\n")
    (project.folder / "link.txt").symlink_to(hook)
    place = "link.txt" if place == "link" else place
    project.write("dropcheck.toml", f'output-format = ["full", "concise:{place}"]\n')
    before = everything(project.folder)
    message = f"'output-format': '{place}' must end in {SUFFIXES}; for other names use --output-format or DROPCHECK_OUTPUT_FORMAT"
    assert project.run() == (2, "", f"error: dropcheck.toml: {message}\n")
    assert everything(project.folder) == before


def test_a_report_is_not_written_to_a_pipe(project: Project) -> None:
    os.mkfifo(project.folder / "pipe.json")
    project.write("dropcheck.toml", 'output-format = "json:pipe.json"\n')
    advice = "name another one, or use --output-format or DROPCHECK_OUTPUT_FORMAT"
    message = f"'output-format': 'pipe.json' is there and is no file; {advice}"
    assert project.run() == (2, "", f"error: dropcheck.toml: {message}\n")


def test_places_in_the_folder_work(project: Project) -> None:
    project.write(
        "dropcheck.toml", 'output-format = ["concise", "sarif:reports/a.sarif"]\ncache-dir = "build/cache"\nbaseline = "b.json"\n'
    )
    assert project.run("--write-baseline", "b.json")[0] == 0
    assert project.run()[0] == 0
    assert (project.folder / "reports" / "a.sarif").exists()
    assert project.run("--ignore-baseline")[0] == 1


def test_the_user_may_name_any_place(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    above = project.folder.parent
    assert project.run("--output-format", "concise:../report", "--cache-dir", "../new")[0] == 1
    assert (above / "report").read_text().startswith("net.py:7:16: DRP101")
    monkeypatch.setenv("DROPCHECK_CACHE_DIR", "../new")
    assert project.run("--write-baseline", "../known.json")[0] == 0
    monkeypatch.setenv("DROPCHECK_BASELINE", "../known.json")
    assert (above / "new" / "CACHEDIR.TAG").exists()
    assert project.run()[0] == 0
    assert project.run("--ignore-baseline")[0] == 1


def test_a_file_that_is_extended_names_places_in_its_own_folder(project: Project) -> None:
    (project.folder.parent / "base.toml").write_text('baseline = "precious.json"\n')
    project.write("dropcheck.toml", 'extend = "../base.toml"\n')
    assert "precious.json: is not a baseline" in project.run()[2]
    (project.folder.parent / "base.toml").write_text('baseline = "../precious.json"\n')
    assert "is not in the folder of this file" in project.run()[2]


@pytest.mark.parametrize("place", ["pipe.toml", "/dev/zero", "/dev/stdin", "out", "$TOKEN", "${TOKEN}/x.toml"])
def test_what_is_extended_is_a_file_and_its_name_tells_no_secret(
    project: Project, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    os.mkfifo(project.folder / "pipe.toml")
    project.write("dropcheck.toml", f'extend = "{place}"\n')
    assert project.run() == (2, "", f"error: dropcheck.toml: 'extend': '{place}' is no file; name another one\n")


HOSTILE_FILES = {
    "nested arrays": "select = " + "[" * 5000 + "]" * 5000,
    "nested keys": "select" + ".a" * 20000 + " = 1",
    "nested tables": "x = " + "{a = " * 5000 + "1" + "}" * 5000,
    "long number": "jobs = " + "9" * 10000,
    "long string": f'select = ["{"x" * 2_000_000}"]',
    "control characters": 'select = ["\\u001b[2J\\u202e"]',
    "impossible glob": 'exclude = ["[z-a]/x"]',
    "long glob": f'exclude = ["{"[a]" * 20000}"]',
    "not text": 'select = ["\ud800"]',
    "a date": "fix = 1979-05-27",
    "infinite": 'functions = [{ name = "a.b", p = "p", p-default = nan }]',
    "null character": 'extend = "a\\u0000b"',
    "null character in a place": 'cache-dir = "a\\u0000b"',
    "null character in a report": 'output-format = "json:a\\u0000b.json"',
    "null character in a baseline": 'baseline = "a\\u0000b"',
}


@pytest.mark.parametrize("text", HOSTILE_FILES.values(), ids=HOSTILE_FILES.keys())
def test_no_file_crashes_a_run(project: Project, text: str) -> None:
    project.write("dropcheck.toml", text.encode("utf-8", "surrogatepass") + b"\n")
    code, out, err = project.run("--no-cache", "--output-format", "concise")
    assert "Traceback" not in err
    assert all(line.isprintable() for line in err.splitlines())
    if code == 2:
        assert out == ""
        assert "dropcheck.toml: " in err
        assert err.count("\n") == 1
        assert len(err) < 2000
    else:
        assert "DRP101" in out
