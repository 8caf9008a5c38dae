"""Source rows with a span underlined, and what edits make of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dropcheck.model import Edit, LineIndex, Span
from dropcheck.report.escape import display_width, visible_source
from dropcheck.report.fold import fold_cells
from dropcheck.report.pieces import Piece, Role

_CONTEXT = 1  # rows shown before and after a span
_MAX_ROWS = 8  # of a span; the middle of a longer one is left out
_MAX_EDITED = 16  # rows of edits
_MAX_WIDTH = 200  # characters of a row; generated code can hold rows of megabytes
_LEAD = 40  # characters kept before the mark where a row is cut
_CUT = "..."


class Excerpt:
    """Draws rows of one file beside a gutter with their numbers.

    Args:
        index: the file.
        span: what is shown of it.
        edits: what else is shown of it, in order.
        width: the columns of the screen, into which rows are folded; None folds nothing.
    """

    def __init__(self, index: LineIndex, span: Span, edits: Sequence[Edit] = (), width: int | None = None) -> None:
        self._whole = index
        self._index, self._span = index.view(span)
        self._edits = edits
        self._rows = _rows(self._index, self._span)
        last = max([self._last_shown(), *(index.position(edit.span.end).row for edit in edits)])
        self.gutter = len(str(last))
        """How many columns the row numbers take."""
        self._room = None if width is None else width - self.gutter - 3

    def rule(self) -> Piece:
        """The empty row above and below source."""
        return Piece(f"{' ' * self.gutter} |\n", Role.GUTTER)

    def marked(self) -> Iterator[Piece]:
        """The rows of the span and one row around it, with the span underlined; an empty one is one mark."""
        yield self.rule()
        rows = self._rows
        for row in range(max(rows[0] - _CONTEXT, 1), rows[0]):
            yield from self._context_row(row)
        if len(rows) > _MAX_ROWS:
            half = _MAX_ROWS // 2
            for row in rows[:half]:
                yield from self._marked_row(row)
            yield Piece(f"{_CUT}\n", Role.GUTTER)
            rows = rows[-half:]
        for row in rows:
            yield from self._marked_row(row)
        for row in range(rows[-1] + 1, self._last_shown() + 1):
            yield from self._context_row(row)
        yield self.rule()

    def edited(self) -> Iterator[Piece]:
        """The rows that the edits change, before and after; nothing where they change none."""
        rows = list(self._changes())
        if not rows:
            return
        yield self.rule()
        for number, role, text in rows[:_MAX_EDITED]:
            sign = "-" if role is Role.REMOVED else "+"
            line, _, _ = _window(text, 0, 0)
            for start, end, indent in fold_cells(line, self._room):
                yield Piece(f"{self._number(number, start)} ", Role.GUTTER)
                yield Piece(f"{sign} {' ' * indent}{''.join(line[start:end])}".rstrip() + "\n", role)
        if len(rows) > _MAX_EDITED:
            yield Piece(f"{_CUT}\n", Role.GUTTER)
        yield self.rule()

    def _changes(self) -> Iterator[tuple[int, Role, str]]:
        """Each removed or added row with its number."""
        for edits in _neighbours(self._whole, self._edits):
            first, before, after = _applied(self._whole, edits)
            head = _common(before, after)
            tail = _common(before[head:][::-1], after[head:][::-1])
            for rows, role in ((before, Role.REMOVED), (after, Role.ADDED)):
                yield from ((first + head + place, role, row) for place, row in enumerate(rows[head : len(rows) - tail]))

    def _last_shown(self) -> int:
        # The empty row that a final newline opens is no context.
        index, row = self._index, self._rows[-1]
        rows = index.rows if index.row_text(index.rows) else index.rows - 1
        return max(row, min(row + _CONTEXT, rows))

    def _context_row(self, row: int) -> Iterator[Piece]:
        cells, _, _ = _window(self._index.row_text(row), 0, 0)
        for start, end, indent in fold_cells(cells, self._room):
            yield from self._numbered(row, cells[start:end], start, indent)

    def _marked_row(self, row: int) -> Iterator[Piece]:
        line = self._index.row_text(row)
        offset, span = self._index.row_span(row).start, self._span
        # A row that the span enters from above is underlined from its first word on.
        first = span.start - offset if span.start >= offset else len(line) - len(line.lstrip())
        cells, first, last = _window(line, first, min(span.end - offset, len(line)))
        marks = span.start >= offset or last > first
        # An empty span at the end of a row stands behind its last character.
        last = max(last, first + 1) if marks else last
        for start, end, indent in fold_cells(cells, self._room):
            yield from self._numbered(row, cells[start:end], start, indent)
            reach = end if end < len(cells) else last
            low, high = max(first, start), min(last, reach)
            if high > low:
                yield Piece(f"{' ' * self.gutter} |", Role.GUTTER)
                yield Piece(" " * (indent + display_width("".join(cells[start:low])) + 1))
                yield Piece("^" * max(display_width("".join(cells[low:high])), 1) + "\n", Role.MARK)

    def _numbered(self, row: int, cells: Sequence[str], start: int, indent: int) -> Iterator[Piece]:
        yield Piece(f"{self._number(row, start)} |", Role.GUTTER)
        yield Piece(f" {' ' * indent}{''.join(cells)}".rstrip() + "\n")

    def _number(self, row: int, start: int) -> str:
        """The number of a row; blanks where the row only goes on."""
        return " " * self.gutter if start else f"{row:>{self.gutter}}"


def _rows(index: LineIndex, span: Span) -> range:
    first = index.position(span.start).row
    # The end is exclusive: a span that takes in a line ending does not reach into the row behind it.
    last = index.position(max(span.start, span.end - 1)).row
    return range(first, last + 1)


def _window(line: str, start: int, end: int) -> tuple[tuple[str, ...], int, int]:
    """What to show of a row, character by character, and where ``start`` and ``end`` are in that."""
    first = start - _LEAD if len(line) > _MAX_WIDTH and start > _MAX_WIDTH - _LEAD else 0
    cells = visible_source(line[first : first + _MAX_WIDTH])
    head = (_CUT,) if first else ()
    tail = (_CUT,) if first + _MAX_WIDTH < len(line) else ()
    shift = len(head) - first
    return (*head, *cells, *tail), start + shift, min(end + shift, len(head) + len(cells))


def _neighbours(index: LineIndex, edits: Sequence[Edit]) -> list[list[Edit]]:
    """The edits, those on the same row or on the next together."""
    groups: list[list[Edit]] = []
    last = -1
    for edit in edits:
        start, end = index.row(edit.span.start), index.row(edit.span.end)
        if groups and start <= last + 1:
            groups[-1].append(edit)
        else:
            groups.append([edit])
        last = end
    return groups


def _applied(index: LineIndex, edits: Sequence[Edit]) -> tuple[int, list[str], list[str]]:
    """The number of the first row that the edits touch, and the touched rows before and after."""
    start = index.row_span(index.row(edits[0].span.start)).start
    end = index.row_span(index.row(edits[-1].span.end)).end
    parts, at = [], start
    for edit in edits:
        parts += [index.text[at : edit.span.start], edit.content]
        at = edit.span.end
    after = "".join(parts) + index.text[at:end]
    return index.position(start).row, _split(index.text[start:end]), _split(after)


def _split(text: str) -> list[str]:
    index = LineIndex(text)
    return [index.row_text(row) for row in range(1, index.rows + 1)]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many rows at the start are the same."""
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
