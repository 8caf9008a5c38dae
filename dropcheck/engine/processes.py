"""How many processes a run may use, and whether they can be forked."""

from __future__ import annotations

import os
import sys
import threading


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
    return sys.platform not in ("darwin", "win32") and threading.active_count() == 1
