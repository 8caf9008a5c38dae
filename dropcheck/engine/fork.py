"""A process that is a copy of this one, and a connection to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class Fork:
    """A process that does one thing and ends, when this one does at the latest.

    Args:
        work: what it does, given its end of the connection. If that fails, it says nothing.
    """

    def __init__(self, work: Callable[[Connection], None]) -> None:
        from multiprocessing import get_context  # noqa: PLC0415  (10 ms that small runs never need)

        context = get_context("fork")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_run, args=(work, self._here, there), daemon=True)
        self._process.start()
        there.close()

    def ask(self, question: object) -> None:
        """Send it something; if it is no more, its answer will tell."""
        with suppress(OSError):
            self._here.send(question)

    def answer(self) -> object:
        """What it sends; None where it died."""
        with suppress(EOFError, OSError):
            return self._here.recv()
        return None

    def end(self) -> None:
        """Be done with it, whatever it does."""
        self._here.close()
        self._process.terminate()
        self._process.join()


def _run(work: Callable[[Connection], None], other: Connection, mine: Connection) -> None:
    import signal  # noqa: PLC0415  (only in a process of its own)

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once and without a traceback
    other.close()  # so that it hears when the other process has ended
    with suppress(Exception):  # the other side does the work itself, and has the same trouble to tell of
        work(mine)
