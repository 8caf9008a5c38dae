"""Regular expressions that are compiled when they are first used: a file that is checked alone needs few of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

#: How words of dropout are found: their end, and a look back.
DROP = b"rop"
_DROPS = re.compile(rb"p(?<=rop)(?<=[dD]rop)")
#: What words have in common: a search that begins with it is fast. Behind each, the longer parts that they have in common.
_LEADS = ((DROP, (b"drop", b"Drop")), (b"_", (b"_att", b"_rand", b"_fea", b"_dep")), (b"D", (b"D",)))


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


def drops_in(raw: bytes) -> list[int]:
    """Where a file says ``drop`` or ``Drop``: the offsets of what follows the first letter.

    Most of what is looked for begins there, so the file is searched once, and the expressions of :func:`with_leads` with the lead
    :data:`DROP` are matched at these places.
    """
    return [found.start() - 2 for found in _DROPS.finditer(raw)]


def with_leads(words: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Regular expressions that find words, as few as can be: each is led by what its words have in common.

    Python goes through a text fast where an expression begins with letters, and slowly where it begins with a choice.

    Args:
        words: the words.

    Returns:
        Expressions with the letters that they begin with. A hit begins somewhere inside its word.
    """
    left = sorted(words)
    for lead, stems in _LEADS:
        groups = []
        for stem in stems:
            if inside := [word for word in left if stem in word]:
                left = [word for word in left if word not in inside]
                groups.append(_led(lead, stem, inside))
        if groups:
            yield lead, re.escape(lead) + _either(groups)
    for word in left:
        yield word, re.escape(word)


def _led(lead: bytes, stem: bytes, words: Sequence[bytes]) -> bytes:
    """An expression for words with a stem, behind a lead that is a part of it."""
    # A word may have the lead elsewhere, too, as "crop_drop" does: where its stem is, it counts.
    begins = {word: word.index(stem) for word in words}
    before = {word[max(at - 1, 0) : at] for word, at in begins.items()}
    # One step back tells most places apart, where the words themselves take many.
    preceded = b"" if b"" in before else b"(?<=[%b]%b)" % (re.escape(b"".join(sorted(before))), re.escape(stem))
    start = stem.index(lead)
    rests = [_rest(word, at + len(stem), len(stem) - start) for word, at in begins.items()]
    return re.escape(stem[start + len(lead) :]) + preceded + _either(rests)


def _either(expressions: Sequence[bytes]) -> bytes:
    return b"(?:" + b"|".join(expressions) + b")"


def _rest(word: bytes, end: int, found: int) -> bytes:
    """The rest of a word from a place in it on, after a look back at its beginning unless all of that is found already."""
    return (b"(?<=%b)" % re.escape(word[:end]) if end > found else b"") + re.escape(word[end:])
