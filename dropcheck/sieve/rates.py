"""Rates: is the p of a call surely no constant that torch refuses, and which attributes hold such constants?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import chain_before, is_explained, is_inside_brackets, line_before

#: So many rates are remembered: the files of a project spell most of theirs alike.
_KNOWN = 1_000
_WORD = pattern(rb"\w+")
_NUMBER = pattern(rb"0?\.\d+|0(?:\.0*)?|1e-\d+")
_NAME = pattern(rb"((?:self\.)?\w*drop\w*)(?:\.p)?")
_CONFIG = pattern(rb"(?:self\.)?(?:\w*config|cfg|args|hparams)(?:\.\w+|\[[\"']\w+[\"']\])+")
_FLOAT = pattern(rb"float\([ \t]*([^()]*?)[ \t]*\)")
_CHOICE = pattern(rb"([\w.]+)\s+if\s+([^()]*?)\s+else\s+([\w.]+)")
#: Where a name is set to a number or to True, or is one of several that are set at once.
_SET = pattern(
    rb"rop(?<=drop)\w*+(?:\.p)?+[ \t]*+"
    rb"(?:(?::[^=\n,()]*+)?+=[ \t]*+(?:[\w.]*Dropout\w*+\((?:p=)?+)?+(?P<value>(?:[-1-9]|0[.\d]*[1-9]|True)[\w.]*+)"
    rb"|,[^\n=()]*+=(?!=)[^\n=()]*[1-9][^\n=():]*+(?:\n|\Z))"
)


@lru_cache(_KNOWN)
def is_plain(value: bytes) -> bool:
    """Whether a rate is a number that torch takes, or an attribute or variable whose name says that it is a rate.

    Args:
        value: the source of the argument.
    """
    return all(any(shape.fullmatch(part) for shape in (_NAME, _NUMBER, _CONFIG)) for part in _parts(value))


@lru_cache(_KNOWN)
def names_in(value: bytes) -> tuple[bytes, ...]:
    """The attributes (``self.x``) and variables that a plain rate may be."""
    return tuple(found[1] for part in _parts(value) if (found := _NAME.fullmatch(part)) is not None)


def _parts(value: bytes) -> tuple[bytes, ...]:
    """What a rate may be: either side of a choice, without a conversion around it."""
    converted = _FLOAT.fullmatch(value)
    plain = converted[1] if converted is not None else value
    chosen = _CHOICE.fullmatch(plain)
    return (chosen[1], chosen[3]) if chosen is not None and b"training" not in chosen[2] else (plain,)


def odd_rates(raw: bytes, drops: Iterable[int]) -> Iterator[bytes]:
    """The attributes and variables that a file sets to a constant which torch refuses as a rate, or to one.

    Args:
        raw: the file.
        drops: where it says ``drop``.
    """
    for found in filter(None, (_SET.match(raw, at) for at in drops)):
        value = found["value"]
        if (value is None or _is_odd(value)) and _is_assigned(raw, found.start()):
            yield _whole_name(raw, found.start())


def _is_assigned(raw: bytes, at: int) -> bool:
    """Whether a name is the target of an assignment, not an argument, parameter or word in a text, as far as its rows tell."""
    start = at - len(chain_before(raw, at))
    before = line_before(raw, start)
    if (before and not before.endswith((b";", b",", b":"))) or is_inside_brackets(raw, start):
        return False
    name = _WORD.match(raw, at)
    return name is None or not is_explained(raw, name.end())


def _is_odd(value: bytes) -> bool:
    if value == b"True":
        return True
    try:
        return not 0 <= float(value) < 1
    except ValueError:
        return False


def _whole_name(raw: bytes, at: int) -> bytes:
    name = chain_before(raw, at).rpartition(b".")[2]
    found = _WORD.match(raw, at)
    return name + found.group() if found is not None else name
