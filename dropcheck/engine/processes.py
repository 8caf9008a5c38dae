"""How many processes a run may use, whether they can be forked, and how they end."""

from __future__ import annotations

import os
import sys


def cpu_count() -> int:
    """How many processors this process may use."""
    if sys.version_info >= (3, 13):
        count = os.process_cpu_count()
    elif sys.platform == "linux":
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count()
    return count or 1


def can_fork() -> bool:
    """Whether forking, the fastest way to a process, is safe: it copies locks that other threads may hold, as on macOS always."""
    import threading  # noqa: PLC0415  (only where there is much to do)

    return sys.platform not in ("darwin", "win32") and threading.active_count() == 1


def end_with_parent() -> None:
    """Make this process, a worker, end as soon as its parent has, however that ended.

    A parent that is killed tells no worker, and each waits for work through a pipe whose other end it has inherited: for ever.
    """
    import threading  # noqa: PLC0415  (as above)
    from multiprocessing import parent_process  # noqa: PLC0415  (only a worker needs it)

    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(parent: int) -> None:
    from multiprocessing.connection import wait  # noqa: PLC0415  (as above)

    # Workers that were forked later hold this open, too; so the last one goes first.
    wait([parent])
    os._exit(1)
