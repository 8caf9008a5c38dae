"""Writing of source files so that an interruption at any moment leaves the old file or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import stat

from dropcheck.errors import SourceError
from dropcheck.source.text import SourceFile, encode_source, read_bytes, reason


def write_source(source: SourceFile, text: str) -> None:
    """Replace the text of a file in one step.

    Encoding, byte order mark and permissions stay. Where the path is a symbolic link, the file it leads to is replaced
    and the link stays. Nothing is written where the text is the one that was read.

    Args:
        source: the file as it was read.
        text: the text it shall hold.

    Raises:
        SourceError: the file changed since it was read, is read-only, or cannot be written; it is left as it is.
    """
    data = encode_source(source, text)
    if data == source.raw:
        return
    target = os.path.realpath(source.path)
    folder, name = os.path.split(target)
    # The name is chosen before the file exists, so that it is removed even if the interruption comes right behind its
    # creation. It does not end in .py: a file left behind by a killed process is never taken for source.
    temporary = os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}.dropcheck-tmp")
    try:
        if not os.access(target, os.W_OK) and os.path.exists(target):
            raise SourceError(source.path, "is read-only; left as it is")
        _write_copy(temporary, data, os.stat(target))
        if read_bytes(target) != source.raw:
            raise SourceError(source.path, "changed since it was read; left as it is, run dropcheck again")
        os.replace(temporary, target)
    except OSError as error:
        raise SourceError(source.path, f"cannot be written: {reason(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def write_bytes(path: str, data: bytes, name: str) -> None:
    """Make or replace a file of our own in one step, making the folders above it.

    Args:
        path: the file; where it is a symbolic link, the file it leads to is replaced.
        data: its content.
        name: what messages call it.

    Raises:
        SourceError: it cannot be written; what was there is left as it is.
    """
    target = os.path.realpath(path)
    folder, base = os.path.split(target)
    temporary = os.path.join(folder, f".{base[:40]}.{os.urandom(6).hex()}.dropcheck-tmp")
    try:
        os.makedirs(folder, exist_ok=True)
        _write_copy(temporary, data, os.stat(target) if os.path.exists(target) else None)
        os.replace(temporary, target)
    except OSError as error:
        raise SourceError(name, f"cannot be written: {reason(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _write_copy(path: str, data: bytes, like: os.stat_result | None) -> None:
    """Write a new file, down to the disk, with the owner and mode of another."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags, 0o666 if like is None else 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if like is None:
        return
    mine = os.stat(path)
    if (mine.st_uid, mine.st_gid) != (like.st_uid, like.st_gid) and hasattr(os, "chown"):
        # Only root may give files away; for others the new file is theirs, as after a save in an editor.
        with contextlib.suppress(OSError):
            os.chown(path, like.st_uid, like.st_gid)
    os.chmod(path, stat.S_IMODE(like.st_mode))
