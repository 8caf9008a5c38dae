"""A fix as the rows of a diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dropcheck.frozen import dataclass
from dropcheck.model import Edit, LineIndex, Span
from dropcheck.report.escape import visible_source
from dropcheck.source.cells import CELL_START
from dropcheck.source.edits import apply_edits

_CONTEXT = 2  # rows shown before and after a change
_MAX_WIDTH = 1000  # characters of a row


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A row of a diff.

    Args:
        sign: ``-`` for one that goes, ``+`` for one that comes, a space for one that stays.
        number: the row in the file as it is; 0 for one that comes.
        text: what it holds, printable.
    """

    sign: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Change:
    """The edits that touch the same rows, from the first of these to the last."""

    first: int
    last: int
    edits: tuple[Edit, ...]


def diff_rows(index: LineIndex, edits: Sequence[Edit]) -> Iterator[DiffRow | None]:
    """What some edits change.

    Rows are told apart by what the edits touch and not by comparing texts, in which rows that look alike are confused.

    Args:
        index: the file.
        edits: replacements that do not overlap.

    Yields:
        The rows that change with some around them; None between two places.
    """
    rows = LineIndex(index.text)  # counts those of a notebook through all of its cells
    last = rows.rows if rows.row_text(rows.rows) else rows.rows - 1
    done = 0
    for change in _changes(rows, edits):
        if done:
            stop = min(done + _CONTEXT, change.first - 1)
            yield from _same(index, rows, range(done + 1, stop + 1))
            done = stop
            if done + 1 < change.first - _CONTEXT:
                yield None
        yield from _same(index, rows, range(max(change.first - _CONTEXT, done + 1), change.first))
        yield from _changed(index, rows, change)
        done = change.last
    yield from _same(index, rows, range(done + 1, min(done + _CONTEXT, last) + 1 if done else 0))


def _changes(rows: LineIndex, edits: Sequence[Edit]) -> Iterator[_Change]:
    change: _Change | None = None
    for edit in sorted(edits, key=lambda edit: edit.span):
        first, last = rows.position(edit.span.start).row, rows.position(edit.span.end).row
        if change is not None and first <= change.last:
            change = _Change(change.first, max(last, change.last), (*change.edits, edit))
            continue
        if change is not None:
            yield change
        change = _Change(first, last, (edit,))
    if change is not None:
        yield change


def _same(index: LineIndex, rows: LineIndex, numbers: range) -> Iterator[DiffRow]:
    return (_old(" ", index, rows, number) for number in numbers if not _is_border(rows, number))


def _changed(index: LineIndex, rows: LineIndex, change: _Change) -> Iterator[DiffRow]:
    """The rows that go, then those that come; what is the same at both ends is left as it is."""
    start, end = rows.row_span(change.first).start, rows.row_span(change.last).end
    moved = (Edit(Span(edit.span.start - start, edit.span.end - start), edit.content) for edit in change.edits)
    before, after = _lines(rows.text[start:end]), _lines(apply_edits(rows.text[start:end], moved))
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    numbers = [number for number in range(change.first, change.first + len(before)) if not _is_border(rows, number)]
    same_below = change.first + len(before) - tail
    yield from (_old(" ", index, rows, number) for number in numbers if number < change.first + head)
    yield from (_old("-", index, rows, number) for number in numbers if change.first + head <= number < same_below)
    yield from (DiffRow("+", 0, _shown(line)) for line in after[head : len(after) - tail])
    yield from (_old(" ", index, rows, number) for number in numbers if number >= same_below)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many rows two texts have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (left, right) in pairs if left != right), min(len(one), len(other)))


def _is_border(rows: LineIndex, number: int) -> bool:
    """Whether a row is what stands above a cell of a notebook."""
    return rows.row_text(number) == CELL_START.rstrip("\n")


def _old(sign: str, index: LineIndex, rows: LineIndex, number: int) -> DiffRow:
    return DiffRow(sign, index.position(rows.row_span(number).start).row, _shown(rows.row_text(number)))


def _lines(text: str) -> list[str]:
    index = LineIndex(text)
    # A final newline opens an empty row, which is no row of the text.
    return [index.row_text(row) for row in range(1, index.rows + (index.row_span(index.rows).start < len(text)))]


def _shown(line: str) -> str:
    return "".join(visible_source(line[:_MAX_WIDTH])) + ("..." if len(line) > _MAX_WIDTH else "")
