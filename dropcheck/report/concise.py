"""``concise``: one line a finding, never wrapped."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.outcome import Report
from dropcheck.report.escape import visible
from dropcheck.report.links import rule_url
from dropcheck.report.pieces import Piece, Role
from dropcheck.report.places import Places


def layout(report: Report, _width: int | None = None) -> Iterator[Piece]:
    """The lines ``path:row:column: CODE [*] message``; ``[*]`` marks what ``--fix`` would repair now.

    Args:
        report: the run; only findings that count are shown.
    """
    places = Places(report.sources)
    for finding in report.active:
        yield Piece(visible(places.label(finding.path, finding.span.start)), Role.PATH)
        yield Piece(": ")
        yield Piece(finding.code, Role.CODE, rule_url(finding.name))
        if finding.fix_applies(unsafe=report.unsafe_fixes):
            yield Piece(" [*]", Role.FIXABLE)
        yield Piece(f" {visible(finding.message)}\n")
