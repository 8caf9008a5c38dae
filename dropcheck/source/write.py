"""Writing of files so that an interruption at any moment leaves the old file or the new one, never a part."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
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
    temporary = _temporary(target)
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


def replace_file(path: str, data: bytes) -> None:
    """Write a file in one step, whatever it held before.

    Permissions stay, and so does a symbolic link. What is no regular file (``/dev/stdout``, a pipe) is written to as it is.

    Args:
        path: the file; it need not exist.
        data: its content.

    Raises:
        OSError: it cannot be written; a file that was there is left as it is.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as file:
            file.write(data)
        return
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    temporary = _temporary(target)
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
        os.replace(temporary, target)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _temporary(target: str) -> str:
    """A name for the new content of a file until it is complete.

    It is chosen before that file exists, so that it is removed even if an interruption comes right behind its creation. It
    does not end in .py: a file left behind by a killed process is never taken for source.
    """
    folder, name = os.path.split(target)
    return os.path.join(folder, f".{name[:40]}.{secrets.token_hex(6)}.dropcheck-tmp")


def _write_copy(path: str, data: bytes, like: os.stat_result) -> None:
    """Write a new file, down to the disk, with the owner and mode of another."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    mine = os.stat(path)
    if (mine.st_uid, mine.st_gid) != (like.st_uid, like.st_gid) and hasattr(os, "chown"):
        # Only root may give files away; for others the new file is theirs, as after a save in an editor.
        with contextlib.suppress(OSError):
            os.chown(path, like.st_uid, like.st_gid)
    os.chmod(path, stat.S_IMODE(like.st_mode))
