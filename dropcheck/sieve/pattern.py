"""Regular expressions that are compiled when they are first used: a file that is checked alone needs few of them."""

from __future__ import annotations

import re
from typing import cast


class _Pattern:
    def __init__(self, text: bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        found: object = getattr(re.compile(self._text, self._flags), name)
        # From now on it is found without a detour.
        self.__dict__[name] = found
        return found


def pattern(text: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """What :func:`re.compile` returns, later.

    Args:
        text: the regular expression.
        flags: those of :mod:`re`.
    """
    return cast("re.Pattern[bytes]", _Pattern(text, flags))
