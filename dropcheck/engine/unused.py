"""Suppressions that suppress nothing (DRP901), and their removal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from dropcheck.engine.directives import Directive, Selector, Word
from dropcheck.engine.suppress import Use, suppress
from dropcheck.levels import Applicability, Confidence
from dropcheck.model import Edit, Finding, Fix, LineIndex, Span
from dropcheck.source.cells import CELL_START

UNUSED_CODE = "DRP901"
UNUSED_NAME = "unused-suppression"


def unused_suppressions(uses: Sequence[Use], checked: Set[str], path: str, text: str) -> tuple[Finding, ...]:
    """Report what directives name and do not silence.

    A selector is judged only if every rule it stands for was checked: what a run did not look for, it cannot miss. Left alone
    are ``always-on``, which says something about the code whether or not anything is found there, and what names this rule
    itself (so do ``ALL`` and a bare ``noqa``), which asks for just that.

    Args:
        uses: what each directive of a file did.
        checked: the codes of the rules that were checked.
        path: the file.
        text: its text.

    Returns:
        One finding for each directive with something unused, after the directives have spoken about these findings, too.
    """
    if UNUSED_CODE not in checked:
        return ()
    found = tuple(_unused(uses, checked, path, text))
    return suppress(found, [use.directive for use in uses], text).findings if found else ()


def _unused(uses: Sequence[Use], checked: Set[str], path: str, text: str) -> Iterator[Finding]:
    for use in uses:
        if use.directive.word is not Word.ALWAYS_ON:
            unused = tuple(one for one in use.directive.selectors if _is_unused(one, use.codes, checked))
            if unused:
                yield _finding(use.directive, unused, path, text)


def _is_unused(selector: Selector, used: Set[str], checked: Set[str]) -> bool:
    return UNUSED_CODE not in selector.codes and selector.codes <= checked and selector.codes.isdisjoint(used)


def _finding(directive: Directive, unused: tuple[Selector, ...], path: str, text: str) -> Finding:
    named = ", ".join(f"`{selector.text}`" for selector in unused)
    gone = {selector.span for selector in unused}
    whole = gone.issuperset(directive.listed)
    where = "in this file" if directive.word is Word.FILE_IGNORE else "here"
    edits = (_removal(directive, text),) if whole else tuple(_shortening(directive.listed, gone))
    advice = "Remove the suppression" if whole else f"Remove {named} from the suppression"
    return Finding(
        code=UNUSED_CODE,
        name=UNUSED_NAME,
        message=f"This comment suppresses nothing: no {named} is found {where}",
        help=f"{advice}.",
        confidence=Confidence.HIGH,
        path=path,
        span=directive.span,
        scope=directive.comment,
        fix=Fix(Applicability.SAFE, advice, edits),
    )


def _removal(directive: Directive, text: str) -> Edit:
    """Take out a directive; what else its comment says stays, and so does every character of code."""
    comment, span = directive.comment, directive.span
    before, after = text[comment.start : span.start], text[span.end : comment.end]
    if after.strip():
        return Edit(Span(span.start, comment.end - len(after.lstrip())), "")
    if before.strip("# \t"):
        return Edit(Span(comment.start + len(before.rstrip()), comment.end), "")
    index = LineIndex(text)
    row = index.row_span(index.position(comment.start).row)
    if directive.own_line:
        # The last row of a cell of a notebook ends where the next cell begins, and stays, be it empty.
        alone = text.endswith(CELL_START, 0, row.start) and (text.startswith(CELL_START, row.end) or row.end == len(text))
        return Edit(Span(row.start, comment.end) if alone else row, "")
    return Edit(Span(row.start + len(text[row.start : comment.start].rstrip()), comment.end), "")


def _shortening(listed: tuple[Span, ...], gone: Set[Span]) -> Iterator[Edit]:
    """Take entries out of a list, each run of them with the separator on one side."""
    start: Span | None = None
    kept: Span | None = None
    for entry in listed:
        if entry in gone:
            start = start or entry
            continue
        if start is not None:
            yield Edit(Span(start.start, entry.start), "")
        start, kept = None, entry
    if start is not None and kept is not None:
        yield Edit(Span(kept.end, listed[-1].end), "")
