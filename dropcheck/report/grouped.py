"""``grouped``: the findings of each file under its name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from dropcheck.outcome import Report
from dropcheck.report.escape import visible
from dropcheck.report.fold import hang
from dropcheck.report.links import rule_url
from dropcheck.report.pieces import Piece, Role
from dropcheck.report.places import Places


def layout(report: Report, width: int | None = None) -> Iterator[Piece]:
    """For each file its name and the lines ``row:column CODE [*] message``; an empty line below each file.

    Args:
        report: the run; only findings that count are shown.
        width: the columns of the screen, into which messages are folded; None folds nothing.
    """
    places = Places(report.sources)
    for path, group in groupby(report.active, key=lambda finding: finding.path):
        yield Piece(f"{visible(path)}:\n", Role.PATH)
        findings = tuple(group)
        labels = [str(places[path].position(finding.span.start)) for finding in findings]
        column = max(map(len, labels))
        for label, finding in zip(labels, findings, strict=True):
            yield Piece(f"  {label:<{column}} ", Role.GUTTER)
            yield Piece(finding.code, Role.CODE, rule_url(finding.name))
            star = " [*]" if finding.fix_applies(unsafe=report.unsafe_fixes) else ""
            if star:
                yield Piece(star, Role.FIXABLE)
            yield Piece(f" {hang(visible(finding.message), column + len(finding.code + star) + 4, width)}\n")
        yield Piece("\n")
