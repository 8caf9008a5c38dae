"""A fix as the rows of a diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

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


def diff_rows(index: LineIndex, edits: Sequence[Edit]) -> Iterator[DiffRow | None]:
    """What some edits change.

    Args:
        index: the file.
        edits: replacements that do not overlap.

    Yields:
        The rows that change with some around them; None between two places.
    """
    rows = LineIndex(index.text)  # counts those of a notebook through all of its cells
    for number, hunk in enumerate(_hunks(rows, edits)):
        if number:
            yield None
        yield from _hunk_rows(index, rows, hunk)


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Edits close to each other, and the first and last row to show of them."""

    first: int
    last: int
    edits: tuple[Edit, ...]


def _hunks(rows: LineIndex, edits: Sequence[Edit]) -> Iterator[_Hunk]:
    hunk: _Hunk | None = None
    for edit in sorted(edits, key=lambda edit: edit.span):
        first = max(rows.position(edit.span.start).row - _CONTEXT, 1)
        last = min(rows.position(edit.span.end).row + _CONTEXT, rows.rows)
        if hunk is None:
            hunk = _Hunk(first, last, (edit,))
        elif first <= hunk.last + 1:
            hunk = _Hunk(hunk.first, max(last, hunk.last), (*hunk.edits, edit))
        else:
            yield hunk
            hunk = _Hunk(first, last, (edit,))
    if hunk is not None:
        yield hunk


def _hunk_rows(index: LineIndex, rows: LineIndex, hunk: _Hunk) -> Iterator[DiffRow]:
    start, end = rows.row_span(hunk.first).start, rows.row_span(hunk.last).end
    moved = (Edit(Span(edit.span.start - start, edit.span.end - start), edit.content) for edit in hunk.edits)
    before, after = _lines(rows.text[start:end]), _lines(apply_edits(rows.text[start:end], moved))
    for tag, low, high, new_low, new_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for offset in range(low, high):
            # The row that separates two cells of a notebook is none of theirs.
            if before[offset] != CELL_START.rstrip("\n"):
                number = index.position(rows.row_span(hunk.first + offset).start).row
                yield DiffRow(" " if tag == "equal" else "-", number, _shown(before[offset]))
        if tag != "equal":
            for line in after[new_low:new_high]:
                yield DiffRow("+", 0, _shown(line))


def _lines(text: str) -> list[str]:
    index = LineIndex(text)
    # A final newline opens an empty row, which is no row of the text.
    return [index.row_text(row) for row in range(1, index.rows + (index.row_span(index.rows).start < len(text)))]


def _shown(line: str) -> str:
    return "".join(visible_source(line[:_MAX_WIDTH])) + ("..." if len(line) > _MAX_WIDTH else "")
