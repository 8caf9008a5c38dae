"""No network while a model is built and run: an audit must not download weights behind the user's back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dropcheck.frozen import dataclass

#: What libraries obey, so that they use what is there already, or say at once that it is not.
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
_EVENTS = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})
_HERE = frozenset({"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "None"})


class NoNetworkError(OSError):
    """Code that an audit runs tried to reach another machine."""


@dataclass(slots=True)
class Offline:
    """What was tried while there was no network.

    Args:
        host: the machine that was wanted; empty if none was.
    """

    host: str = ""


_guards: list[Offline] = []
_hooked: list[bool] = []


@contextmanager
def offline() -> Iterator[Offline]:
    """A context in which Python's sockets reach only this machine.

    Yields:
        What was tried.
    """
    if not _hooked:
        # Hooks cannot be removed; this one does nothing where there is no guard.
        _hooked.append(True)
        sys.addaudithook(_refuse)
    guard = Offline()
    before = {name: os.environ.get(name) for name in _OFFLINE}
    os.environ.update(dict.fromkeys(_OFFLINE, "1"))
    _guards.append(guard)
    try:
        yield guard
    finally:
        _guards.remove(guard)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if not _guards or event not in _EVENTS:
        return
    host = _host(event, arguments)
    if host not in _HERE:
        _guards[-1].host = host
        raise NoNetworkError(f"there is no network during an audit (wanted: {host})")


def _host(event: str, arguments: tuple[object, ...]) -> str:
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        first = arguments[0]
        return first.decode(errors="replace") if isinstance(first, bytes) else str(first)
    address = arguments[1] if len(arguments) > 1 else None
    # Those of other families than the internet's are paths on this machine.
    return str(address[0]) if isinstance(address, tuple) and address else ""
