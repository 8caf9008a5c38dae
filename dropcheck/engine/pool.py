"""Extract the facts of many files, in several processes when that pays."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dropcheck.catalogue import Catalogue
from dropcheck.engine.processes import can_fork, cpu_count
from dropcheck.extract import extract
from dropcheck.facts import FileFacts
from dropcheck.outcome import FileError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

# Starting processes costs more than it saves below this many characters, roughly 0.3 s of extraction.
POOL_PAYS_FROM = 80_000
# Windows cannot wait for more.
MOST_WORKERS = 60

Outcome = FileFacts | FileError


@dataclass(frozen=True, slots=True)
class Task:
    """One file to extract.

    Args:
        path: the file, as found.
        text: its text.
        module: its dotted name.
        is_package: whether it is a package's ``__init__``.
        cut: the text with what does not matter made white space; None where all of it is extracted.
        left_out: the names of the classes and functions that are cut.
    """

    path: str
    text: str
    module: str
    is_package: bool
    cut: str | None = None
    left_out: tuple[str, ...] = ()

    @property
    def seen(self) -> str:
        """The text that is extracted."""
        return self.text if self.cut is None else self.cut

    @property
    def weight(self) -> int:
        """How much there is to extract, in characters."""
        return len(self.text) if self.cut is None else len(self.cut) - self.cut.count("  ") * 2

    def with_text(self, text: str) -> Task:
        """The same file with another text, all of which is extracted."""
        return Task(self.path, text, self.module, self.is_package)


def extract_one(task: Task, catalogue: Catalogue) -> Outcome:
    """Extract the facts of one file.

    Args:
        task: the file.
        catalogue: the entries in force.

    Returns:
        The facts, or the error that stands for a bug of ours.
    """
    try:
        facts = extract(task.seen, task.path, module=task.module, is_package=task.is_package, catalogue=catalogue)
        if facts.syntax_error is not None and task.cut is not None:  # say what is wrong with the file, not with the cut
            return extract_one(task.with_text(task.text), catalogue)
        return replace(facts, left_out=task.left_out) if task.left_out else facts
    except Exception as error:  # a bug of ours in one file must not cost the others
        return FileError(task.path, internal_error(error))


def extract_many(
    tasks: Sequence[Task], catalogue: Catalogue, *, jobs: int | None, tick: Callable[[], None]
) -> tuple[Outcome, ...]:
    """Extract the facts of many files, the largest first.

    Args:
        tasks: the files.
        catalogue: the entries in force.
        jobs: how many processes at most; None for one a core.
        tick: called after each file.

    Returns:
        The facts or the error of each file, in the order of ``tasks``.
    """
    work = _Work(catalogue, tick)
    order = sorted(tasks, key=lambda task: (-task.weight, task.path))
    workers = min(jobs or cpu_count(), len(order), MOST_WORKERS)
    if workers > 1 and sum(task.weight for task in order) >= POOL_PAYS_FROM:
        work.parallel(order, workers)
    else:
        work.serial(order)
    return tuple(work.done[task.path] for task in tasks)


def internal_error(error: Exception) -> str:
    """The one line for a bug of ours: what happened, where in our code, and what to do."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        place = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})"
        trace = trace.tb_next
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200].rstrip(": ")
    return f"internal error: {what}{place}; please report it"


class _Work:
    """The outcome of each file so far, and the ways to get at more of them."""

    def __init__(self, catalogue: Catalogue, tick: Callable[[], None]) -> None:
        self.catalogue = catalogue
        self.tick = tick
        self.done: dict[str, Outcome] = {}

    def serial(self, tasks: Iterable[Task]) -> None:
        """Extract files in this process."""
        for task in tasks:
            self._finish(task, extract_one(task, self.catalogue))

    def parallel(self, tasks: Sequence[Task], workers: int) -> None:
        """Extract files in other processes; where these cannot run, in this one."""
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  (30 ms that small runs never need)

        try:
            self._pooled(tasks, workers)
        except BrokenProcessPool:
            left = self._left(tasks)
            # Tasks are handed out in order, so the ones a worker can have died of are the first unfinished ones.
            suspects = left[:workers]
            dead = [task for task in suspects if not self._alone(task)]
            if len(left) == len(tasks) and len(dead) == len(suspects):
                self.serial(left)  # no worker ever lived here: blame the surroundings, not the files
                return
            for task in dead:
                message = "internal error: the process that worked on it died (out of memory?); please report it"
                self._finish(task, FileError(task.path, message))
            self.parallel(self._left(tasks), workers)
        except (OSError, NotImplementedError, ImportError):
            self.serial(self._left(tasks))  # the system allows no processes, or no semaphores

    def _pooled(self, tasks: Sequence[Task], workers: int) -> None:
        from concurrent.futures import as_completed  # noqa: PLC0415  (as above)

        if not tasks:
            return
        pool = self._pool(workers)
        finished = False
        try:
            futures = {pool.submit(_work, task): task for task in tasks}
            for future in as_completed(futures):
                self._finish(futures[future], _result(future, futures[future].path))
            finished = True
        finally:
            pool.shutdown(wait=finished, cancel_futures=True)

    def _alone(self, task: Task) -> bool:
        """Extract a file in a process of its own; False where that process died."""
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  (as above)

        try:
            self._pooled((task,), 1)
        except BrokenProcessPool:
            return False
        return True

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        import multiprocessing  # noqa: PLC0415  (as above)
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

        import dropcheck.extract.assemble  # noqa: F401, PLC0415  (forked workers then have LibCST already)

        if not (forks := can_fork()):
            # A new Python would look for modules in the current folder first, which may be a stranger's.
            os.environ["PYTHONSAFEPATH"] = "1"
        context = multiprocessing.get_context("fork" if forks else "spawn")
        return ProcessPoolExecutor(workers, context, _start_worker, (self.catalogue,))

    def _finish(self, task: Task, outcome: Outcome) -> None:
        self.done[task.path] = outcome
        self.tick()

    def _left(self, tasks: Iterable[Task]) -> list[Task]:
        return [task for task in tasks if task.path not in self.done]


def _result(future: Future[Outcome], path: str) -> Outcome:
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  (as above)

    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:  # facts that cannot cross the process border are a bug of ours in one file
        return FileError(path, internal_error(error))


_in_worker: list[Catalogue] = []


def _start_worker(catalogue: Catalogue) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends a worker at once and without a traceback
    _in_worker.append(catalogue)


def _work(task: Task) -> Outcome:
    return extract_one(task, _in_worker[-1])
