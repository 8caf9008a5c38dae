"""``gitlab``: the Code Quality report of GitLab.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from dropcheck.levels import Severity
from dropcheck.model import Finding, Position
from dropcheck.outcome import Report
from dropcheck.report.context import Context
from dropcheck.report.escape import visible, well_formed
from dropcheck.report.fingerprints import fingerprints
from dropcheck.report.json_text import dumps
from dropcheck.report.places import Places

_SEVERITIES = MappingProxyType({Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"})

_TOP = Position(1, 1)


def render(report: Report, context: Context) -> str:
    """The findings that count.

    Args:
        report: the run.
        context: where it took place; paths are relative to the repository.
    """
    places = Places(report.sources)
    marks = fingerprints(report.active, report.sources, context)
    return dumps([_issue(finding, mark, places, context) for finding, mark in zip(report.active, marks, strict=True)])


def _issue(finding: Finding, fingerprint: str, places: Places, context: Context) -> dict[str, Any]:
    # A place is required.
    start, end = places.region(finding.path, finding.span) or (_TOP, _TOP)
    return {
        "check_name": finding.code,
        # GitLab does not show the name of the check.
        "description": f"{finding.code}: {places.remark(finding.path, finding.span)}{visible(finding.message)}",
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": fingerprint,
        "location": {
            "path": well_formed(context.in_repository(finding.path) or context.absolute(finding.path)),
            "positions": {"begin": _position(start), "end": _position(end)},
        },
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.row, "column": position.column}
