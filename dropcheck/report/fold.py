"""Fold rows that are wider than a terminal, so that it does not break them itself, in the middle of a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from dropcheck.report.escape import display_width

_LEAST = 20  # columns that text gets however narrow the terminal is
_STEP = 4  # columns by which what follows of an indented row of plain text is indented further
_BULLET = "- "


def hang(text: str, column: int, width: int | None) -> str:
    """The text, broken at blanks, with all its rows starting below each other.

    Args:
        text: one row.
        column: where it starts on the screen, counted from 0.
        width: the columns of the screen; None breaks nothing.
    """
    if width is None or column + display_width(text) <= width:
        return text
    return f"\n{' ' * column}".join(_rows(text, max(width - column, _LEAST)))


def fold_text(text: str, width: int | None) -> str:
    """Plain text with every row that is too wide broken at blanks; what follows of an indented row stands a little deeper.

    Args:
        text: rows, each ended by a newline.
        width: the columns of the screen; None breaks nothing.
    """
    if width is None:
        return text
    return "".join(f"{_folded(row, width)}\n" for row in text.splitlines())


def fold_cells(cells: Sequence[str], width: int | None) -> Iterator[tuple[int, int, int]]:
    """Where to break a row of source, which keeps its blanks: after one of them if that leaves no large gap.

    Args:
        cells: what is shown for each character.
        width: the columns there are; None breaks nothing.

    Yields:
        The first character of each part, the one behind its last, and by how many blanks to indent it.
    """
    indent, start = 0, 0
    while start < len(cells) or not start:
        end = len(cells) if width is None else _fitting(cells, start, max(width - indent, _LEAST))
        yield start, end, indent
        indent = indent or _indent(cells, width)
        start = end or 1


def _fitting(cells: Sequence[str], start: int, width: int) -> int:
    end, used = start, 0
    while end < len(cells) and (used := used + display_width(cells[end])) <= width:
        end += 1
    if end == len(cells):
        return end
    gaps = (place for place in range(end, start + width // 2, -1) if cells[place - 1].isspace())
    return next(gaps, max(end, start + 1))


def _indent(cells: Sequence[str], width: int | None) -> int:
    """The indentation of a row, if that leaves room."""
    indent = display_width("".join(takewhile(str.isspace, cells)))
    return min(indent, (width or 0) // 2)


def _folded(row: str, width: int) -> str:
    if display_width(row) <= width:
        return row
    text = row.lstrip(" ")
    indent = len(row) - len(text)
    hanging = indent + (len(_BULLET) if text.startswith(_BULLET) else _STEP if indent else 0)
    first, *rest = _rows(text, max(width - hanging, _LEAST))
    return "\n".join([" " * indent + first, *(" " * hanging + part for part in rest)])


def _rows(text: str, width: int) -> list[str]:
    import textwrap  # noqa: PLC0415  (a run that fits the screen needs none)

    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
