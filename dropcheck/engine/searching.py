"""Which files hold some words: all that linking does for most files of a run, so in as few passes as can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))

Read = Callable[[str], bytes | None]
"""Returns the bytes of a file; None where it cannot be read."""


def holding(words: Collection[bytes], paths: Iterable[str], read: Read) -> dict[bytes, set[str]]:
    """The files that hold each of some words, anywhere.

    Args:
        words: the words.
        paths: the files.
        read: the bytes of a file.
    """
    found: dict[bytes, set[str]] = {word: set() for word in words}
    searches = [(may_hold, [(word, found[word]) for word in group]) for may_hold, group in _groups(words)]
    for path in paths:
        if (raw := read(path)) is None:
            continue
        for may_hold, group in searches:
            if may_hold(raw):
                for word, files in group:
                    if word in raw:
                        files.add(path)
    return found


def _groups(words: Iterable[bytes]) -> Iterator[tuple[Callable[[bytes], object], list[bytes]]]:
    """Words that are searched for at once, each group with what tells that a file may hold one of them.

    A word of which another one is a part is nowhere where that is not. Names of classes that have a capital letter in common are
    found from there, in the time that one of them takes: capital letters are rare.
    """
    left = sorted(words, key=len)
    for letter in sorted(_CAPITALS, key=lambda one: -sum(one in word for word in left)):
        group = [word for word in left if letter in word]
        if len(group) > 1:
            left = [word for word in left if letter not in word]
            halves = (word.partition(bytes((letter,))) for word in group)
            ways = (b"(?<=%b)%b" % (re.escape(before + mark), re.escape(behind)) for before, mark, behind in halves)
            yield re.compile(b"%c(?:%b)" % (letter, b"|".join(ways))).search, group
    while left:
        first = left.pop(0)
        longer = [word for word in left if first in word]
        left = [word for word in left if word not in longer]
        yield partial(_holds, first) if longer else _always, [first, *longer]


def _holds(word: bytes, raw: bytes) -> bool:
    return word in raw


def _always(_: bytes) -> bool:
    return True
