"""Looks at the texts of many files, in several processes when that pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from dropcheck.engine.processes import can_fork, cpu_count
from dropcheck.sieve import Look, Sieve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: Starting a process costs more than it saves below this many bytes, roughly 0.1 s of looking.
_PAYS_FROM = 4_000_000
#: More processes would wait for the one that collects what they found.
_MOST_WORKERS = 8


def look_at_all(sieve: Sieve, codes: Mapping[str, bytes], jobs: int | None) -> dict[str, Look]:
    """What the text of each file says.

    Args:
        sieve: the meshes.
        codes: the bytes of the files, by path.
        jobs: how many processes at most; None for one a core.
    """
    workers = min(jobs or cpu_count(), _MOST_WORKERS)
    if workers < 2 or sum(map(len, codes.values())) < _PAYS_FROM or not can_fork():
        return _look_at(sieve, codes, tuple(codes))
    paths = tuple(codes)
    shares = [paths[start::workers] for start in range(workers)]
    forks = [_Fork(sieve, codes, share) for share in shares[1:]]
    try:
        found = _look_at(sieve, codes, shares[0])
        for fork in forks:
            # What a process could not tell, because it died, is found out here.
            found |= fork.answer() or _look_at(sieve, codes, fork.share)
    finally:
        for fork in forks:
            fork.end()
    return {path: found[path] for path in paths}


class _Fork:
    """A process that looks at a share of the files. It is a copy of this one and holds their texts already."""

    def __init__(self, sieve: Sieve, codes: Mapping[str, bytes], share: Sequence[str]) -> None:
        from multiprocessing import get_context  # noqa: PLC0415  (10 ms that small runs never need)

        self.share = share
        context = get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_look_and_tell, args=(sieve, codes, share, sender), daemon=True)
        self._process.start()
        sender.close()

    def answer(self) -> dict[str, Look] | None:
        """What the process found; None where it died."""
        with suppress(EOFError, OSError):
            found: dict[str, Look] = self._receiver.recv()
            return found
        return None

    def end(self) -> None:
        """Be done with the process, whatever it does."""
        self._receiver.close()
        self._process.terminate()
        self._process.join()


def _look_and_tell(sieve: Sieve, codes: Mapping[str, bytes], share: Sequence[str], sender: Connection) -> None:
    import signal  # noqa: PLC0415  (only in a process of its own)

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once and without a traceback
    with suppress(Exception):  # the other side looks itself, and has the same trouble to tell of
        sender.send(_look_at(sieve, codes, share))


def _look_at(sieve: Sieve, codes: Mapping[str, bytes], paths: Sequence[str]) -> dict[str, Look]:
    return {path: sieve.look(codes[path]) for path in paths}
