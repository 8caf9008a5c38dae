"""Words that linking is likely to look for, told from bytes: whoever has time may search for them before it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import arguments, function_around, indent_of, places

_CLASS = pattern(rb"class[ \t]+(\w+)")
#: The rest of the name of a function that is called.
_CALLED = pattern(rb"[a-z_]\w*[ \t]*(?=\()")
_MODE = b"training"


def likely_words(raw: bytes, spots: Iterable[int]) -> Iterator[bytes]:
    """The words by which other files would use what places are in: a function, or a class and a method of its own.

    They are wanted where dropout is called without the mode, or a mode is set.

    Args:
        raw: the file.
        spots: the places.
    """
    for at in spots:
        if not (_is_called_without_mode(raw, at) or raw.startswith(_MODE, at)):
            continue
        name, start = function_around(raw, at)
        if name and indent_of(raw, raw.find(b"def", start)) == 0:
            yield name
            continue
        found = _CLASS.match(raw, raw.rfind(b"\nclass ", 0, at) + 1)
        if found is not None:
            yield found[1]
        if name.startswith(b"_") and not name.startswith(b"__"):
            yield b".%b(" % name


def likely_callers(raw: bytes, function: bytes) -> Iterator[bytes]:
    """The functions of the top level that use a function, and the classes that keep it: what other files would use instead of it.

    Args:
        raw: the file.
        function: the name of the function.
    """
    for at in places(raw, function):
        name, start = function_around(raw, at)
        if name and indent_of(raw, raw.find(b"def", start)) == 0:
            yield name
        elif not name and indent_of(raw, at) and (found := _CLASS.match(raw, raw.rfind(b"\nclass ", 0, at) + 1)) is not None:
            yield found[1]


def _is_called_without_mode(raw: bytes, at: int) -> bool:
    called = _CALLED.match(raw, at)
    passed = arguments(raw, called.end()) if called is not None else None
    return passed is not None and all(value != b"self.training" for _, value in passed[0])
