"""Regular expressions that are compiled when they are first used: a file that is checked alone needs few of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

#: How words of dropout are found: their end, and a look back.
DROP = b"rop"
_DROPS = re.compile(rb"rop(?<=[dD]rop)")
#: What words have in common, rare enough in texts for a search that begins with it to be fast.
_LEADS = ((DROP, (b"drop", b"Drop")), (b"_att", (b"_att",)), (b"D", (b"D",)))


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
    return [found.start() for found in _DROPS.finditer(raw)]


def with_leads(words: Iterable[bytes], behind: Callable[[bytes], bytes] = lambda _: b"") -> Iterator[tuple[bytes, bytes]]:
    """Regular expressions that find words, as few as can be: each is led by what its words have in common.

    Python goes through a text fast where an expression begins with letters, and slowly where it begins with a choice.

    Args:
        words: the words.
        behind: an expression for what follows a word.

    Returns:
        Expressions with the letters that they begin with. A hit begins somewhere inside its word.
    """
    left = sorted(words)
    for lead, stems in _LEADS:
        if inside := [word for word in left if any(stem in word for stem in stems)]:
            left = [word for word in left if word not in inside]
            # A word may have the lead elsewhere, too, as "crop_drop" does: where its stem is, it counts.
            cuts = {word: min(word.index(stem) + stem.index(lead) for stem in stems if stem in word) for word in inside}
            rests = b"|".join(_rest(word, cut + len(lead), lead) + behind(word) for word, cut in cuts.items())
            yield lead, re.escape(lead) + _preceded(lead, cuts) + b"(?:" + rests + b")"
    for word in left:
        yield word, re.escape(word) + behind(word)


def _preceded(lead: bytes, cuts: Mapping[bytes, int]) -> bytes:
    """A look back at what may stand right before what words have in common: one step, where the words themselves take many."""
    before = {word[max(cut - 1, 0) : cut] for word, cut in cuts.items()}
    return b"" if b"" in before else b"(?<=[%b]%b)" % (re.escape(b"".join(sorted(before))), re.escape(lead))


def _rest(word: bytes, end: int, lead: bytes) -> bytes:
    """The rest of a word behind a lead that ends at a place in it, after a look back at its beginning."""
    return (b"(?<=%b)" % re.escape(word[:end]) if end > len(lead) else b"") + re.escape(word[end:])
