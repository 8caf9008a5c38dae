"""``full``: each finding with its source, what happens in training and in evaluation, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from dropcheck.levels import Applicability, Behaviour, Confidence
from dropcheck.model import Finding, Fix
from dropcheck.outcome import Report
from dropcheck.report.escape import visible
from dropcheck.report.excerpt import Excerpt
from dropcheck.report.fold import hang
from dropcheck.report.links import rule_url
from dropcheck.report.pieces import Piece, Role
from dropcheck.report.places import Places

_WORLDS = MappingProxyType(
    {
        Behaviour.FOLLOWS_MODE: ("drops", "does nothing"),
        Behaviour.ALWAYS_ON: ("drops", "drops"),
        Behaviour.NEVER_ON: ("does nothing", "does nothing"),
        Behaviour.INVERTED: ("does nothing", "drops"),
        Behaviour.CALLER_DECIDES: ("as the caller says", "as the caller says"),
        Behaviour.UNDECIDED: ("depends on more than the mode", "depends on more than the mode"),
    }
)

#: The footnote below which the rows are shown that a fix changes.
_FIX = "fix"


def layout(report: Report, width: int | None = None) -> Iterator[Piece]:
    """One block a finding, and an empty line below each.

    Args:
        report: the run; only findings that count are shown.
        width: the columns of the screen, into which everything is folded; None folds nothing.
    """
    places = Places(report.sources)
    for finding in report.active:
        yield from _block(finding, places, width, unsafe=report.unsafe_fixes)
        yield Piece("\n")


def _block(finding: Finding, places: Places, width: int | None, *, unsafe: bool) -> Iterator[Piece]:
    edits = finding.fix.edits if finding.fix is not None else ()
    excerpt = Excerpt(places[finding.path], finding.span, edits, width)
    margin = " " * excerpt.gutter
    yield Piece(finding.code, Role.CODE, rule_url(finding.name))
    star = " [*]" if finding.fix_applies(unsafe=unsafe) else ""
    if star:
        yield Piece(star, Role.FIXABLE)
    yield Piece(f" {hang(visible(finding.message), len(finding.code + star) + 1, width)}\n")
    yield Piece(f"{margin}--> ", Role.GUTTER)
    yield Piece(visible(places.label(finding.path, finding.span.start)) + "\n", Role.PATH)
    yield from excerpt.marked()
    for label, text in _footnotes(finding, places, unsafe=unsafe):
        yield Piece(f"{margin} = ", Role.GUTTER)
        yield Piece(f"{label}: ", Role.LABEL)
        yield Piece(f"{hang(visible(text), len(f'{margin} = {label}: '), width)}\n")
        if label == _FIX:
            yield from excerpt.edited()


def _footnotes(finding: Finding, places: Places, *, unsafe: bool) -> Iterator[tuple[str, str]]:
    if finding.behaviour is not None:
        train, evaluation = _WORLDS[finding.behaviour]
        yield "train", train
        yield "eval", evaluation
    if finding.help:
        yield "help", finding.help
    if finding.fix is not None:
        yield _fix_note(finding.fix, unsafe=unsafe)
    for related in finding.related:
        yield "note", f"{places.label(related.path, related.span.start)}: {related.message}"
    gate = "" if finding.confidence is Confidence.HIGH else f" ({finding.confidence.value} confidence)"
    yield "rule", finding.name + gate


def _fix_note(fix: Fix, *, unsafe: bool) -> tuple[str, str]:
    reason = f". {fix.reason}" if fix.reason else ""
    if fix.applicability is Applicability.DISPLAY or not fix.edits:
        return "advice", fix.message + reason
    if fix.applicability is Applicability.SAFE:
        return _FIX, f"{fix.message} (safe, with --fix)"
    options = "--fix" if unsafe else "--fix --unsafe-fixes"
    return _FIX, f"{fix.message} (unsafe, with {options}){reason}"
