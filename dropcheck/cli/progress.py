"""A progress bar on stderr, for runs long enough to wonder about."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0  # seconds before the bar appears
_INTERVAL = 0.1  # seconds between two frames


class ProgressBar:
    """A callback ``(done, total)`` that draws a bar once the run has lasted over a second.

    Used as a context manager, which removes the bar again. It draws only when called, without a thread of its own,
    so that the engine may fork at any time.

    Args:
        enabled: whether anybody is there to see it.
        color: whether it may be coloured.
        clock: the time in seconds.
    """

    def __init__(self, *, enabled: bool, color: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._enabled = enabled
        self._color = color
        self._clock = clock
        self._next = clock() + _PATIENCE
        self._exit = ExitStack()
        self._bar: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def __call__(self, done: int, total: int) -> None:
        """Tell how far the run is.

        Args:
            done: files done.
            total: files to do.
        """
        if not self._enabled or self._clock() < self._next:
            return
        self._next = self._clock() + _INTERVAL
        progress, task = self._bar = self._bar or self._open()
        progress.update(task, completed=done, total=total, refresh=True)

    def _open(self) -> tuple[Progress, TaskID]:
        from rich.console import Console  # noqa: PLC0415  (slow to import, and most runs end before the bar is due)
        from rich.progress import Progress  # noqa: PLC0415

        console = Console(stderr=True, no_color=not self._color)
        progress = self._exit.enter_context(Progress(console=console, auto_refresh=False, transient=True))
        return progress, progress.add_task("Checking", total=None)
