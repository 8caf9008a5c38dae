"""Uses of the mode other than passing it on: where it is stored, read while a module is made, or takes a rate away for good."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import function_around, line_before, method_around

_TRAINING = pattern(rb"\.training\b[ \t]*(=(?!=))?")
_DEFINED = pattern(rb"def[ \t]+training\b")
_BOUND = pattern(rb"training[ \t]*(?::[^=\n,()]*)?=(?!=)[^\n]*")
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
    if b"training" not in raw:
        return
    yield from _bound(raw)
    yield from (found.start() for found in _TRAINING.finditer(raw) if _is_fixed(raw, found))
    yield from _zeroed(raw)


def _bound(raw: bytes) -> Iterator[int]:
    """Where ``training`` is bound in a class body or by a function, so that it may be no mode."""
    yield from (found.start() for found in _DEFINED.finditer(raw))
    for found in _BOUND.finditer(raw):
        if not line_before(raw, found.start()) and not found.group().rstrip().endswith((b",", b")", b"(")):
            yield found.start()


def _is_fixed(raw: bytes, found: re.Match[bytes]) -> bool:
    """Whether the mode is set, or read by what may run while an object is made."""
    if raw[raw.rfind(b"self", 0, found.start()) - 1 : found.start()].startswith(b"`"):
        return False  # a text
    if found[1] is not None:
        return True
    if raw[max(0, found.start() - 4) : found.start()] != b"self":
        return False
    name, start = method_around(raw, found.start())
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
    call = b"self.%b(" % name
    at = raw.find(call)
    while at >= 0:
        if method_around(raw, at)[0] in _USED:
            return True
        at = raw.find(call, at + 1)
    return False


def _end_of(raw: bytes, start: int) -> int:
    """Where a function ends, at the latest."""
    indent = len(raw[start : start + 80]) - len(raw[start : start + 80].lstrip(b" \t"))
    later = re.compile(rb"\n[ \t]{0,%d}(?:async[ \t]+def|def|class|@)\b" % indent).search(raw, start + indent + 4)
    return later.start() if later is not None else len(raw)


def _zeroed(raw: bytes) -> Iterator[int]:
    for found in (hit for search in _ZEROED for hit in search.finditer(raw)):
        if not _ON_SELF.search(line_before(raw, found.start())):
            continue
        name, start = function_around(raw, found.start())
        if name and name not in _CONSTRUCTORS and b".training" in raw[start : found.start()]:
            yield found.start()
