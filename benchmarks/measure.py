"""Measure whole processes: wall time, CPU time and peak memory, as the operating system counts them.

Runs are interleaved (A B C A B C ...), so that a machine that slows down slows all of them, and ratios are taken
between runs of the same round. Needs ``os.wait4``, so not Windows.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO

from benchmarks.folders import Unavailable, last_line

_FINDINGS_OR_NONE = frozenset({0, 1})


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of a process.

    Args:
        wall: seconds from start to end.
        cpu: seconds of CPU time, its children's included.
        peak: bytes of memory of the largest process at its largest.
    """

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there are no figures.

    Args:
        reason: one line.
    """

    reason: str


def _nothing() -> None:
    """What most cases need to be done before a run."""


@dataclass(frozen=True, slots=True)
class Case:
    """A command to measure.

    Args:
        name: what the table calls it.
        command: program and arguments.
        before: called before each run, outside of the measured time.
        folder: where to run it.
        environment: variables to set.
        accepted: exit codes of a run that did its work.
        rounds: run it in so many rounds only, without a first run that is not counted; None for all rounds.
        limit: seconds after which it is stopped.
        goal: what it should come to, for the table.
    """

    name: str
    command: tuple[str, ...]
    before: Callable[[], None] = _nothing
    folder: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    accepted: frozenset[int] = _FINDINGS_OR_NONE
    rounds: int | None = None
    limit: float = 1800
    goal: str = ""


Outcome = tuple[Sample, ...] | Failure


def plain_environment() -> dict[str, str]:
    """The variables of this process without those that configure dropcheck and its benchmarks."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DROPCHECK_")}


def environment_for(case: Case) -> dict[str, str]:
    """The variables that a command is run with: those of this process and its own.

    Args:
        case: the command.
    """
    # Where Python keeps no compiled files, each run compiles the whole program, which no user waits for.
    return {name: value for name, value in plain_environment().items() if name != "PYTHONDONTWRITEBYTECODE"} | case.environment


def run(case: Case) -> Sample | Failure:
    """Run a command once.

    Args:
        case: the command.

    Returns:
        The figures, or why there are none.
    """
    case.before()
    # Files and not pipes: nobody has to wake up and read.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(
                case.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=case.folder,
                env=environment_for(case),
                start_new_session=True,
            )
        except OSError as error:
            return Failure(f"cannot start {case.command[0]}: {error.strerror}")
        code, usage, stopped = _wait(process, case.limit)
        wall = time.perf_counter() - start
        if stopped:
            return Failure(f"stopped after {case.limit:.0f} s")
        if code not in case.accepted:
            return Failure(f"exit code {code}: {_end_of(err) or _end_of(out)}")
    return sample(wall, usage)


def _wait(process: subprocess.Popen[bytes], limit: float) -> tuple[int, resource.struct_rusage, bool]:
    """Exit code and usage of a process and its children, and whether it had to be stopped."""
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        # It leads a session of its own, so this reaches its workers and nobody else.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(limit, stop)
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        stop()
        raise
    finally:
        timer.cancel()
    # Popen must not wait for a process that is gone.
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage, stopped.is_set()


def _end_of(file: IO[bytes]) -> str:
    file.seek(0)
    text = file.read().decode(errors="replace")
    return last_line(text) if text.strip() else ""


def sample(wall: float, usage: resource.struct_rusage, platform: str = sys.platform) -> Sample:
    """What the operating system says of a process that has ended.

    Args:
        wall: seconds from start to end.
        usage: what ``os.wait4`` returned. On Linux its memory is the maximum over the process and its children.
        platform: macOS counts memory in bytes, the others in KiB.
    """
    unit = 1 if platform == "darwin" else 1024
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def smallest_peak() -> int:
    """Bytes below which a peak says nothing: a new process starts as a copy of the one that measures."""
    return sample(0, resource.getrusage(resource.RUSAGE_SELF)).peak


def interleave(cases: Sequence[Case], rounds: int, tell: Callable[[str], None]) -> dict[str, Outcome]:
    """Run all cases in turn, round after round, after one round that is not counted.

    Args:
        cases: what to run; names are unique.
        rounds: how often.
        tell: is told what goes on.

    Returns:
        The outcome of each case, by name. A case that failed once is not run again.
    """
    samples: dict[str, list[Sample]] = {case.name: [] for case in cases}
    failures: dict[str, Failure] = {}
    for number in range(-1, rounds):
        for case in cases:
            if case.name in failures or not _takes_part(case, number):
                continue
            tell(f"round {number + 1} of {rounds}: {case.name}")
            result = run(case)
            if isinstance(result, Failure):
                failures[case.name] = result
            elif number >= 0:
                samples[case.name].append(result)
    return {name: failures.get(name) or tuple(found) for name, found in samples.items()}


@dataclass(frozen=True, slots=True)
class Measured:
    """What measuring gave.

    Args:
        cases: what was measured, in order.
        outcomes: the figures, by name of the case.
    """

    cases: tuple[Case, ...]
    outcomes: dict[str, Outcome]


def measure(makers: Mapping[str, Callable[[], Case]], rounds: int, tell: Callable[[str], None]) -> Measured:
    """Prepare cases and run them in turn.

    Args:
        makers: what prepares each case, by its name. A case that raises ``Unavailable`` is a failure among the others.
        rounds: how often.
        tell: is told what goes on.

    Returns:
        The figures, in the order of the makers.
    """
    cases: list[Case] = []
    missing: dict[str, Outcome] = {}
    for name, make in makers.items():
        try:
            cases.append(make())
        except Unavailable as reason:
            cases.append(Case(name, ()))
            missing[name] = Failure(str(reason))
    outcomes = interleave([case for case in cases if case.name not in missing], rounds, tell)
    return Measured(tuple(cases), {**outcomes, **missing})


def _takes_part(case: Case, number: int) -> bool:
    return case.rounds is None or 0 <= number < case.rounds


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much more one command takes than another.

    Args:
        wall: of the wall time.
        cpu: of the CPU time.
        peak: of the peak memory.
    """

    wall: float
    cpu: float
    peak: float


def ratio(samples: Sequence[Sample], unit: Sequence[Sample]) -> Ratio:
    """How much more one command takes than another.

    Args:
        samples: the runs of the command.
        unit: the runs of what it is compared with.

    Returns:
        The median over the rounds of the ratio in each round; if one has fewer rounds, the ratio of the medians.
    """

    def of(figure: Callable[[Sample], float]) -> float:
        own, other = [figure(sample) for sample in samples], [figure(sample) for sample in unit]
        if len(own) != len(other):
            return median(own) / median(other)
        return median(a / b for a, b in zip(own, other, strict=True))

    # A process can be too short for the clock that counts CPU time.
    return Ratio(of(lambda sample: sample.wall), of(lambda sample: max(sample.cpu, 1e-4)), of(lambda sample: sample.peak))
