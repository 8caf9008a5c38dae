"""A process that is a copy of this one, and a connection to it.

The standard library's :mod:`multiprocessing` does the same for any system; to import it takes a hundredth of a big run.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import suppress


class Channel:
    """One end of a connection between two processes.

    Args:
        reads: the file descriptor that is read from.
        writes: the one that is written to.
    """

    def __init__(self, reads: int, writes: int) -> None:
        self._reads = os.fdopen(reads, "rb")
        self._writes = os.fdopen(writes, "wb")

    def send(self, value: object) -> None:
        """Send an object.

        Raises:
            OSError: nobody is at the other end.
        """
        pickle.dump(value, self._writes, pickle.HIGHEST_PROTOCOL)
        self._writes.flush()

    def pass_on(self, sent: bytes) -> None:
        """Send what another process sent, as it is: so it is read once.

        Raises:
            OSError: nobody is at the other end.
        """
        self._writes.write(sent)
        self._writes.flush()

    def rest(self) -> bytes:
        """All that is sent from now on, not read yet; waits for the end."""
        return self._reads.read()

    def recv(self) -> object:
        """Wait for an object.

        Raises:
            EOFError, OSError, pickle.UnpicklingError: the process at the other end is no more.
        """
        return pickle.load(self._reads)

    def close(self) -> None:
        """Be done with it."""
        for end in (self._reads, self._writes):
            with suppress(OSError):  # what was never sent is of no use
                end.close()


class Fork:
    """A process that does one thing and ends, when this one does at the latest.

    Args:
        work: what it does, given its end of the connection. If that fails, it says nothing.
    """

    def __init__(self, work: Callable[[Channel], None]) -> None:
        (asked, question), (answer, answered) = os.pipe(), os.pipe()
        self._process = os.fork()
        if self._process == 0:
            # Its own ends of the other side are closed, so that it hears when the other process has ended.
            os.close(question)
            os.close(answer)
            _run(work, Channel(asked, answered))
        os.close(asked)
        os.close(answered)
        self._channel = Channel(answer, question)

    def ask(self, question: object) -> None:
        """Send it something; if it is no more, its answer will tell."""
        with suppress(OSError):
            self._channel.send(question)

    def answer(self) -> object:
        """What it sends; None where it died."""
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            return self._channel.recv()
        return None

    def sent(self) -> bytes | None:
        """What it has sent when it is done, for :meth:`Channel.pass_on`; None where it failed."""
        sent = self._channel.rest()
        _, status = os.waitpid(self._process, 0)
        self._channel.close()
        return sent if status == 0 else None

    def stop(self) -> None:
        """Let it end, whatever it does; :meth:`end` waits for that."""
        import signal  # noqa: PLC0415  (only where there are other processes)

        self._channel.close()
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)

    def end(self) -> None:
        """Be done with it, whatever it does."""
        self.stop()
        with suppress(ChildProcessError):
            os.waitpid(self._process, 0)


def _run(work: Callable[[Channel], None], channel: Channel) -> None:
    import signal  # noqa: PLC0415  (as above)

    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once and without a traceback
        with suppress(Exception):  # the other side does the work itself, and has the same trouble to tell of
            work(channel)
            status = 0
    finally:
        os._exit(status)  # whatever is left to do at the end of a program is left to the other process
