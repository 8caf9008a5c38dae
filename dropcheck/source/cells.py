"""A notebook as one text: its cells in order, each below a row that no Python source can hold.

Through that row the text itself carries where its cells are: across process borders, into reports, and through edits,
which never reach over it since no statement does. Comments above a statement end there, too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from dropcheck.model import LineIndex, Position, Span

#: As long as the header of a block, which a cell needs whose rows are all indented.
CELL_START = "\0\0\0\0\0\n"
NOTEBOOK_SUFFIX = ".ipynb"

_VISIBLE = re.compile(r"[^\r\n]")


def join_cells(cells: Iterable[str]) -> str:
    """The text of a notebook.

    Args:
        cells: the source of every cell in order; empty for a cell that is not Python.
    """
    return "".join(f"{CELL_START}{cell}\n" for cell in cells)


def split_cells(text: str) -> list[str]:
    """The cells of a text made by :func:`join_cells`.

    Args:
        text: the text of a notebook, edited or not.
    """
    return [cell[:-1] for cell in text.split(CELL_START)[1:]]


def is_notebook(text: str) -> bool:
    """Whether a text is that of a notebook; one without any cell has the text of an empty file.

    Args:
        text: the text of a file.
    """
    return text.startswith(CELL_START)


def blank(text: str) -> str:
    """As many spaces, with the line endings where they are.

    Args:
        text: what is not to be read as Python.
    """
    return _VISIBLE.sub(" ", text)


def line_index(text: str) -> LineIndex:
    """What converts offsets to the rows that people see: those of the cell in a notebook, else those of the file.

    Args:
        text: the text of a file.
    """
    return CellIndex(text) if is_notebook(text) else LineIndex(text)


class CellIndex(LineIndex):
    """Converts offsets in the text of a notebook to cells, rows and columns.

    Positions are those in a cell; rows that are asked for by number are those of the whole text, as for any other file.
    """

    __slots__ = ("_cells",)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._cells = [match.end() for match in re.finditer(CELL_START, text)]

    def position(self, offset: int) -> Position:
        """The cell of an offset, and the row and column in it."""
        number = self._number(offset)
        place = super().position(offset)
        first = super().position(self._cells[number - 1])
        return Position(place.row - first.row + 1, place.column, number)

    def view(self, span: Span) -> tuple[LineIndex, Span]:
        """The cell that a span starts in, and where the span is there."""
        number = self._number(span.start)
        start = self._cells[number - 1]
        return LineIndex(split_cells(self.text)[number - 1]), Span(span.start - start, span.end - start)

    def _number(self, offset: int) -> int:
        return max(bisect_right(self._cells, offset), 1)
