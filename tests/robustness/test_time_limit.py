"""A file that takes too long is one line, whether Python or native code is what takes so long."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD

from robustness.command import environment, one_line

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs an alarm")

#: The command with work that never ends on one file: in the sieve, in Python, or in native code that hears no signal.
SCRIPT = """
import ctypes, sys, time
import libcst
from dropcheck.__main__ import main
from dropcheck.engine import pool
from dropcheck.extract import extract
from dropcheck.sieve import Sieve

pool.POOL_PAYS_FROM = 0 if "--jobs=2" in sys.argv else pool.POOL_PAYS_FROM


def slow(text, path, **rest):
    if path == "python.py":
        while True:
            pass
    if path == "waiting.py":  # as on a machine that has no time for us
        time.sleep(4)
    if path == "stuck.py":
        time.sleep(3_000)
    if path == "native.py":
        libcst.parse_module("match x:\\n case " + "(" * 40 + "x" + ")" * 40 + ": pass\\n")
    return extract(text, path, **rest)


look = Sieve.look


def slow_look(self, raw):
    while b"# slow to look at" in raw:
        pass
    return look(self, raw)


pool.extract = slow
Sieve.look = slow_look
sys.exit(main(sys.argv[1:]))
"""


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    limit = () if any(word.startswith("--timeout") for word in arguments) else ("--timeout-per-file=2",)
    words = [sys.executable, "-c", SCRIPT, *arguments, *limit]
    done = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("jobs", ["--jobs=1", "--jobs=2"])
@pytest.mark.parametrize("command", ["check", "inventory", "refactor"])
def test_slow_python_is_given_up(tmp_path: Path, command: str, jobs: str) -> None:
    for name in ("fine.py", "python.py", "other.py"):
        (tmp_path / name).write_text(BAD)
    code, out, error = run(tmp_path, command, jobs, ".")
    assert code == 2
    assert one_line(error) == "python.py: took longer than 2 s; exclude it, or allow more with --timeout-per-file"
    assert ("fine.py" in out, "other.py" in out) == (True, True)


@pytest.mark.parametrize("jobs", ["--jobs=1", "--jobs=2"])
@pytest.mark.parametrize("command", ["check", "inventory", "refactor"])
def test_a_text_that_is_slow_to_look_at_is_given_up(tmp_path: Path, command: str, jobs: str) -> None:
    for name in ("fine.py", "other.py"):
        (tmp_path / name).write_text(BAD)
    (tmp_path / "sieve.py").write_text(f"{BAD}# slow to look at\n" + "x = 1  # padding\n" * 3_000)
    code, out, error = run(tmp_path, command, jobs, ".")
    assert code == 2
    assert one_line(error) == "sieve.py: took longer than 2 s; exclude it, or allow more with --timeout-per-file"
    assert ("fine.py" in out, "other.py" in out) == (True, True)


@pytest.mark.parametrize("jobs", ["--jobs=1", "--jobs=2"])
def test_native_code_that_never_ends_is_given_up(tmp_path: Path, jobs: str) -> None:
    for name in ("fine.py", "other.py"):
        (tmp_path / name).write_text(BAD)
    # What is long is worked on in a process of its own, also where one process was asked for.
    (tmp_path / "native.py").write_text(BAD + "x = 1  # padding\n" * 7_000)
    code, out, error = run(tmp_path, "check", "--no-cache", jobs, ".")
    assert code == 2
    assert one_line(error) == "native.py: took longer than 2 s; exclude it, or allow more with --timeout-per-file"
    assert ("fine.py" in out, "other.py" in out) == (True, True)


def test_a_machine_that_is_busy_makes_no_file_too_slow(tmp_path: Path) -> None:
    (tmp_path / "waiting.py").write_text(BAD)
    code, out, error = run(tmp_path, "check", "--output-format=concise", ".")
    assert (code, out.count("DRP101")) == (1, 1), error


def test_what_waits_for_ever_is_given_up_too(tmp_path: Path) -> None:
    (tmp_path / "fine.py").write_text(BAD)
    (tmp_path / "stuck.py").write_text(BAD + "x = 1  # padding\n" * 7_000)
    code, out, error = run(tmp_path, "check", "--no-cache", "--timeout-per-file=1", ".")
    assert code == 2
    assert one_line(error) == "stuck.py: took longer than 1 s; exclude it, or allow more with --timeout-per-file"
    assert "fine.py" in out


def test_no_image_of_a_process_is_left_behind(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("none is allowed anyway")
    (tmp_path / "native.py").write_text(BAD + "x = 1  # padding\n" * 7_000)
    command = f'ulimit -c unlimited; exec {sys.executable} -c "$1" check --no-cache --timeout-per-file=1 .'
    done = subprocess.run(
        ["sh", "-c", command, "sh", SCRIPT],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert one_line(done.stderr).startswith("native.py: took longer than 1 s")
    assert [path.name for path in tmp_path.iterdir()] == ["native.py"]


def test_an_alarm_that_is_not_needed_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "fine.py").write_text(BAD)
    assert run(tmp_path, "check", "fine.py")[0] == 1


@pytest.mark.parametrize("value", ["0", "-1", "soon"])
def test_the_limit_must_be_a_number_above_zero(tmp_path: Path, value: str) -> None:
    code, _, error = run(tmp_path, f"--timeout-per-file={value}")
    assert code == 2
    assert "--timeout-per-file" in error
