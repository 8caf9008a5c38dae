"""The source of a site or a finding as rows, in which what matters is marked."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.frozen import dataclass
from dropcheck.model import LineIndex, Span
from dropcheck.report.escape import visible_source

_CONTEXT = 1  # rows shown before and after a span
_MAX_ROWS = 8  # of a span; the middle of a longer one is left out
_MAX_WIDTH = 1000  # characters of a row; generated code can hold rows of megabytes
_LEAD = 40  # characters kept before the mark where a row is cut
_CUT = "..."


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row in printable text; together its three parts are what is shown of it.

    Args:
        number: the row in its file.
        before: what stands before the span; all of a row that the span does not touch.
        inside: what the span covers.
        after: what stands behind it.
    """

    number: int
    before: str
    inside: str = ""
    after: str = ""


def source_rows(index: LineIndex, span: Span) -> Iterator[SourceRow | None]:
    """The rows of a span and one row around it.

    Args:
        index: the file.
        span: what to mark.

    Yields:
        The rows; None where rows in the middle of a long span are left out.
    """
    first = index.position(span.start).row
    # The end is exclusive: a span that takes in a line ending does not reach into the row behind it.
    last = index.position(max(span.start, span.end - 1)).row
    # The empty row that a final newline opens is no context.
    end = index.rows if index.row_text(index.rows) else index.rows - 1
    numbers = list(range(max(first - _CONTEXT, 1), max(last, min(last + _CONTEXT, end)) + 1))
    half = _MAX_ROWS // 2 + _CONTEXT
    for place, number in enumerate(numbers):
        if last - first < _MAX_ROWS or place < half or place >= len(numbers) - half:
            yield _row(index, number, span)
        elif place == half:
            yield None


def _row(index: LineIndex, number: int, span: Span) -> SourceRow:
    line, offset = index.row_text(number), index.row_span(number).start
    # A row that the span enters from above is marked from its first word on.
    start = max(span.start - offset, len(line) - len(line.lstrip()) if span.start < offset else 0)
    end = max(start, min(span.end - offset, len(line)))
    cut = start - _LEAD if start > _MAX_WIDTH - _LEAD and len(line) > _MAX_WIDTH and end > start else 0
    stop = cut + _MAX_WIDTH
    cells = visible_source(line[cut:stop])
    head, tail = (_CUT if cut else ""), (_CUT if stop < len(line) else "")
    if end == start:
        return SourceRow(number, head + "".join(cells) + tail)
    before, inside, after = cells[: start - cut], cells[start - cut : end - cut], cells[end - cut :]
    return SourceRow(number, head + "".join(before), "".join(inside), "".join(after) + tail)
