"""Writing of files so that an interruption at any moment leaves the old file or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import stat

from dropcheck.errors import SourceError
from dropcheck.reading import read_bytes, reason
from dropcheck.source.temporary import successor
from dropcheck.source.text import SourceFile, encode_source

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def write_source(source: SourceFile, text: str) -> None:
    """Replace the text of a file in one step.

    Encoding, byte order mark, owner, permissions and extended attributes stay. Where the path is a symbolic link, the file it
    leads to is replaced and the link stays. Nothing is written where the text is the one that was read.

    Args:
        source: the file as it was read.
        text: the text it shall hold.

    Raises:
        SourceError: the file changed since it was read, is read-only, lies outside of what the user named, or cannot be
            written; it is left as it is.
    """
    data = encode_source(source, text)
    if data == source.raw:
        return
    target = os.path.realpath(source.path)
    if source.outside:
        raise SourceError(
            source.path, f"is a link to {target}, outside of what was named; left as it is, name the file to fix it"
        )
    try:
        like = os.stat(target)
        # To root everything is writable, also what somebody has made read-only on purpose.
        if not (os.access(target, os.W_OK) and like.st_mode & _WRITABLE):
            raise SourceError(source.path, "is read-only; left as it is")
        with successor(target, data, 0o600, lambda new: _make_like(new, like, target)) as succeed:
            if read_bytes(target) != source.raw:
                raise SourceError(source.path, "changed since it was read; left as it is, run dropcheck again")
            succeed()
    except FileNotFoundError as error:
        raise SourceError(source.path, "vanished since it was read; nothing is written") from error
    except OSError as error:
        raise SourceError(source.path, f"cannot be written: {reason(error)}; left as it is") from error


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
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        like = os.stat(target) if os.path.exists(target) else None
        mode = 0o666 if like is None else 0o600
        with successor(target, data, mode, lambda new: _make_like(new, like, target)) as succeed:
            succeed()
    except OSError as error:
        raise SourceError(name, f"cannot be written: {reason(error)}") from error


def _make_like(descriptor: int, like: os.stat_result | None, target: str) -> None:
    """Give a new file the owner, the mode and the attributes (access control lists among them) of another, if there is one."""
    if like is None or not hasattr(os, "fchown"):  # Windows has no such thing
        return
    os.fchmod(descriptor, _own(descriptor, like))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(target):
                with contextlib.suppress(OSError):  # some are root's to set
                    os.setxattr(descriptor, name, os.getxattr(target, name))


def _own(descriptor: int, like: os.stat_result) -> int:
    """Give a new file the owner and the group of another as far as the system allows; the mode that it may have then.

    Only root may give files away. For others the new file is theirs, as after a save in an editor: it must not act with their
    rights where it acted with those of another, nor open to their group what was open to another.
    """
    mode = stat.S_IMODE(like.st_mode)
    mine = os.fstat(descriptor)
    if mine.st_uid != like.st_uid:
        try:
            os.fchown(descriptor, like.st_uid, -1)
        except OSError:
            mode &= ~stat.S_ISUID
    if mine.st_gid != like.st_gid:
        try:
            os.fchown(descriptor, -1, like.st_gid)
        except OSError:
            mode = mode & ~(stat.S_ISGID | stat.S_IRWXG) | (mode & stat.S_IRWXO) << 3
    return mode
