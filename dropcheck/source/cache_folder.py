"""The folder of the cache: its name, how to know it for ours, and the files in it.

It may have come with a checkout. So nothing is written through a link, and nothing is removed that does not look like ours.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress

from dropcheck.errors import SourceError
from dropcheck.reading import read_bytes
from dropcheck.source.write import write_bytes

CACHE_FOLDER = ".dropcheck_cache"
"""The name of the folder, at the root of a project."""

TAG_FILE = "CACHEDIR.TAG"
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This is the cache of dropcheck; `dropcheck clean` removes it.\n"
"""What ``CACHEDIR.TAG`` says, so that backups leave the folder out (https://bford.info/cachedir/) and ``clean`` knows it."""

_SUFFIX = ".run"
_ENTRY = re.compile(rf"[0-9a-f]{{32}}{re.escape(_SUFFIX)}")
_MARKS = ((TAG_FILE, TAG), (".gitignore", "*\n"))
_TEMPORARY = ".dropcheck-tmp"
#: More than the cache of any run; an entry that has more is not ours.
_MOST_BYTES = 1 << 28


def is_cache_folder(path: str) -> bool:
    """Whether a folder is a cache of dropcheck: a real folder, not a link to one, with the tag in it.

    Args:
        path: the folder.
    """
    if os.path.islink(path):
        return False
    try:
        tag = read_bytes(os.path.join(path, TAG_FILE))
    except SourceError:
        return False
    return tag.replace(b"\r\n", b"\n") == TAG.encode()


def can_be_cache_folder(path: str) -> bool:
    """Whether a folder is a cache of dropcheck or can become one, since nothing of anybody else's is in it.

    Args:
        path: the folder, which need not exist.
    """
    if is_cache_folder(path) or not os.path.lexists(path):
        return True
    ours = {name for name, _ in _MARKS}
    try:
        # Another process may be about to make it.
        names = os.listdir(path)
    except OSError:
        return False
    return not os.path.islink(path) and all(name in ours or name.endswith(_TEMPORARY) for name in names)


def read_entry(folder: str, name: str) -> bytes:
    """What is kept under a name.

    Args:
        folder: the folder.
        name: 32 hexadecimal digits.

    Raises:
        OSError: there is nothing.
        SourceError: what is there cannot be read, or is no entry.
    """
    path = os.path.join(folder, name + _SUFFIX)
    if os.path.getsize(path) > _MOST_BYTES:
        raise SourceError(path, "is too large")
    return read_bytes(path)


def keep_entry(folder: str, name: str, content: bytes) -> None:
    """Keep something under a name, in a folder that is made and marked if it is not there.

    Args:
        folder: the folder.
        name: 32 hexadecimal digits.
        content: what to keep.

    Raises:
        OSError, SourceError: it cannot be written.
    """
    if not can_be_cache_folder(folder):
        raise SourceError(folder, "is not a cache of dropcheck")
    for mark, text in _MARKS:
        path = os.path.join(folder, mark)
        if not os.path.lexists(path):
            write_bytes(path, text.encode(), path)
    path = os.path.join(folder, name + _SUFFIX)
    if os.path.islink(path):
        os.unlink(path)
    write_bytes(path, content, path)


def forget_oldest(folder: str, most: int) -> None:
    """Remove the oldest entries.

    Args:
        folder: the folder.
        most: how many of them may stay.
    """
    entries = [entry for entry in os.scandir(folder) if _ENTRY.fullmatch(entry.name)]
    aged = sorted((entry.stat(follow_symlinks=False).st_mtime_ns, entry.path) for entry in entries)
    for _, path in aged[:-most]:
        with suppress(OSError):
            os.unlink(path)
