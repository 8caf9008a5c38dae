"""Whether this process runs nothing but dropcheck.

Where code of others runs in it, as in an editor's process or in a test of a user, nothing that this code uses may be changed.
"""

from __future__ import annotations

_alone: list[bool] = []


def claim() -> None:
    """Say that no code of others runs in this process, nor in those that it forks."""
    _alone.append(True)


def is_alone() -> bool:
    """Whether that was said."""
    return bool(_alone)
