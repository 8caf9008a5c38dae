"""A part of a text, which knows where each of its characters stands in the whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from dropcheck.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Hole:
    """What is left out of a text.

    Args:
        start: the offset of its first character.
        end: the offset behind its last one.
        stub: what stands in its place.
    """

    start: int
    end: int
    stub: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text.

    Args:
        text: the part.
        ends: where in it each hole is over.
        shifts: what is to be added to an offset from there on.
    """

    text: str
    ends: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def start(self, offset: int) -> int:
        """The offset in the whole of the character at an offset."""
        index = bisect_right(self.ends, offset)
        return offset + self.shifts[index - 1] if index else offset

    def end(self, offset: int) -> int:
        """The offset in the whole behind the character before an offset."""
        return self.start(offset - 1) + 1 if offset else 0


def joined(holes: Iterable[Hole]) -> Iterator[Hole]:
    """Holes in order, each with those that follow it without anything between."""
    last: Hole | None = None
    for hole in holes:
        if last is not None and last.end == hole.start:
            last = Hole(last.start, hole.end, last.stub + hole.stub)
        else:
            if last is not None:
                yield last
            last = hole
    if last is not None:
        yield last


def without(text: str, holes: Iterable[Hole], start: int = 0, end: int | None = None) -> Excerpt:
    """A text without some parts.

    Args:
        text: the whole.
        holes: what to leave out, in order; no hole touches another.
        start: where to begin.
        end: where to end; by default at the end of the text.
    """
    parts: list[str] = []
    ends: list[int] = []
    shifts: list[int] = []
    at, length = start, 0
    for hole in holes:
        parts += (text[at : hole.start], hole.stub)
        length += hole.start - at + len(hole.stub)
        at = hole.end
        ends.append(length)
        shifts.append(at - length)
    return Excerpt("".join((*parts, text[at:end])), tuple(ends), tuple(shifts))
