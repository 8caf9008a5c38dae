"""Looks at the texts of many files, and searches them for names, in several processes when that pays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import partial
from heapq import heapreplace
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from dropcheck.engine.faults import file_error
from dropcheck.engine.fork import Fork
from dropcheck.engine.processes import can_fork, cpu_count
from dropcheck.engine.time_limit import limited
from dropcheck.outcome import FileError
from dropcheck.sieve import Look, Sieve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Read = Callable[[str], bytes | None]
"""Returns the bytes of a file; None where it cannot be read."""
Seen = Look | FileError
"""What the text of a file says, or why that cannot be told."""

#: Files of fewer bytes take no time that is worth limiting.
_QUICK = 30_000
#: Starting a process costs more than it saves below this many bytes, roughly 0.1 s of looking.
_PAYS_FROM = 4_000_000
#: More processes would wait for the one that collects what they found.
_MOST_WORKERS = 8
#: So small that no process waits long for another, and no more than a byte can number.
_MOST_PARTS = 100


class Lookers:
    """Processes that share the files of a run with this one: each is a copy of it and holds their texts already.

    They end with the block that they are used in.

    Args:
        jobs: how many processes a run may use at most; None for one a core.
    """

    def __init__(self, jobs: int | None) -> None:
        self._workers = min(jobs or cpu_count(), _MOST_WORKERS)
        self._forks: list[tuple[Set[str], Fork]] = []

    def look(self, sieve: Sieve, codes: Mapping[str, bytes]) -> dict[str, Seen]:
        """What the text of each file says. What takes too long, or shows a bug of ours, costs no other file.

        Args:
            sieve: the meshes.
            codes: the bytes of the files, by path.
        """
        total = sum(map(len, codes.values()))
        if self._workers < 2 or total < _PAYS_FROM or not can_fork():
            return _look_at(sieve, codes, codes)
        parts = _parts(codes)
        # Whoever is ready takes the next part: a pipe hands each number to one process only.
        numbers, written = os.pipe()
        os.write(written, bytes(range(len(parts))))
        os.close(written)
        try:
            paths = tuple(codes)
            for number in range(1, self._workers):
                share = paths[len(paths) * number // self._workers : len(paths) * (number + 1) // self._workers]
                self._start(share, codes.get, partial(_look_at_parts, sieve, codes, parts, numbers))
            found = _look_at_parts(sieve, codes, parts, numbers)
        finally:
            os.close(numbers)
        for _, fork in tuple(self._forks):
            found |= cast("dict[str, Seen] | None", self._answer(fork)) or {}
        # What a process could not tell, because it died, is found out here.
        return {path: found[path] if path in found else look_at(sieve, path, code) for path, code in codes.items()}

    def begin(self, paths: Sequence[str], read: Read) -> None:
        """Start a process that only searches, a half of the files, where there is a processor for it."""
        if min(self._workers, cpu_count()) > 1 and can_fork():
            self._start(paths[len(paths) // 2 :], read)

    def search(self, words: Sequence[bytes], paths: Iterable[str], read: Read) -> Mapping[bytes, Set[str]]:
        """The files that hold each of some words, anywhere.

        Args:
            words: the words.
            paths: the files.
            read: the bytes of a file.
        """
        found: dict[bytes, set[str]] = {word: set() for word in words}
        left = set(paths) if words else set[str]()
        asked = []
        for share, fork in self._forks if left else ():
            fork.ask(words)
            asked.append((share & left, fork))
            left -= share
        parts = [_holding(words, left, read)]
        for share, fork in asked:
            answer = cast("dict[bytes, set[str]] | None", self._answer(fork))
            parts.append(answer if answer is not None else _holding(words, share, read))
        wanted = left.union(*(share for share, _ in asked))
        for part in parts:
            for word, holding in part.items():
                found[word] |= holding & wanted
        return found

    def _start(self, share: Sequence[str], read: Read, first: Callable[[], Mapping[str, Seen]] | None = None) -> None:
        self._forks.append((frozenset(share), Fork(lambda other: _serve(other, share, read, first))))

    def _answer(self, fork: Fork) -> object:
        """What a process says; if it is no more, it is not asked again."""
        answer = fork.answer()
        if answer is None:
            fork.end()
            self._forks = [one for one in self._forks if one[1] is not fork]
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for _, fork in self._forks:
            fork.end()
        self._forks.clear()


def _serve(other: Connection, share: Sequence[str], read: Read, first: Callable[[], Mapping[str, Seen]] | None) -> None:
    if first is not None:
        other.send(first())
    while True:
        other.send(_holding(cast("Sequence[bytes]", other.recv()), share, read))


def _holding(words: Sequence[bytes], paths: Iterable[str], read: Read) -> dict[bytes, set[str]]:
    found: dict[bytes, set[str]] = {word: set() for word in words}
    for path in paths:
        if (raw := read(path)) is not None:
            for word in words:
                if word in raw:
                    found[word].add(path)
    return found


def _parts(codes: Mapping[str, bytes]) -> list[list[str]]:
    """The files in parts of about as many bytes."""
    parts: list[list[str]] = [[] for _ in range(min(_MOST_PARTS, len(codes)))]
    given = [(0, number) for number in range(len(parts))]
    for path, code in codes.items():
        size, number = given[0]
        parts[number].append(path)
        heapreplace(given, (size + len(code), number))
    return parts


def _look_at_parts(sieve: Sieve, codes: Mapping[str, bytes], parts: Sequence[Iterable[str]], numbers: int) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    while number := os.read(numbers, 1):
        found |= _look_at(sieve, codes, parts[number[0]])
    return found


def _look_at(sieve: Sieve, codes: Mapping[str, bytes], paths: Iterable[str]) -> dict[str, Seen]:
    return {path: look_at(sieve, path, codes[path]) for path in paths}


def look_at(sieve: Sieve, path: str, code: bytes) -> Seen:
    """What the text of one file says.

    Args:
        sieve: the meshes.
        path: the file.
        code: its bytes.
    """
    try:
        if len(code) < _QUICK:
            return sieve.look(code)
        with limited(path):
            return sieve.look(code)
    except Exception as error:
        return file_error(path, error)
