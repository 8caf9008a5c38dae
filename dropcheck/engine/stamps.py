"""Whether a file is what it was: told by its size and times, and where these leave a doubt by a hash of what it holds."""

from __future__ import annotations

import hashlib
import os

from dropcheck.errors import SourceError
from dropcheck.reading import read_bytes

#: A file that changed this shortly before it was read may change again without a new time stamp, in seconds.
_RACY = 2.0

Stamp = list[object]
"""Size, times and hash, as JSON."""


def stamp(path: str, raw: bytes | None, now: float) -> Stamp:
    """What a file is known by.

    Args:
        path: the file.
        raw: its bytes; None to read them.
        now: the time; of a file that changed just now the times prove nothing and are left out.
    """
    try:
        found = os.stat(path)
        content = raw if raw is not None else read_bytes(path)
    except (OSError, SourceError):
        return [-1, "", ""]
    times = _times(found) if now - found.st_mtime > _RACY else ""
    return [found.st_size, times, _hash(content)]


def content_if_changed(path: str, known: Stamp) -> bytes | None:
    """The bytes of a file that has changed; None where it has not.

    Args:
        path: the file.
        known: what it was known by.

    Raises:
        OSError, SourceError: it cannot be read.
    """
    size, times, digest = known
    found = os.stat(path)
    if found.st_size == size and times == _times(found):
        return None
    content = read_bytes(path)
    return None if found.st_size == size and _hash(content) == digest else content


def has_changed(path: str, known: Stamp) -> bool:
    """Whether a file is another one, or gone.

    Args:
        path: the file.
        known: what it was known by.
    """
    try:
        return content_if_changed(path, known) is not None
    except (OSError, SourceError):
        return True


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _times(found: os.stat_result) -> str:
    """When a file was last changed: as it says itself, which an archive can set, and as the system says."""
    return f"{found.st_mtime_ns} {found.st_ctime_ns}"
