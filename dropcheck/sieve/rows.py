"""The beginnings of the rows of a file: one pass finds what can only stand there."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from itertools import chain

from dropcheck.frozen import dataclass
from dropcheck.sieve.pattern import pattern

#: What is assigned: a plain container, unless it holds nothing but constants.
_CONSTANTS = rb"[\[({](?:\"[^\"\n]*+\"|'[^'\n]*+'|[\d.,:+\- \t])++[\])}][ \t]*+[\n#]"
MADE = rb"=(?!=)[ \t]*+(?:\w++\.)?+(?:(?:list|dict|tuple|OrderedDict|defaultdict)(?=\()|(?=[\[({])(?!%b))" % _CONSTANTS
_CONTAINER = rb"[ \t]*+(?::[^=\n]*+)?+[+|]?" + MADE
#: A variable that is assigned to an attribute, as it is or in a plain container.
_KEPT = rb"[ \t]*+(?::[^=\n]*+)?+=[ \t]*+(?:[\[({]|(?:list|tuple|dict|set)[ \t]*+\()*+(?P<%b>\w++)[ \t]*+(?=[\n#;,)\]}+]|\Z)"
_ON_SELF = rb"self\.(?P<name>\w++)(?:(?=%b(?P<own>))(?:(?=%b)|)|(?=%b))" % (_CONTAINER, _KEPT % b"element", _KEPT % b"kept")
_CLASS = rb"class[ \t]++(?P<class>\w++)"
#: What Python 3 cannot parse: a print statement, a clause of Python 2, a merge conflict. Each begins with a letter, not with a
#: group: so most rows are not looked at further.
_OTHER = (
    rb"p(?P<print>rint[ \t]++(?!(?:if|else|for|in|is|and|or|not|as)\b)[\"'\w])"
    rb"|e(?P<except>xcept[ \t]++[\w.]++[ \t]*+,[ \t]*+\w++[ \t]*+:)"
    rb"|<(?P<conflict><<<<<< )"
)
_BEGIN = rb"(?:%b|%b|%b)" % (_ON_SELF, _CLASS, _OTHER)
_FIRST = pattern(rb"[ \t]*+" + _BEGIN)
_ROW = pattern(rb"\n *+" + _BEGIN)
#: The same where there are tabs, which takes a fifth longer.
_TABBED = pattern(rb"\n[ \t]*+" + _BEGIN)


@dataclass(slots=True)
class Rows:
    """What the rows of a file begin with.

    Args:
        kept: the variables that are assigned to attributes of ``self``, with the offsets where they are.
        own: the attributes that plain containers are assigned to, with the offsets of the brackets.
        classes: the classes, each with the offset of its name.
        tops: the offsets of the classes of the top level, and of the end.
        other: whether a row is not of Python 3.
    """

    kept: list[tuple[bytes, int]]
    own: list[tuple[bytes, int]]
    classes: list[tuple[bytes, int]]
    tops: list[int]
    other: bool = False

    def kept_by_class(self) -> Iterator[tuple[int, int, list[tuple[bytes, int]]]]:
        """The kept variables of each class of the top level, behind where it begins and where the next one does."""
        kept: list[tuple[bytes, int]] = []
        start = end = 0
        for one in self.kept:
            if one[1] >= end:
                if kept:
                    yield start, end, kept
                kept = []
                start, end = self.class_around(one[1])
            kept.append(one)
        if kept:
            yield start, end, kept

    def class_around(self, at: int) -> tuple[int, int]:
        """Where the class of the top level that a place is in begins, and where the next one does."""
        following = bisect(self.tops, at)
        return (self.tops[following - 1] if following else 0), self.tops[min(following, len(self.tops) - 1)]


def rows_of(raw: bytes) -> Rows:
    """Look at the rows of a file.

    Args:
        raw: the file, with plain line ends.
    """
    rows = Rows([], [], [], [])
    first = _FIRST.match(raw)
    row = _TABBED if b"\t" in raw else _ROW
    for found in chain((first,) if first is not None else (), row.finditer(raw)):
        last = found.lastgroup
        if last == "class":
            at = found.start("class")
            rows.classes.append((found["class"], at))
            if raw.startswith(b"class", found.start() + (found.start() > 0)):
                rows.tops.append(found.start())
        elif last in {"print", "except", "conflict"}:
            rows.other = True
        else:
            if found["own"] is not None:
                rows.own.append((found["name"], found.start("own")))
            if last in {"kept", "element"}:
                rows.kept.append((found[last], found.start(last)))
    rows.tops.append(len(raw))
    return rows
