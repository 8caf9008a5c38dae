"""A secret of the user of this machine, which nothing that came with a checkout can know.

What dropcheck keeps inside a project is sealed with it. A stranger's project can bring a cache along that says "nothing
found", but not one that is sealed.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from hmac import compare_digest

from dropcheck.errors import SourceError
from dropcheck.reading import read_bytes
from dropcheck.source.write import write_bytes

_SIZE = 32
_SEAL_SIZE = 64  # 32 bytes in hexadecimal digits


def seal(content: bytes, purpose: str) -> bytes | None:
    """The content with a seal before it; the user's key is made if there is none.

    Args:
        content: any bytes.
        purpose: what they are for; a seal for one purpose is none for another.

    Returns:
        Bytes for ``unseal``; None where no key can be kept, as in a home folder that cannot be written.
    """
    key = _key() or _new_key()
    return None if key is None else _seal(key, content, purpose) + content


def unseal(sealed: bytes, purpose: str) -> bytes | None:
    """The content that this user sealed.

    Args:
        sealed: what was read.
        purpose: what it is needed for.

    Returns:
        The content; None where anybody else may have written it.
    """
    key = _key()
    content = sealed[_SEAL_SIZE:]
    if key is None or not compare_digest(sealed[:_SEAL_SIZE], _seal(key, content, purpose)):
        return None
    return content


def _seal(key: bytes, content: bytes, purpose: str) -> bytes:
    # BLAKE2 with a key is a message authentication code by itself (RFC 7693), and fast enough for megabytes in every run.
    digest = hashlib.blake2b(key=key, digest_size=_SEAL_SIZE // 2)
    digest.update(hashlib.blake2b(os.fsencode(purpose)).digest())
    digest.update(content)
    return digest.hexdigest().encode()


def _key() -> bytes | None:
    """The key, if it is there and nobody else could have put it there."""
    path = _path()
    if path is None:
        return None
    with suppress(OSError, SourceError):
        key = read_bytes(path)
        found = os.stat(path)
        ours = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
        return key if len(key) == _SIZE and ours else None
    return None


def _new_key() -> bytes | None:
    path = _path()
    if path is None:
        return None
    # The folder is for the user alone, so that the file is from its first byte on.
    with suppress(OSError, SourceError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.chmod(os.path.dirname(path), 0o700)
        write_bytes(path, os.urandom(_SIZE), path)
        os.chmod(path, 0o600)
    # Of several processes that make one at the same time, all take that of the last.
    return _key()


def _path() -> str | None:
    """Where the key is kept; None where there is no home folder."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(named):  # by its specification, any other is to be ignored
        usual = {"win32": os.environ.get("LOCALAPPDATA", ""), "darwin": "~/Library/Caches"}.get(sys.platform, "~/.cache")
        named = os.path.expanduser(usual)
    return os.path.join(named, "dropcheck", "key") if os.path.isabs(named) else None
