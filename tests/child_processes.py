"""The processes that this one has forked and that have not ended."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest


def watch_forks(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """Keep count of what is forked from now on.

    Returns:
        Tells the numbers of the processes that were not waited for yet, the oldest first.
    """
    forked: list[int] = []
    fork = os.fork

    def counted() -> int:
        process = fork()
        forked.append(process)
        return process

    monkeypatch.setattr(os, "fork", counted)
    return lambda: [process for process in forked if _exists(process)]


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
