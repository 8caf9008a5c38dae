"""Looks at the texts of many files, and searches them for names, in several processes when that pays."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from functools import partial
from heapq import heapreplace
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from dropcheck.engine.faults import file_error
from dropcheck.engine.processes import can_fork, cpu_count
from dropcheck.engine.searching import Read, holding
from dropcheck.engine.time_limit import limited
from dropcheck.frozen import dataclass
from dropcheck.outcome import FileError
from dropcheck.sieve import Look, Sieve

if TYPE_CHECKING:
    from dropcheck.engine.fork import Channel, Fork

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
        self._helpers: list[_Helper] = []
        self._leaving: list[_Helper] = []
        self._lasting = False
        self._covered: Set[str] = frozenset()
        self._asked = 0
        self._expected: list[Set[bytes]] = []
        self._heard: dict[bytes, set[str]] = {}

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
            self._start(tuple(codes), self._workers - 1, codes.get, partial(_look_at_parts, sieve, codes, parts, numbers))
            found = _look_at_parts(sieve, codes, parts, numbers)
        finally:
            os.close(numbers)
        for helper in tuple(self._helpers):
            found |= cast("dict[str, Seen] | None", self._answer(helper)) or {}
        # What a process could not tell, because it died, is found out here.
        return {path: found[path] if path in found else look_at(sieve, path, code) for path, code in codes.items()}

    def begin(self, paths: Sequence[str], read: Read) -> None:
        """Start a process that only searches, for one analysis after the other, where there is a processor for it."""
        self._lasting = True
        if min(self._workers, cpu_count()) > 1 and can_fork():
            self._start(paths, 1, read)

    def expect(self, words: Iterable[bytes]) -> None:
        """Let the others search all files for words that are likely to be asked for, while this process does something else."""
        fresh = set(words).difference(self._heard, *self._expected)
        if fresh and self._helpers:
            self._expected.append(fresh)
            for helper in self._helpers:
                helper.fork.ask((fresh, True))

    def search(self, words: Sequence[bytes], paths: Iterable[str], read: Read) -> Mapping[bytes, Set[str]]:
        """The files that hold each of some words, anywhere.

        Args:
            words: the words.
            paths: the files.
            read: the bytes of a file.
        """
        if not words:
            return {}
        self._hear()
        wanted = set(paths)
        found = self._search([word for word in words if word not in self._heard], wanted, read)
        heard = [word for word in words if word in self._heard]
        beyond = holding(heard, wanted - self._covered, read) if heard else {}
        return found | {word: (self._heard[word] & wanted) | beyond[word] for word in heard}

    def dismiss(self) -> None:
        """Nothing will be asked any more in this analysis: to end takes the others as long as to judge takes this process."""
        if not self._lasting:
            for helper in self._helpers:
                helper.fork.stop()
            self._leaving += self._helpers
            self._helpers = []

    def _search(self, words: Sequence[bytes], wanted: Set[str], read: Read) -> dict[bytes, set[str]]:
        if not words:
            return {}
        for helper in self._helpers:
            helper.fork.ask((words, False))
        left = set(wanted).difference(*(helper.share for helper in self._helpers))
        parts = [holding(words, left, read)]
        for helper in tuple(self._helpers):
            answer = cast("dict[bytes, set[str]] | None", self._answer(helper))
            parts.append(answer if answer is not None else holding(words, wanted & helper.share, read))
        return {word: set().union(*(part[word] & wanted for part in parts)) for word in words}

    def _hear(self) -> None:
        """What the others found meanwhile."""
        for words in self._expected:
            parts = [cast("dict[bytes, set[str]] | None", self._answer(helper)) for helper in tuple(self._helpers)]
            known = [part for part in parts if part is not None]
            # Where one of them is no more, what it would have found is searched for again.
            if len(known) == self._asked:
                self._heard |= {word: set().union(*(part[word] for part in known)) for word in words}
        self._expected.clear()

    def _start(self, paths: Sequence[str], count: int, read: Read, first: Callable[[], Mapping[str, Seen]] | None = None) -> None:
        """Start processes, each with a share of the files, and a larger one for what this process takes no part in."""
        from dropcheck.engine.fork import Fork  # noqa: PLC0415  (small runs need none)

        for number in range(count):
            share = _part(paths, number + 1, count + 1)
            fork = Fork(partial(_serve, share=share, alone=_part(paths, number, count), read=read, first=first))
            self._helpers.append(_Helper(frozenset(share), fork))
        self._asked = len(self._helpers)
        self._covered = frozenset(paths)

    def _answer(self, helper: _Helper) -> object:
        """What a process says; if it is no more, it is not asked again."""
        answer = helper.fork.answer()
        if answer is None:
            helper.fork.end()
            self._helpers = [one for one in self._helpers if one is not helper]
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for helper in (*self._leaving, *self._helpers):
            helper.fork.end()
        self._leaving, self._helpers = [], []


@dataclass(frozen=True, slots=True, eq=False)
class _Helper:
    """A process, and the files that it searches when all do."""

    share: Set[str]
    fork: Fork


def _part(paths: Sequence[str], number: int, count: int) -> Sequence[str]:
    return paths[len(paths) * number // count : len(paths) * (number + 1) // count]


def _serve(
    other: Channel,
    share: Sequence[str],
    alone: Sequence[str],
    read: Read,
    first: Callable[[], Mapping[str, Seen]] | None,
) -> None:
    if first is not None:
        other.send(first())
    while True:
        words, is_alone = cast("tuple[Collection[bytes], bool]", other.recv())
        other.send(holding(words, alone if is_alone else share, read))


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
