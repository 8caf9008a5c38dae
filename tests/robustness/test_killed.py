"""Whatever ends the process, and whenever: each file is the old one or the new one, and nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_project import BAD, GOOD

from benchmarks.killed_fixes import kill_fixes
from dropcheck.source.text import read_source
from dropcheck.source.write import write_source
from robustness.command import command, environment, run
from robustness.test_time_limit import SCRIPT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
PAD = "# padding\n" * 200
#: DROPCHECK_KILLS is read by the tests only; 200 with 500 files is what docs/reliability.md tells.
ROUNDS = int(os.environ.get("DROPCHECK_KILLS", "20"))


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """What a shell starts in the background ignores Ctrl-C, and so do its children."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_fix_that_is_killed_leaves_whole_files_and_no_other(tmp_path: Path) -> None:
    found = kill_fixes(tmp_path, files=50, rounds=ROUNDS, seed=1)
    assert found["kills"] == ROUNDS
    assert found["files old"] + found["files new"] == 50 * ROUNDS
    assert found["files broken"] == found["temporary files in the end"] == 0


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    names = (".net.py.0123456789ab.dropcheck-tmp", "mine.dropcheck-tmp", ".net.py.dropcheck-tmp")
    for name in names:
        (tmp_path / name).write_text("half of")
    os.mkfifo(tmp_path / ".pipe.0123456789ab.dropcheck-tmp")
    (tmp_path / "net.py").write_text("x = 1\n")
    write_source(read_source(str(tmp_path / "net.py")), "x = 2\n")
    assert {path.name for path in tmp_path.iterdir()} == {"net.py", *names[1:], ".pipe.0123456789ab.dropcheck-tmp"}


def test_what_a_living_run_holds_is_left_alone(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "net.py").write_text("x = 1\n")
    held = tmp_path / ".net.py.0123456789ab.dropcheck-tmp"
    with held.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_source(read_source(str(tmp_path / "net.py")), "x = 2\n")
        assert held.exists()


def test_a_killed_worker_costs_nothing(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"net{number:02}.py").write_text(BAD + PAD)
    words = ("check", "--no-cache", "--output-format", "concise")
    expected = run(tmp_path, *words, "--jobs", "1")
    process = subprocess.Popen(
        command(*words, "--jobs", "2"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert _kill_a_child(process)
    out, error = process.communicate(timeout=300)
    assert (process.returncode, out, error) == expected


def _kill_a_child(process: subprocess.Popen[str]) -> bool:
    while process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children:
            os.kill(int(children[0]), signal.SIGKILL)
            return True
        time.sleep(0.002)
    return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_run_however_that_ends(tmp_path: Path, how: signal.Signals) -> None:
    for name in ("fine.py", "python.py"):
        (tmp_path / name).write_text(BAD)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "check", "--jobs=2", "--timeout-per-file=3000", "."],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    workers: list[str] = []
    while len(workers) < 2 and process.poll() is None:
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    time.sleep(0.2)  # the last one is told whose child it is
    process.send_signal(how)
    assert process.wait() == -how
    _wait_for(lambda: not any(map(_is_running, workers)))


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def _is_running(process: str) -> bool:
    try:
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())  # empty for one that has ended and is not yet collected
    except OSError:
        return False


@pytest.mark.parametrize("jobs", ["--jobs=1", "--jobs=2"])
@pytest.mark.parametrize("name", ["python.py", "native.py"])
def test_ctrl_c_does_not_wait_for_the_file_at_hand(tmp_path: Path, name: str, jobs: str) -> None:
    for other in ("fine.py", "other.py"):
        (tmp_path / other).write_text(BAD)
    (tmp_path / name).write_text(BAD + "x = 1  # padding\n" * 7_000)
    words = [sys.executable, "-c", SCRIPT, "check", "--fix", jobs, "--timeout-per-file=3000", "."]
    process = subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=8)
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error.strip()) == (130, "", "")
    assert not any(Path(f"/proc/{worker}/cmdline").exists() for worker in workers)
    assert (tmp_path / "fine.py").read_text() == BAD


@pytest.mark.parametrize("arguments", [("--jobs", "2"), ("--jobs", "1"), ("--fix", "--jobs", "1"), ("--fix", "--jobs", "2")])
@pytest.mark.parametrize("delay", [0.3, 1.5, 3.0])
def test_ctrl_c_ends_a_run_at_once_and_writes_nothing_half(tmp_path: Path, arguments: tuple[str, ...], delay: float) -> None:
    for number in range(200):
        (tmp_path / f"net{number:03}.py").write_text(BAD + PAD)
    process = subprocess.Popen(
        command("check", "--no-cache", *arguments),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    # Before Python itself has started, the signal ends the process as it ends any other; after the run there is nothing to end.
    assert process.returncode in (130, -signal.SIGINT, 0, 1)
    # Python itself drops a signal that arrives in a callback of its importer, and says so.
    assert "Traceback" not in error or process.returncode == -signal.SIGINT or "Exception ignored in" in error
    assert {path.read_text() for path in tmp_path.glob("*.py")} <= {BAD + PAD, GOOD + PAD}
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".py"] == []
