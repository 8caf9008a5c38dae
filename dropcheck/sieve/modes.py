"""Uses of the mode other than passing it on: where it is stored, read while a module is made, or takes a rate away for good."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import function_around, line_before, method_around, places

_MODE = b"training"
#: Where the mode is read or set, is defined as a method, or is bound at the beginning of a row.
_TRAINING = pattern(
    rb"training\b(?:(?<=\.training)(?P<mode>[ \t]*+(?:=(?!=))?+)"
    rb"|(?<=[ \t]training)(?P<method>[ \t]*+\()"
    rb"|(?<=[ \t\n;:,]training)(?=[ \t]*+(?P<bound>(?::[^=\n,()]*+)?+=(?!=)[^\n]*+)))"
)
_ZERO = rb"[ \t]*=[ \t]*(?:0(?:\.0*)?|None)[ \t]*(?:[#;\n]|\Z)"
_ZEROED = (pattern(rb"drop\w*" + _ZERO), pattern(rb"\.p" + _ZERO))
_ASSIGNS = pattern(rb"self\.[\w.]+[ \t]*(?::[^=\n]*)?=(?!=)")
#: The start of a statement that binds an attribute of the instance.
_ON_SELF = pattern(rb"(?:\A|[:;][ \t]*)self\.[\w.]*\Z")
_CONSTRUCTORS = frozenset({b"__init__", b"__new__", b"__post_init__"})
#: Methods that no constructor calls.
_USED = frozenset({b"forward", b"__call__", b"training_step", b"validation_step", b"generate"})


def misused_modes(raw: bytes) -> Iterator[int]:
    """Where a file may bind ``training``, read the mode where it is fixed, or zero a rate in evaluation for good."""
    uses = []
    for found in _modes(raw):
        if found["mode"] is not None:
            uses.append(found.start())
            wrong = _is_fixed(raw, found.start(), is_set=found["mode"].endswith(b"="))
        elif found["method"] is not None:
            wrong = line_before(raw, found.start()).endswith(b"def")
        else:
            wrong = not line_before(raw, found.start()) and not found["bound"].rstrip().endswith((b",", b")", b"("))
        if wrong:
            yield found.start()
    yield from _zeroed(raw, uses)


def _modes(raw: bytes) -> Iterator[re.Match[bytes]]:
    for at in places(raw, _MODE):  # faster than an expression that begins with it
        if (found := _TRAINING.match(raw, at)) is not None:
            yield found


def _is_fixed(raw: bytes, at: int, *, is_set: bool) -> bool:
    """Whether the mode is set, or read by what may run while an object is made."""
    if raw[at - 6 : at] == b"`self.":
        return False  # a text
    if is_set:
        return True
    if raw[max(0, at - 5) : at] != b"self.":
        return False
    name, start = method_around(raw, at)
    if name in _CONSTRUCTORS:
        return True
    if not name or name in _USED or b"self.%b(" % name not in raw:
        return False
    if _is_used(raw, name):
        return False
    body = raw[start : _end_of(raw, start)]
    stored = rb"self\.[\w.]+[ \t]*(?::[^=\n]*)?=(?!=)[^\n]*self\.%b\(" % name
    return _ASSIGNS.search(body) is not None or re.search(stored, raw) is not None


def _is_used(raw: bytes, name: bytes) -> bool:
    """Whether a method is called by one that runs when the object is used, so that it does not run at construction only."""
    return any(method_around(raw, at)[0] in _USED for at in places(raw, b"self.%b(" % name))


def _end_of(raw: bytes, start: int) -> int:
    """Where a function ends, at the latest."""
    indent = len(raw[start : start + 80]) - len(raw[start : start + 80].lstrip(b" \t"))
    later = re.compile(rb"\n[ \t]{0,%d}(?:async[ \t]+def|def|class|@)\b" % indent).search(raw, start + indent + 4)
    return later.start() if later is not None else len(raw)


def _zeroed(raw: bytes, uses: Iterable[int]) -> Iterator[int]:
    """Where a rate is set to zero behind a use of the mode in the same function."""
    end = 0
    for use in uses:
        # What follows in the class, or up to the next one, holds the rest of the function.
        start, end = max(use, end), raw.find(b"\nclass ", use)
        end = end if end >= 0 else len(raw)
        for found in (hit for search in _ZEROED for hit in search.finditer(raw, start, end)):
            if not _ON_SELF.search(line_before(raw, found.start())):
                continue
            name, start_of = function_around(raw, found.start())
            if name and name not in _CONSTRUCTORS and b".training" in raw[start_of : found.start()]:
                yield found.start()
