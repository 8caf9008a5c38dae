"""Styled text that knows no terminal: renderers for people yield pieces, which end as plain text or in colour."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from dropcheck.frozen import dataclass


class Role(Enum):
    """What a piece of text is, from which its colour follows."""

    PLAIN = auto()
    CODE = auto()
    FIXABLE = auto()
    PATH = auto()
    GUTTER = auto()
    MARK = auto()
    LABEL = auto()
    ADDED = auto()
    REMOVED = auto()
    HUNK = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of one role.

    Args:
        text: printable text: whatever came from a file has been escaped.
        role: what it is.
        link: where a terminal that can may lead to from it; never anything that came from a file.
    """

    text: str
    role: Role = Role.PLAIN
    link: str = ""


def plain(pieces: Iterable[Piece]) -> str:
    """The text of the pieces without any style."""
    return "".join(piece.text for piece in pieces)
