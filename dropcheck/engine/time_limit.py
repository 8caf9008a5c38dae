"""How long the work on one file may take: seconds of the processor, so that a busy machine makes no file too slow.

In the main thread an alarm of the system ends what runs too long, between two steps of Python. Native code (LibCST's parser) does
not hear it; so a worker is ended by the system soon after, and its parent tells the file. What waits for something, and so uses
no processor, another alarm ends that needs no Python either.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from dropcheck.errors import SourceError

if TYPE_CHECKING:
    from types import FrameType

SECONDS: ContextVar[float | None] = ContextVar("seconds_per_file", default=None)
"""The limit in force; None for none, as for programs that use the API and may have an alarm of their own."""

_RUNNING: ContextVar[bool] = ContextVar("the alarm is set", default=False)
_GRACE = 1.0  # seconds from the alarm to the end of the process
_PATIENCE = 10  # so much longer than the limit may it take by the clock on the wall


class _TimeOverError(BaseException):
    """The alarm. It is no Exception, so that nothing on the way takes it for a bug."""


@contextmanager
def limited(path: str) -> Iterator[None]:
    """Do something with a file, but not for longer than the limit. Nothing is limited outside the main thread, or on Windows.

    Args:
        path: the file.

    Raises:
        SourceError: it took longer.
    """
    # Imported where a file is really worked on, which a clean run does not.
    import signal  # noqa: PLC0415
    import threading  # noqa: PLC0415

    seconds = SECONDS.get()
    can_ring = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds is None or not can_ring or _RUNNING.get():
        yield
        return
    handler = signal.signal(signal.SIGPROF, _ring)
    running = _RUNNING.set(True)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except _TimeOverError:
        raise SourceError(path, over(seconds)) from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
        _RUNNING.reset(running)


@contextmanager
def guarded(path: str) -> Iterator[None]:
    """The same in a process that may be ended: native code does not go on for ever either.

    Args:
        path: the file.

    Raises:
        SourceError: it took longer, and Python could tell.
    """
    seconds = SECONDS.get()
    if seconds is None:
        yield
        return
    with _ended_after(seconds + _GRACE), _ended_at(seconds * _PATIENCE + _GRACE), limited(path):
        yield


@contextmanager
def _ended_at(seconds: float) -> Iterator[None]:
    """Let the system end this process so many seconds from here, by the clock on the wall."""
    import signal  # noqa: PLC0415  (as above)

    if not hasattr(signal, "setitimer"):
        with _watched(seconds):
            yield
        return
    # Without a function to call for it, an alarm ends a process; a watchdog of ``faulthandler`` starts a thread for every file.
    handler = signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    """The same on Windows."""
    import faulthandler  # noqa: PLC0415  (as above)

    with open(os.devnull, "wb") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Let the system end this process once it has used the processor for so long from here, and keep no image of it."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        yield
        return
    with (
        _lowered(resource.RLIMIT_CPU, math.ceil(time.process_time() + seconds)),
        _lowered(resource.RLIMIT_CORE, 0),
    ):
        yield


@contextmanager
def _lowered(limit: int, wanted: int) -> Iterator[None]:
    """A limit of the system at a lower value, unless it is as low already."""
    import resource  # noqa: PLC0415  (as above)

    soft, hard = resource.getrlimit(limit)
    if soft == resource.RLIM_INFINITY or soft > wanted:
        resource.setrlimit(limit, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(limit, (soft, hard))


def over(seconds: float) -> str:
    """What is said of a file that took too long.

    Args:
        seconds: the limit.
    """
    return f"took longer than {seconds:g} s; exclude it, or allow more with --timeout-per-file"


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise _TimeOverError
