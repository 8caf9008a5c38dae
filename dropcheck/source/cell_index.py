"""Rows and columns as people see them: in a notebook, those of a cell."""

from __future__ import annotations

import re
from bisect import bisect_right

from dropcheck.model import LineIndex, Position, Span
from dropcheck.source.cells import CELL_START, is_notebook, split_cells


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
