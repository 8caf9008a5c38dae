"""A bug of ours costs one file, and its report can be recognised."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD, GOOD

from dropcheck.engine.faults import report_id
from robustness.command import environment, one_line

#: The command with a bug: the sieve, extraction or judging fails for one file.
SCRIPT = """
import sys
from dropcheck.__main__ import main
from dropcheck.engine import pool
from dropcheck.engine.workspace import Workspace
from dropcheck.extract import extract
from dropcheck.rules import judge
from dropcheck.sieve import Sieve

pool.POOL_PAYS_FROM = 0 if "--jobs=2" in sys.argv else pool.POOL_PAYS_FROM
STAGE = sys.argv.pop(1)


def broken(path):
    if path == "cursed.py":
        raise KeyError("a secret\\nof the file \\x1b[31m")


def extracting(text, path, **rest):
    broken(path)
    return extract(text, path, **rest)


real = Workspace.findings


def judging(self, path):
    broken(path)
    return real(self, path)


look = Sieve.look


def looking(self, raw):
    broken("cursed.py" if b"cursed" in raw else "")
    return look(self, raw)


if STAGE == "sieve":
    Sieve.look = looking
elif STAGE == "extract":
    pool.extract = extracting
else:
    Workspace.findings = judging
sys.exit(main(sys.argv[1:]))
"""
LINE = r"cursed.py: internal error: KeyError: .* \(<string>:\d+\), report ([0-9a-f]{8}); please report it with this line \(.*\)"


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    words = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.py", "cursed.py", "z.py"):
        (tmp_path / name).write_text(f"{BAD}# {name}\n")
    return tmp_path


@pytest.mark.parametrize("stage", ["sieve", "extract", "judge"])
@pytest.mark.parametrize("arguments", [("check",), ("check", "--fix"), ("check", "--jobs=2"), ("inventory",)], ids=" ".join)
def test_the_bug_is_one_line_and_the_others_go_on(folder: Path, stage: str, arguments: tuple[str, ...]) -> None:
    code, out, error = run(folder, stage, *arguments)
    assert code == 2
    assert re.fullmatch(LINE, one_line(error)), error
    assert "\x1b" not in error
    if "--fix" in arguments:
        fixed = [(folder / name).read_text().startswith(GOOD) for name in ("a.py", "cursed.py", "z.py")]
        assert fixed == [True, False, True]
    else:
        assert ("a.py" in out, "z.py" in out) == (True, True)


@pytest.mark.parametrize("jobs", ["--jobs=1", "--jobs=2"])
def test_the_traceback_is_shown_to_who_asks(folder: Path, jobs: str) -> None:
    code, _, error = run(folder, "extract", "check", "--verbose", jobs)
    assert code == 2
    assert "Traceback (most recent call last):" in error
    assert "\x1b" not in error


def test_the_id_is_that_of_the_bug(folder: Path) -> None:
    def id_in(*arguments: str) -> str:
        found = re.search(LINE, run(folder, *arguments)[2])
        assert found is not None
        return found[1]

    first = id_in("extract", "check")
    (folder / "cursed.py").write_text(f"\n\n{BAD}")
    assert id_in("extract", "check", "--select", "ALL") == first
    assert id_in("judge", "check") != first


def test_the_id_does_not_depend_on_how_deep_a_recursion_got() -> None:
    def fall(depth: int) -> None:
        if not depth:
            raise ValueError(str(depth))
        fall(depth - 1)

    ids = set()
    for depth in (3, 30):
        with pytest.raises(ValueError, match="0") as caught:
            fall(depth)
        ids.add(report_id(caught.value))
    assert len(ids) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [("check",), ("inventory",), ("refactor",), ("rule", "--all"), ("config",)])
def test_output_that_cannot_be_written_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "a.py").write_text(BAD)
    words = [sys.executable, "-m", "dropcheck", *arguments]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, cwd=tmp_path, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert one_line(done.stderr) == "stdout: cannot be written: No space left on device"
