"""Source rows with a span underlined."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.model import LineIndex, Span
from dropcheck.report.escape import display_width, visible_source
from dropcheck.report.pieces import Piece, Role

_CONTEXT = 1  # rows shown before and after a span
_MAX_ROWS = 8  # of a span; the middle of a longer one is left out
_MAX_WIDTH = 200  # characters of a row; generated code can hold rows of megabytes
_LEAD = 40  # characters kept before the mark where a row is cut
_CUT = "..."


def gutter_width(index: LineIndex, span: Span) -> int:
    """How many columns the row numbers of the excerpt need."""
    return len(str(_last_shown(index, _rows(index, span)[-1])))


def excerpt(index: LineIndex, span: Span) -> Iterator[Piece]:
    """The rows of a span and one row around it, with the span underlined.

    Args:
        index: the file.
        span: what to underline; an empty one is shown as one mark.
    """
    rows = _rows(index, span)
    width = gutter_width(index, span)
    yield Piece(f"{' ' * width} |\n", Role.GUTTER)
    for row in range(max(rows[0] - _CONTEXT, 1), rows[0]):
        yield from _context_row(index, row, width)
    if len(rows) > _MAX_ROWS:
        half = _MAX_ROWS // 2
        for row in rows[:half]:
            yield from _marked_row(index, row, width, span)
        yield Piece(f"{_CUT}\n", Role.GUTTER)
        rows = rows[-half:]
    for row in rows:
        yield from _marked_row(index, row, width, span)
    for row in range(rows[-1] + 1, _last_shown(index, rows[-1]) + 1):
        yield from _context_row(index, row, width)
    yield Piece(f"{' ' * width} |\n", Role.GUTTER)


def _rows(index: LineIndex, span: Span) -> range:
    first = index.position(span.start).row
    # The end is exclusive: a span that takes in a line ending does not reach into the row behind it.
    last = index.position(max(span.start, span.end - 1)).row
    return range(first, last + 1)


def _last_shown(index: LineIndex, row: int) -> int:
    # The empty row that a final newline opens is no context.
    rows = index.rows if index.row_text(index.rows) else index.rows - 1
    return max(row, min(row + _CONTEXT, rows))


def _context_row(index: LineIndex, row: int, width: int) -> Iterator[Piece]:
    text, _, _ = _window(index.row_text(row), 0, 0)
    yield from _numbered(row, width, text)


def _marked_row(index: LineIndex, row: int, width: int, span: Span) -> Iterator[Piece]:
    line = index.row_text(row)
    offset = index.row_span(row).start
    # A row that the span enters from above is underlined from its first word on.
    start = span.start - offset if span.start >= offset else len(line) - len(line.lstrip())
    text, before, marked = _window(line, start, min(span.end - offset, len(line)))
    yield from _numbered(row, width, text)
    if span.start >= offset or marked:
        yield Piece(f"{' ' * width} |", Role.GUTTER)
        yield Piece(" " * (before + 1))
        yield Piece("^" * max(marked, 1) + "\n", Role.MARK)


def _numbered(row: int, width: int, text: str) -> Iterator[Piece]:
    yield Piece(f"{row:>{width}} |", Role.GUTTER)
    yield Piece(f" {text}".rstrip() + "\n")


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """What to show of a row, and the terminal columns before and of its characters ``start`` to ``end``."""
    first = start - _LEAD if len(line) > _MAX_WIDTH and start > _MAX_WIDTH - _LEAD else 0
    cells = visible_source(line[first : first + _MAX_WIDTH])
    head, tail = _CUT if first else "", _CUT if first + _MAX_WIDTH < len(line) else ""
    before = display_width(head + "".join(cells[: start - first]))
    marked = display_width("".join(cells[start - first : max(end - first, 0)]))
    return f"{head}{''.join(cells)}{tail}", before, marked
