"""Temporary files that are to take the place of others, and that do not outlive the process, however it ends.

On Linux the file has no name while it is written and vanishes with the process; it gets one, beside its target, only for the
moment before it takes its place. A process that is killed in that moment, or at any moment on a system without nameless files,
leaves it behind: its name says whose it is, nobody holds its lock any more, and the next one to write in that folder removes it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

_SUFFIX = ".dropcheck-tmp"  # not .py: a file left behind is never taken for source
_NAME = re.compile(r"\..*\.[0-9a-f]{12}\.dropcheck-tmp", re.DOTALL)


@contextmanager
def successor(target: str, data: bytes, mode: int, prepare: Callable[[int], None]) -> Iterator[Callable[[], None]]:
    """A file that can take the place of another in one step, written down to the disk; gone at the end if it does not.

    Args:
        target: the other file.
        data: what the new one holds.
        mode: its permissions while it is written, before the umask.
        prepare: what is done to it before it has a name, with its descriptor.

    Yields:
        What puts it in the place of the other.

    Raises:
        OSError: it cannot be written.
    """
    folder, name = os.path.split(target)
    _remove_left_over(folder)
    # The name is chosen before the file exists, so that it is removed even if the interruption comes right behind its creation.
    path = os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}{_SUFFIX}")
    nameless = _open_nameless(folder, mode)
    try:
        descriptor = _open_named(path, mode) if nameless is None else nameless
        with open(descriptor, "wb") as file:
            _lock(file.fileno())
            file.write(data)
            file.flush()
            prepare(file.fileno())
            os.fsync(file.fileno())

            def succeed() -> None:
                if nameless is not None:
                    _name(file.fileno(), path, folder)
                elif os.name == "nt":  # where an open file cannot be moved
                    file.close()
                os.replace(path, target)

            yield succeed
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _open_named(path: str, mode: int) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)


def _open_nameless(folder: str, mode: int) -> int | None:
    """A file without a name; None where the system or the file system has none."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_WRONLY | os.O_TMPFILE, mode)
    except OSError:
        return None  # what is really wrong shows when the file is made with a name


def _name(descriptor: int, path: str, folder: str) -> None:
    """Give a nameless file its name (open(2), O_TMPFILE); only with a folder does Python follow the link of /proc."""
    above = os.open(folder, os.O_RDONLY)
    try:
        os.link(f"/proc/self/fd/{descriptor}", path, src_dir_fd=above, follow_symlinks=True)
    finally:
        os.close(above)


@cache
def _remove_left_over(folder: str) -> None:
    """Remove what killed processes left in a folder, once for each process."""
    with contextlib.suppress(OSError):
        with os.scandir(folder) as entries:
            left = [entry.path for entry in entries if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)]
        for path in left:
            with contextlib.suppress(OSError), open(path, "rb") as file:
                if _lock(file.fileno()):
                    os.unlink(path)


def _lock(descriptor: int) -> bool:
    """Hold a file as long as it is open; whether nobody else does."""
    try:
        import fcntl  # noqa: PLC0415  (not on Windows, where no one can remove an open file)
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or on a file system without locks
        return False
    return True
