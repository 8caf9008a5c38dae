"""A process that is there from the beginning of a big run.

It loads LibCST while the files are looked at, and then extracts what is to be extracted, as often as linking asks for more. The
process of the run itself never has to load LibCST. Where linking searches all files for a name, each of the two searches a part.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, cast

from dropcheck.catalogue import Catalogue
from dropcheck.engine.fork import Fork
from dropcheck.frozen import dataclass

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from dropcheck.engine.pool import Outcome, Task


Read = Callable[[str], bytes | None]
"""Returns the bytes of a file; None where it cannot be read."""

#: So many characters are extracted in the time that it takes to start another process.
_FORK_PAYS_FROM = 6_000


@dataclass(frozen=True, slots=True)
class _Extract:
    """Ask for what is in files."""

    tasks: Sequence[Task]
    seconds: float | None


@dataclass(frozen=True, slots=True)
class _Search:
    """Ask which files hold each of some words."""

    words: Sequence[bytes]


class Helper:
    """The process, which is started where it pays.

    Args:
        catalogue: the entries in force.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._fork: Fork | None = None
        #: Of the files of the run those that it searches.
        self._half: frozenset[str] = frozenset()
        self._token: Token[Helper | None] | None = None

    def start(self, first: Callable[[Connection], None], paths: Sequence[str], read: Read, workers: int) -> Fork:
        """Start it.

        Args:
            first: what it does before it extracts anything.
            paths: the files of the run, of which it searches a half.
            read: the bytes of a file.
            workers: how many processes it may use at most, itself included.
        """
        half = paths[len(paths) // 2 :]
        self._half = frozenset(half)
        self._fork = Fork(lambda other: _serve(other, first, lambda words: _holding(words, half, read), self._catalogue, workers))
        self._token = HELPER.set(self)
        return self._fork

    def extract(self, tasks: Sequence[Task], seconds: float | None) -> Mapping[str, Outcome]:
        """Extract files.

        Args:
            tasks: the files.
            seconds: how long each may take; None for no limit.

        Returns:
            What came of each, by path. None of those that a process died of, nor of any other once the helper is no more.
        """
        if self._fork is None:
            return {}
        self._fork.ask(_Extract(tasks, seconds))
        done = cast("dict[str, Outcome] | None", self._fork.answer())
        if done is None:
            self.end()
        return done or {}

    def search(self, words: Sequence[bytes], paths: Iterable[str], read: Read) -> Mapping[bytes, Set[str]]:
        """As :func:`search`."""
        if self._fork is None:
            return _holding(words, paths, read)
        mine, theirs = [], set()
        for path in paths:
            if path in self._half:
                theirs.add(path)
            else:
                mine.append(path)
        self._fork.ask(_Search(words))
        found = _holding(words, mine, read)
        answer = cast("dict[bytes, set[str]] | None", self._fork.answer())
        if answer is None:
            self.end()
            answer = _holding(words, theirs, read)
        return {word: holding | (answer[word] & theirs) for word, holding in found.items()}

    def end(self) -> None:
        """Be done with it."""
        if self._token is not None:
            HELPER.reset(self._token)
            self._token = None
        if self._fork is not None:
            self._fork.end()
            self._fork = None


HELPER: ContextVar[Helper | None] = ContextVar("the helper of the run", default=None)


def search(words: Sequence[bytes], paths: Iterable[str], read: Read) -> Mapping[bytes, Set[str]]:
    """The files that hold each of some words, anywhere; the helper looks through a half of them, where there is one.

    Args:
        words: the words.
        paths: the files.
        read: the bytes of a file; None where it cannot be read.
    """
    helper = HELPER.get()
    return helper.search(words, paths, read) if helper is not None and words else _holding(words, paths, read)


def _holding(words: Sequence[bytes], paths: Iterable[str], read: Read) -> dict[bytes, set[str]]:
    found: dict[bytes, set[str]] = {word: set() for word in words}
    for path in paths:
        if (raw := read(path)) is not None:
            for word in words:
                if word in raw:
                    found[word].add(path)
    return found


def _serve(
    other: Connection,
    first: Callable[[Connection], None],
    holding: Callable[[Sequence[bytes]], dict[bytes, set[str]]],
    catalogue: Catalogue,
    workers: int,
) -> None:
    import dropcheck.extract.assemble  # noqa: F401, PLC0415  (LibCST)
    from dropcheck.engine.pool import work_in_process  # noqa: PLC0415  (as above)
    from dropcheck.engine.time_limit import SECONDS  # noqa: PLC0415  (as above)

    first(other)
    work = work_in_process(catalogue)
    while True:
        match cast("_Extract | _Search", other.recv()):
            case _Extract(tasks, seconds):
                SECONDS.set(seconds)
                other.send(_extract(tasks, work, workers))
            case _Search(words):
                other.send(holding(words))


def _extract(tasks: Sequence[Task], work: Callable[[Task], Outcome], workers: int) -> dict[str, Outcome]:
    """Extract files in this process and in copies of it."""
    total = sum(task.weight for task in tasks)
    own, *others = _shares(tasks, max(1, min(workers, len(tasks), total // _FORK_PAYS_FROM)))
    copies = [_copy(share, work) for share in others]
    done = {task.path: work(task) for task in own}
    for process, answer in copies:
        with suppress(EOFError, OSError):
            done |= cast("dict[str, Outcome]", answer.recv())
        answer.close()
        os.waitpid(process, 0)
    return done


def _copy(tasks: Sequence[Task], work: Callable[[Task], Outcome]) -> tuple[int, Connection]:
    """Start a copy of this process that extracts files; its number, and where it tells what came of them."""
    from multiprocessing import Pipe  # noqa: PLC0415  (loaded already)

    answer, told = Pipe(duplex=False)
    process = os.fork()
    if process == 0:
        try:
            told.send({task.path: work(task) for task in tasks})
        finally:
            os._exit(0)
    told.close()
    return process, answer


def _shares(tasks: Sequence[Task], count: int) -> list[list[Task]]:
    """Files in shares of about the same weight."""
    shares: list[list[Task]] = [[] for _ in range(count)]
    weights = [0] * count
    for task in sorted(tasks, key=lambda task: -task.weight):
        least = weights.index(min(weights))
        shares[least].append(task)
        weights[least] += task.weight
    return shares
