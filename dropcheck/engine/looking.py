"""Looks at the texts of many files, in several processes when that pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from dropcheck.engine.fork import Fork
from dropcheck.engine.processes import can_fork, cpu_count
from dropcheck.sieve import Look, Sieve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from dropcheck.engine.helper import Helper

#: Starting a process costs more than it saves below this many bytes, roughly 0.1 s of looking.
_PAYS_FROM = 4_000_000
#: More processes would wait for the one that collects what they found.
_MOST_WORKERS = 8
#: The helper loads LibCST first. This one has to load less, but later: the difference is worth looking at so many bytes.
_HEAD_START = 9_000_000


def look_at_all(sieve: Sieve, codes: Mapping[str, bytes], jobs: int | None, helper: Helper | None = None) -> dict[str, Look]:
    """What the text of each file says.

    Args:
        sieve: the meshes.
        codes: the bytes of the files, by path.
        jobs: how many processes at most; None for one a core.
        helper: is started where several processes pay, and stays.
    """
    workers = min(jobs or cpu_count(), _MOST_WORKERS)
    total = sum(map(len, codes.values()))
    if workers < 2 or total < _PAYS_FROM or not can_fork():
        return _look_at(sieve, codes, tuple(codes))
    late = 0 if helper is None else min(_HEAD_START, total)
    shares = _shares(codes, [(total + late) / workers] * (workers - 1) + [(total + late) / workers - late])
    forks = [(share, Fork(_looking(sieve, codes, share))) for share in shares[1:-1]]
    look = _looking(sieve, codes, shares[-1])
    forks.append((shares[-1], Fork(look) if helper is None else helper.start(look, tuple(codes), codes.get, workers)))
    try:
        found = _look_at(sieve, codes, shares[0])
        for share, fork in forks:
            # What a process could not tell, because it died, is found out here.
            found |= cast("dict[str, Look] | None", fork.answer()) or _look_at(sieve, codes, share)
    finally:
        for _, fork in forks[: None if helper is None else -1]:
            fork.end()
    return {path: found[path] for path in codes}


def _shares(codes: Mapping[str, bytes], sizes: Sequence[float]) -> list[list[str]]:
    """The files in as many shares as there are sizes, each of about so many bytes."""
    shares: list[list[str]] = [[] for _ in sizes]
    given = [0.0] * len(sizes)
    for path, code in codes.items():
        # Whoever has the smallest part of what is meant for him gets the next file.
        least = min(range(len(sizes)), key=lambda share: given[share] / max(sizes[share], 1.0))
        shares[least].append(path)
        given[least] += len(code)
    return shares


def _looking(sieve: Sieve, codes: Mapping[str, bytes], paths: Sequence[str]) -> Callable[[Connection], None]:
    """What a process does that looks at some of the files. It is a copy of this one and holds their texts already."""
    return lambda other: other.send(_look_at(sieve, codes, paths))


def _look_at(sieve: Sieve, codes: Mapping[str, bytes], paths: Sequence[str]) -> dict[str, Look]:
    return {path: sieve.look(codes[path]) for path in paths}
