"""What is asked for of a file, and the part of it that has all of that."""

from __future__ import annotations

from bisect import bisect_right

from dropcheck.frozen import dataclass
from dropcheck.source.excerpt import Excerpt, Hole


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for of a file.

    Args:
        spots: places that need to be seen.
        blocks: the blocks that hold a word of ``words``.
        words: names whose places need to be seen; for one behind an opening parenthesis, all of a class with that base.
        named: the blocks that others ask for by their names, or that may be in a container.
        around: the blocks of which anything that they name may matter.
        names: what others ask for, which may be classes, functions, variables and imports.
    """

    spots: tuple[int, ...] = ()
    blocks: frozenset[int] = frozenset()
    words: tuple[str, ...] = ()
    named: frozenset[int] = frozenset()
    around: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a file.

    Args:
        excerpt: the part; None where it is all of the file.
        left_out: the names of the classes and functions that are not there, and of the classes that are there in part.
        holes: what is not there, in order.
    """

    excerpt: Excerpt | None
    left_out: tuple[str, ...]
    holes: tuple[Hole, ...] = ()

    def has(self, at: int) -> bool:
        """Whether a place of the file is there."""
        before = bisect_right(self.holes, at, key=lambda hole: hole.start)
        return not before or at >= self.holes[before - 1].end
