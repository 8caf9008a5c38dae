"""Extract the facts of many files, in several processes when that pays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dropcheck.alone import claim
from dropcheck.catalogue import Catalogue
from dropcheck.engine.extractor import EXTRACTOR
from dropcheck.engine.faults import file_error
from dropcheck.engine.processes import can_fork, cpu_count, end_with_parent
from dropcheck.engine.time_limit import SECONDS, guarded, limited, over
from dropcheck.extract import extract
from dropcheck.extract.loading import load_libcst
from dropcheck.frozen import dataclass
from dropcheck.outcome import FileError
from dropcheck.source.excerpt import Excerpt

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from dropcheck.facts import FileFacts

    Outcome = FileFacts | FileError

# Starting processes costs more than it saves below this many characters, roughly 0.3 s of extraction.
POOL_PAYS_FROM = 80_000
# Windows cannot wait for more.
MOST_WORKERS = 60
# LibCST may take half a second for so many characters.
_HEAVY_FROM = 100_000

_DIED = "the process that worked on it died (out of memory?); exclude it, or report it if it is small"


@dataclass(frozen=True, slots=True)
class Task:
    """One file to extract.

    Args:
        path: the file, as found.
        text: its text.
        module: its dotted name.
        is_package: whether it is a package's ``__init__``.
        excerpt: the part of it that matters; None where all of it is extracted.
        left_out: the names of the classes and functions that are cut.
    """

    path: str
    text: str
    module: str
    is_package: bool
    excerpt: Excerpt | None = None
    left_out: tuple[str, ...] = ()

    @property
    def seen(self) -> str:
        """The text that is extracted."""
        return self.text if self.excerpt is None else self.excerpt.text

    @property
    def weight(self) -> int:
        """How much there is to extract, in characters."""
        return len(self.seen)

    def with_text(self, text: str) -> Task:
        """The same file with another text, all of which is extracted."""
        return Task(self.path, text, self.module, self.is_package)


def extract_one(task: Task, catalogue: Catalogue) -> Outcome:
    """Extract the facts of one file.

    Args:
        task: the file.
        catalogue: the entries in force.

    Returns:
        The facts, or why there are none: the file is too much, takes too long, or shows a bug of ours.
    """
    try:
        with limited(task.path):
            return _facts(task, catalogue)
    except Exception as error:  # a bug of ours in one file must not cost the others
        return file_error(task.path, error)


def _facts(task: Task, catalogue: Catalogue) -> FileFacts:
    facts = extract(
        task.text, task.path, module=task.module, is_package=task.is_package, catalogue=catalogue, excerpt=task.excerpt
    )
    if facts.syntax_error is not None and task.excerpt is not None:  # say what is wrong with the file, not with the part
        return _facts(task.with_text(task.text), catalogue)
    return replace(facts, left_out=task.left_out) if task.left_out else facts


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
    return begin_extraction(tasks, catalogue, jobs=jobs, tick=tick)()


def begin_extraction(
    tasks: Sequence[Task], catalogue: Catalogue, *, jobs: int | None, tick: Callable[[], None]
) -> Callable[[], tuple[Outcome, ...]]:
    """The same in two steps: where there is a process for it, that works while this one does something else.

    Returns:
        Waits for the outcomes, or does the work itself; to be called before anything else is extracted.
    """
    extractor = EXTRACTOR.get()
    answer = extractor.begin(tasks, SECONDS.get()) if extractor is not None and tasks else None

    def outcomes() -> tuple[Outcome, ...]:
        work = _Work(catalogue, tick)
        for path, outcome in answer().items() if answer is not None else ():
            work.finish(path, outcome)
        order = sorted(work.left(tasks), key=lambda task: (-task.weight, task.path))
        workers = min(jobs or cpu_count(), len(order), MOST_WORKERS)
        if workers > 1 and sum(task.weight for task in order) >= POOL_PAYS_FROM:
            work.parallel(order, workers)
        else:
            work.serial(order)
        return tuple(work.done[task.path] for task in tasks)

    return outcomes


def _is_heavy(task: Task) -> bool:
    from dropcheck.extract.nesting import nesting  # noqa: PLC0415  (only with a time limit)

    return task.weight >= _HEAVY_FROM or not nesting(task.seen).is_plain


class _Work:
    """The outcome of each file so far, and the ways to get at more of them."""

    def __init__(self, catalogue: Catalogue, tick: Callable[[], None]) -> None:
        self.catalogue = catalogue
        self.tick = tick
        self.done: dict[str, Outcome] = {}

    def serial(self, tasks: Iterable[Task]) -> None:
        """Extract files in this process."""
        for task in tasks:
            if SECONDS.get() is not None and _is_heavy(task):
                self._apart(task)
            else:
                self.finish(task.path, extract_one(task, self.catalogue))

    def _here(self, tasks: Iterable[Task]) -> str:
        for task in tasks:
            self.finish(task.path, extract_one(task, self.catalogue))
        return ""

    def _apart(self, task: Task) -> None:
        """Extract a file in a process of its own: native code in this one could be stopped neither by the clock nor by Ctrl-C."""
        try:
            why = self._alone(task)
            if why == _DIED:  # something else may have killed it
                why = self._alone(task) if self._can_live() else self._here([task])
        except (OSError, NotImplementedError, ImportError):
            why = self._here([task])
        if why:
            self.finish(task.path, FileError(task.path, why))

    def parallel(self, tasks: Sequence[Task], workers: int) -> None:
        """Extract files in other processes; where these cannot run, in this one."""
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  (30 ms that small runs never need)

        try:
            self._pooled(tasks, workers)
        except BrokenProcessPool:
            left = self.left(tasks)
            # Tasks are handed out in order, so the ones a worker can have died of are the first unfinished ones.
            suspects = left[:workers]
            deaths = {task: why for task in suspects if (why := self._alone(task))}
            if len(left) == len(tasks) and len(deaths) == len(suspects) and not self._can_live():
                self._here(left)  # blame the surroundings, not the files
                return
            for task, why in deaths.items():
                self.finish(task.path, FileError(task.path, why))
            self.parallel(self.left(tasks), workers)
        except (OSError, NotImplementedError, ImportError):
            self._here(self.left(tasks))  # the system allows no processes, or no semaphores

    def _pooled(self, tasks: Sequence[Task], workers: int) -> None:
        import multiprocessing  # noqa: PLC0415  (as above)
        from concurrent.futures import as_completed  # noqa: PLC0415

        if not tasks:
            return
        others = multiprocessing.active_children()
        pool = self._pool(workers)
        finished = False
        try:
            futures = {pool.submit(_work, task): task for task in tasks}
            for future in as_completed(futures):
                self.finish(futures[future].path, _result(future, futures[future].path))
            finished = True
        finally:
            for worker in () if finished else multiprocessing.active_children():
                if worker not in others:
                    worker.kill()  # after Ctrl-C nobody waits for what they still do
            pool.shutdown(cancel_futures=True)

    def _alone(self, task: Task) -> str:
        """Extract a file in a process of its own; why that process died, or nothing."""
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  (as above)

        start, limit = time.monotonic(), SECONDS.get()
        try:
            self._pooled((task,), 1)
        except BrokenProcessPool:
            is_over = limit is not None and time.monotonic() - start > limit
            return over(limit) if limit is not None and is_over else _DIED
        return ""

    def _can_live(self) -> bool:
        """Whether a process can work at all here."""
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  (as above)

        try:
            with self._pool(1) as pool:
                return pool.submit(os.getpid).result() > 0
        except BrokenProcessPool:
            return False

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        import multiprocessing  # noqa: PLC0415  (as above)
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

        load_libcst()  # forked workers then have it already
        if not (forks := can_fork()):
            # A new Python would look for modules in the current folder first, which may be a stranger's.
            os.environ["PYTHONSAFEPATH"] = "1"
        context = multiprocessing.get_context("fork" if forks else "spawn")
        return ProcessPoolExecutor(workers, context, _start_worker, (self.catalogue, SECONDS.get()))

    def finish(self, path: str, outcome: Outcome) -> None:
        """Keep the outcome of a file."""
        self.done[path] = outcome
        self.tick()

    def left(self, tasks: Iterable[Task]) -> list[Task]:
        """The files without an outcome."""
        return [task for task in tasks if task.path not in self.done]


def _result(future: Future[Outcome], path: str) -> Outcome:
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  (as above)

    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:  # facts that cannot cross the process border are a bug of ours in one file
        return file_error(path, error)


_in_worker: list[Catalogue] = []


def _start_worker(catalogue: Catalogue, seconds: float | None) -> None:
    import signal  # noqa: PLC0415  (only in a process of its own)

    SECONDS.set(seconds)
    claim()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends a worker at once and without a traceback
    end_with_parent()
    _in_worker.append(catalogue)


def work_in_process(catalogue: Catalogue) -> Callable[[Task], Outcome]:
    """How a process of its own, which may be ended, works on a file.

    Args:
        catalogue: the entries in force.
    """
    _in_worker.append(catalogue)
    return _work


def _work(task: Task) -> Outcome:
    try:
        with guarded(task.path):
            return _facts(task, _in_worker[-1])
    except Exception as error:  # as in ``extract_one``
        return file_error(task.path, error)
