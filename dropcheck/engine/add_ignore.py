"""``--add-ignore``: give every finding that counts a comment that suppresses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dropcheck.engine.directives import Directive, Word, read_directives
from dropcheck.engine.workspace import VOCABULARY
from dropcheck.errors import UserError
from dropcheck.facts import Comment
from dropcheck.levels import Applicability, State
from dropcheck.model import Edit, Finding, Fix, LineIndex, Span
from dropcheck.source.rows import Rows, read_rows

_ABOUT_THE_RUN = "DRP9"
_ROW_END = re.compile(r"\r\n?|\n")


def refuse_unfit(reason: str) -> None:
    """Make sure that a reason can stand in a comment.

    Args:
        reason: the words; none are fine.

    Raises:
        UserError: it is more than one line, or would be read as something else.
    """
    comment = _comment("DRP101", reason)
    read = read_directives([Comment(Span(0, len(comment)), comment, True)], "", VOCABULARY)
    whole = len(read.valid) == 1 and read.valid[0].span.end == len(comment) and not read.problems
    if not (reason.isprintable() and whole):
        raise UserError(
            "--add-ignore: the reason must be one line of text without another comment; leave out line breaks and '# word:'"
        )


def is_ignorable(finding: Finding) -> bool:
    """Whether a finding counts and a comment may suppress it; one about a comment, or about syntax, must be mended."""
    return finding.state is State.ACTIVE and not finding.code.startswith(_ABOUT_THE_RUN)


def with_ignores(text: str, findings: tuple[Finding, ...], reason: str) -> tuple[Finding, ...]:
    """The findings that count, each with a comment in place of its fix.

    So what applies fixes can apply comments: a finding is "repaired" when it no longer counts, and nothing else may change.

    Args:
        text: the text of the file.
        findings: what is found in it.
        reason: the words for the comments; may be empty.
    """
    counting = tuple(finding for finding in findings if finding.state is State.ACTIVE)
    if not any(map(is_ignorable, counting)):
        return counting
    placer = _Placer(text, reason)
    return tuple(placer.with_ignore(finding) if is_ignorable(finding) else finding for finding in counting)


class _Placer:
    """Finds the place for a comment about a finding."""

    def __init__(self, text: str, reason: str) -> None:
        from dropcheck.source.magics import python_text  # noqa: PLC0415  (few runs write comments)

        self.text = text
        self.reason = reason
        self.index = LineIndex(text)
        self.rows: Rows | None = read_rows(python_text(text))

    def with_ignore(self, finding: Finding) -> Finding:
        return replace(finding, fix=Fix(Applicability.SAFE, "Suppress the finding", (self._edit(finding),)))

    def _edit(self, finding: Finding) -> Edit:
        row = next(self._free_rows(finding), None)
        if row is None:
            return self._own_line(finding)
        existing = self._same_reason(finding, row)
        if existing is not None:
            return _insert(existing.listed[-1].end, f", {finding.code}")
        start, code = self.index.row_span(row).start, self.index.row_text(row)
        gap = " " * max(0, 2 - (len(code) - len(code.rstrip())))
        return _insert(start + len(code), gap + _comment(finding.code, self.reason))

    def _free_rows(self, finding: Finding) -> Iterator[int]:
        """The rows that can take the comment: where the finding ends, else further down in its statement."""
        if self.rows is None:
            return
        scope = finding.scope
        last = self._row_of_end(scope)
        first = min(self._row_of_end(finding.span), last)
        yield from (row for row in range(first, last + 1) if row not in self.rows.closed)

    def _row_of_end(self, span: Span) -> int:
        return self.index.position(max(span.start, span.end - 1)).row

    def _same_reason(self, finding: Finding, row: int) -> Directive | None:
        """An ``ignore`` at the end of the row that the code can join."""
        span = self.rows.comments.get(row) if self.rows else None
        if span is None:
            return None
        comment = Comment(span, self.text[span.start : span.end], own_line=False)
        directives = read_directives([comment], finding.path, VOCABULARY).valid
        ignores = (directive for directive in directives if directive.word is Word.IGNORE)
        return next((one for one in ignores if self.reason in ("", one.reason)), None)

    def _own_line(self, finding: Finding) -> Edit:
        """A line of its own above the statement."""
        row = self.index.position(finding.scope.start).row
        line = self.index.row_text(row)
        indentation = line[: len(line) - len(line.lstrip())]
        end = _ROW_END.search(self.text)
        newline = end[0] if end else "\n"
        return _insert(self.index.row_span(row).start, f"{indentation}{_comment(finding.code, self.reason)}{newline}")


def _comment(code: str, reason: str) -> str:
    return f"# dropcheck: ignore[{code}] {reason}".rstrip()


def _insert(at: int, content: str) -> Edit:
    return Edit(Span(at, at), content)
