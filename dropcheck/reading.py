"""Reading the bytes of a file, whatever it turns out to be: nothing is waited for, and nothing endless is read to its end."""

from __future__ import annotations

import os
import stat
from io import FileIO

from dropcheck.errors import SourceError

MOST_BYTES = 250_000_000
"""A larger file is not read: it would take the memory of the machine."""
#: Opening a pipe would otherwise wait for a writer.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CHUNK = 1_000_000


def read_bytes(path: str, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file.

    Args:
        path: the file.
        most: so many bytes at most.

    Returns:
        Its bytes.

    Raises:
        SourceError: it is missing, unreadable, a folder, not a regular file, or too large.
    """
    try:
        opened = os.open(path, os.O_RDONLY | _AT_ONCE)
    except (OSError, ValueError) as error:
        if os.path.isdir(path):
            raise SourceError(path, "is a folder, not a file") from error
        raise SourceError(path, f"cannot be read: {reason(error)}") from error
    try:
        found = os.fstat(opened)
        if stat.S_ISDIR(found.st_mode):
            raise SourceError(path, "is a folder, not a file")
        if not stat.S_ISREG(found.st_mode):
            raise SourceError(path, "is not a regular file")
        if found.st_size > most:
            content = None
        elif found.st_size:
            content = _measured(opened, found.st_size)
        else:  # what says that it is empty may be a file of the kernel, which has no size
            with open(opened, "rb", buffering=0, closefd=False) as file:
                content = _unmeasured(file, most)
    except OSError as error:
        raise SourceError(path, f"cannot be read: {reason(error)}") from error
    finally:
        os.close(opened)
    if content is None:
        raise SourceError(path, f"is larger than {most:,} bytes, or has no end; exclude it")
    return content


def _measured(opened: int, size: int) -> bytes:
    """The bytes of a file, in as few steps as can be: a run reads thousands of files."""
    content = os.read(opened, size)
    while len(content) < size and (part := os.read(opened, size)):
        content += part
    return content


def _unmeasured(file: FileIO, most: int) -> bytes | None:
    """The bytes of a file whose size is not known; None where they are too many, or where they must be waited for."""
    parts: list[bytes] = []
    while sum(map(len, parts)) <= most:
        part = file.read(_CHUNK)
        if part is None:
            return None
        if not part:
            return b"".join(parts)
        parts.append(part)
    return None


def reason(error: Exception) -> str:
    """What the system says of a failed operation on a file, without the path and the number.

    Args:
        error: the failure.

    Returns:
        A few words, such as ``Permission denied``.
    """
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
