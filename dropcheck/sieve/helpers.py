"""Functions that hand their flag on to dropout, and are called nowhere but with the mode, told by the texts of all files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from dropcheck.frozen import dataclass
from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.rates import is_plain, names_in
from dropcheck.sieve.scan import arguments, block, in_import, line_before, without_texts

_HEADER = pattern(rb"\ndef[ \t]+(\w+)[ \t]*\(([^()#\"'\\]*)\)[^\n:]*:[ \t]*\n")
_PARAMETER = pattern(rb"\s*(\w+)[ \t]*(?::[^=,]*)?(?:=[^,]*)?")
_DEF = pattern(rb"(?:async[ \t]+)?def\Z")


@dataclass(frozen=True, slots=True)
class Passes:
    """A function of the top level of a file that hands its parameters on to dropout.

    Args:
        name: its name.
        flag: the parameter that is the flag, and its place among all.
        p: the parameter that is the rate, and its place; None where the rate is a constant.
        at: the offset of the call of dropout.
    """

    name: bytes
    flag: tuple[bytes, int]
    p: tuple[bytes, int] | None
    at: int


def passes_on(raw: bytes, at: int, end: int, flag: bytes, p: bytes | None) -> Passes | None:
    """The function around a call of dropout, if it surely does nothing with its parameters but hand them on there.

    Args:
        raw: the file.
        at: where the call begins.
        end: where it ends.
        flag: the flag that is passed.
        p: the rate that is passed; None for the default.
    """
    start = raw.rfind(b"\ndef ", 0, at)
    header = _HEADER.match(raw, start) if start >= 0 else None
    if header is None or line_before(raw, start).startswith(b"@"):
        return None
    body = block(raw, start + 1, 0)
    if start + 1 + len(body) < end or body.count(b"def ") > 1 or b"lambda" in body:
        return None
    names = [found[1] if (found := _PARAMETER.fullmatch(part)) is not None else b"" for part in header[2].split(b",")]
    if names and not names[-1]:
        names.pop()  # behind the last comma
    around = without_texts(raw[header.end() : at]) + without_texts(raw[end : start + 1 + len(body)])
    is_constant = p is None or (is_plain(p) and not names_in(p))
    handed = [flag] if p is None or is_constant else [flag, p]
    if b"" in names or any(name not in names or _mentions(around, name) for name in handed):
        return None
    rate = (handed[1], names.index(handed[1])) if len(handed) > 1 else None
    return Passes(header[1], (flag, names.index(flag)), rate, at)


def _mentions(text: bytes, name: bytes) -> bool:
    return re.search(rb"\b%b\b" % name, text) is not None


def rates_given(
    passes: Iterable[Passes], paths: Iterable[str], read: Callable[[str], bytes]
) -> tuple[tuple[bytes, str], ...] | None:
    """What such functions of one name are given as rates where all their callers pass the mode; None where one may not.

    Args:
        passes: the functions.
        paths: the files that hold their name.
        read: the bytes of a file.

    Returns:
        The names that are passed as p, each with the file.
    """
    if len({(one.name, one.flag, one.p) for one in passes}) > 1:
        return None
    one = next(iter(passes))
    found: list[tuple[bytes, str]] = []
    for path in sorted(paths):
        raw = read(path)
        for hit in re.finditer(rb"\b%b\b" % one.name, raw):
            names = _rates_at(raw, hit.start(), hit.end(), one)
            if names is None:
                return None
            found += ((name, path) for name in names)
    return tuple(found)


def _rates_at(raw: bytes, start: int, end: int, called: Passes) -> Iterable[bytes] | None:
    """What is passed as p where a function is mentioned and called with the mode, or defined or imported; else None."""
    before = line_before(raw, start)
    if _DEF.match(before) is not None or before.startswith(b"#"):
        return ()
    if in_import(raw, start):
        return None if raw[end : end + 4] == b" as " else ()
    if raw[start - 1 : start] == b"." or raw[end : end + 1] != b"(" or not before:
        return None
    passed = arguments(raw, end)
    if passed is None or any(value.startswith(b"*") for _, value in passed[0]):
        return None
    values = list(_values(passed[0], called))
    if values[0] != b"self.training" or (called.p is not None and not is_plain(values[1])):
        return None
    return names_in(values[1]) if called.p is not None else ()


def _values(passed: Iterable[tuple[bytes, bytes]], called: Passes) -> Iterator[bytes]:
    """What a call passes for the flag, and for the rate if that is a parameter; empty where it passes nothing."""
    named = {keyword: value for keyword, value in passed if keyword}
    positional = [value for keyword, value in passed if not keyword]
    for name, place in (called.flag, *((called.p,) if called.p is not None else ())):
        yield positional[place] if place < len(positional) else named.get(name, b"")
