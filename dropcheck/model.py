"""What the tool says to the outside about places in a file: spans, edits, fixes and findings.

Everything here is frozen data made of the standard library only, so that findings cross process borders, are compared in
tests, and are rendered by pure functions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from dropcheck.frozen import sealed
from dropcheck.levels import Applicability, Behaviour, Confidence, Severity, State

_ROW_END = re.compile(r"\r\n?|\n")


@sealed(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters in the decoded text of one file; of a notebook, in the text of its cells.

    Args:
        start: offset of the first character, counted from 0 (a byte order mark is not part of the text).
        end: offset behind the last character.
    """

    start: int
    end: int


@sealed(frozen=True, slots=True, order=True)
class Position:
    """A place as people count: row and column from 1, columns in characters.

    Args:
        row: the row, in a notebook that in the cell.
        column: the column.
        cell: the number of the cell in a notebook, cells of every type counted; None in other files.
    """

    row: int
    column: int
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{cell}{self.row}:{self.column}"


class LineIndex:
    r"""Converts offsets in a text to rows and columns.

    Rows end where Python ends them (``\n``, ``\r\n`` or ``\r``); a form feed does not end a row.
    """

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        if "\r" in text:
            self._starts = [0, *(match.end() for match in _ROW_END.finditer(text))]
        else:
            self._starts = [0, *accumulate(len(row) + 1 for row in text.split("\n"))]
            del self._starts[-1]

    @property
    def rows(self) -> int:
        """The number of rows; a final newline opens one more, empty row."""
        return len(self._starts)

    def row(self, offset: int) -> int:
        """The row of an offset in the whole text; offsets beyond the text count as its end."""
        return bisect_right(self._starts, min(max(offset, 0), len(self.text)))

    def position(self, offset: int) -> Position:
        """The row and column of an offset, as people count them; offsets beyond the text count as its end."""
        offset = min(max(offset, 0), len(self.text))
        row = self.row(offset)
        return Position(row, offset - self._starts[row - 1] + 1)

    def view(self, span: Span) -> tuple[LineIndex, Span]:
        """The text in which people see a span, and where it is there; the whole text but in a notebook."""
        return self, span

    def row_span(self, row: int) -> Span:
        """The characters of a row (counted from 1), its line ending included."""
        start = self._starts[row - 1]
        end = self._starts[row] if row < len(self._starts) else len(self.text)
        return Span(start, end)

    def row_text(self, row: int) -> str:
        """The characters of a row (counted from 1) without its line ending."""
        span = self.row_span(row)
        return self.text[span.start : span.end].rstrip("\r\n")


@sealed(frozen=True, slots=True, order=True)
class Edit:
    """Replace the characters of ``span`` with ``content``; an empty span inserts."""

    span: Span
    content: str


@sealed(frozen=True, slots=True)
class Fix:
    """One repair of one finding.

    Args:
        applicability: safe, unsafe, or display-only (advice: no edits).
        message: what to do, in the imperative.
        edits: non-overlapping replacements in the file of the finding, in order; empty for advice.
        reason: why the fix is not safe or why there is none, one sentence; empty for safe fixes.
    """

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...] = ()
    reason: str = ""


@sealed(frozen=True, slots=True)
class Related:
    """A second place that explains a finding."""

    path: str
    span: Span
    message: str


@sealed(frozen=True, slots=True)
class Finding:
    """One place that breaks one rule.

    Args:
        code: the rule's code, such as ``DRP101``.
        name: the rule's name, such as ``missing-training-flag``.
        message: what happens, one sentence.
        help: what to write instead, one sentence.
        confidence: how sure the finding is.
        path: the file, as the user named it or as the walk found it.
        span: the characters to underline.
        scope: the span of the whole statement; a suppression may sit on any of its rows.
        headers: the spans of the ``def`` and ``class`` headers around it, innermost first; a mark may sit there.
        qualified_name: the class and function around it, such as ``Net.forward``; empty at module level.
        behaviour: what the site does; None for findings that are not about a site.
        fix: the repair or advice, if any.
        related: other places that explain it.
        state: whether it counts.
        state_reason: the words the author gave for suppressing or intending it.
        given_severity: how serious the configuration says it is; None where it says nothing.
    """

    code: str
    name: str
    message: str
    help: str
    confidence: Confidence
    path: str
    span: Span
    scope: Span
    headers: tuple[Span, ...] = ()
    qualified_name: str = ""
    behaviour: Behaviour | None = None
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    state: State = State.ACTIVE
    state_reason: str = ""
    given_severity: Severity | None = None

    @property
    def severity(self) -> Severity:
        """An error if it is established, a warning if it may be meant, else information; unless the configuration says otherwise.

        Every rule is about code that computes something else than it says; what differs is how sure that is.
        """
        return self.given_severity or tuple(Severity)[self.confidence.rank]

    @property
    def sort_key(self) -> tuple[str, Span, str]:
        """Findings are listed by file, then place, then code."""
        return (self.path, self.span, self.code)

    def fix_applies(self, *, unsafe: bool, baselined: bool = False) -> bool:
        """Whether ``--fix`` would repair this finding now.

        Args:
            unsafe: whether unsafe fixes are allowed.
            baselined: whether findings of the baseline are repaired, too.
        """
        wanted = self.state is State.ACTIVE or (baselined and self.state is State.BASELINED)
        if self.fix is None or not self.fix.edits or not wanted:
            return False
        if self.fix.applicability is Applicability.SAFE:
            return True
        return unsafe and self.fix.applicability is Applicability.UNSAFE
