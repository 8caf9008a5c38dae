"""The data the parts of the tool exchange: what of it computes something."""

from __future__ import annotations

import pytest

from dropcheck.model import LineIndex, Position, Span

TEXT = "a\n\r\nbc\rd\f\v\u2028e\n"


def test_rows_end_where_python_ends_them() -> None:
    index = LineIndex(TEXT)
    assert index.rows == 5
    assert [index.row_text(row) for row in range(1, 6)] == ["a", "", "bc", "d\f\v\u2028e", ""]
    assert [index.row_span(row) for row in (2, 3)] == [Span(2, 4), Span(4, 7)]
    assert LineIndex("").rows == LineIndex("a").rows == 1


@pytest.mark.parametrize(
    ("offset", "row", "column"),
    [(0, 1, 1), (1, 1, 2), (2, 2, 1), (3, 2, 2), (4, 3, 1), (7, 4, 1), (len(TEXT), 5, 1), (99, 5, 1), (-9, 1, 1)],
)
def test_positions_stay_in_the_text(offset: int, row: int, column: int) -> None:
    assert LineIndex(TEXT).position(offset) == Position(row, column)
