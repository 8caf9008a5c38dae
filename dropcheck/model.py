"""What the tool says to the outside: spans, edits, fixes, findings and reports.

Everything here is frozen data made of the standard library only, so that findings cross process borders, are compared in
tests, and are rendered by pure functions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

_ROW_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters in the decoded text of one file; of a notebook, in the text of its cells.

    Args:
        start: offset of the first character, counted from 0 (a byte order mark is not part of the text).
        end: offset behind the last character.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
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
        self._starts = [0, *(match.end() for match in _ROW_END.finditer(text))]

    @property
    def rows(self) -> int:
        """The number of rows; a final newline opens one more, empty row."""
        return len(self._starts)

    def position(self, offset: int) -> Position:
        """The row and column of an offset; offsets beyond the text count as its end."""
        offset = min(max(offset, 0), len(self.text))
        row = bisect_right(self._starts, offset)
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


class Applicability(Enum):
    """How far a fix may be trusted; the words and their meaning are ruff's."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Confidence(Enum):
    """How sure a finding is. Ordered: ``HIGH`` is the default gate."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low, 1 for medium, 2 for high."""
        return ("low", "medium", "high").index(self.value)


class Behaviour(Enum):
    """What a site does in training and in evaluation."""

    FOLLOWS_MODE = "follows mode"
    ALWAYS_ON = "always on"
    NEVER_ON = "never on"
    INVERTED = "inverted"
    CALLER_DECIDES = "caller decides"
    UNDECIDED = "undecided"


class State(Enum):
    """Whether a finding counts. Findings are never deleted: unused suppressions and SARIF need them."""

    ACTIVE = "active"
    SUPPRESSED = "suppressed"
    INTENDED = "intended"
    BASELINED = "baselined"
    BELOW_CONFIDENCE = "below confidence"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the characters of ``span`` with ``content``; an empty span inserts."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a finding."""

    path: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class FileError:
    """A file the tool could not work on: what, where, what to do; the run ends with exit code 2."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class FixedFile:
    """What ``--fix`` or ``--diff`` did to one file.

    Args:
        path: the file.
        before: its text when it was read; of a notebook, the text of its cells.
        after: its text with the fixes; equal to ``before`` where the fixes were refused.
        applied: the findings that were repaired.
        refused: why some or all fixes were not applied, one sentence; empty where all were.
    """

    path: str
    before: str
    after: str
    applied: tuple[Finding, ...]
    refused: str = ""


class BaselineAction(Enum):
    """What a run did with a baseline file."""

    READ = "read"
    PRUNED = "pruned"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class StaleEntry:
    """Something a baseline holds that is no longer found.

    Args:
        file: the file, relative to the folder of the baseline.
        code: the rule's code.
        qualified_name: the class and function around it; empty at module level.
        count: how many findings are gone.
    """

    file: str
    code: str
    qualified_name: str
    count: int


@dataclass(frozen=True, slots=True)
class BaselineUse:
    """What became of one baseline file in a run.

    Args:
        path: the file, as messages show it.
        action: what was done with it.
        held: how many findings it holds; those of this run, where it was written.
        stale: what it holds, or held before it was pruned, that is no longer found.
    """

    path: str
    action: BaselineAction
    held: int
    stale: tuple[StaleEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a run.

    Args:
        findings: every finding that is left, sorted, whatever its state.
        files: how many files were checked.
        sources: the text of each file that has a finding, by path; of a notebook, the text of its cells.
        errors: files that could not be checked or written.
        fixed: files that were changed (or would be, for ``--diff``) and files whose fixes were refused.
        unsafe_fixes: whether unsafe fixes were allowed.
        notes: what a user who asks for it (``--verbose``) wants to know, one line each.
        baselines: the baseline files in use, and what was done with them.
    """

    findings: tuple[Finding, ...]
    files: int
    sources: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FileError, ...] = ()
    fixed: tuple[FixedFile, ...] = ()
    unsafe_fixes: bool = False
    notes: tuple[str, ...] = ()
    baselines: tuple[BaselineUse, ...] = ()

    @property
    def active(self) -> tuple[Finding, ...]:
        """The findings that count."""
        return tuple(finding for finding in self.findings if finding.state is State.ACTIVE)
