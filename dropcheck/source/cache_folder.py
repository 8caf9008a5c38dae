"""The folder of the cache: its name, and how to know it for ours."""

from __future__ import annotations

import os

CACHE_FOLDER = ".dropcheck_cache"
"""The name of the folder, at the root of a project."""

TAG_FILE = "CACHEDIR.TAG"
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This is the cache of dropcheck; `dropcheck clean` removes it.\n"
"""What ``CACHEDIR.TAG`` says, so that backups leave the folder out (https://bford.info/cachedir/) and ``clean`` knows it."""


def is_cache_folder(path: str) -> bool:
    """Whether a folder is a cache of dropcheck: a real folder, not a link to one, with the tag in it.

    Args:
        path: the folder.
    """
    if os.path.islink(path):
        return False
    try:
        with open(os.path.join(path, TAG_FILE), "rb") as file:
            return file.read(len(TAG) + 1).replace(b"\r\n", b"\n") == TAG.encode()
    except OSError:
        return False
