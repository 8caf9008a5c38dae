"""``json``: an array of findings with ruff's field names, so that converters made for ruff work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dropcheck.model import Edit, Finding, Fix, LineIndex, Position, Related, Span
from dropcheck.outcome import Report
from dropcheck.report.context import Context
from dropcheck.report.escape import visible, well_formed
from dropcheck.report.json_text import dumps
from dropcheck.report.links import rule_url
from dropcheck.report.places import Places


def render(report: Report, context: Context) -> str:
    """The findings that count.

    Args:
        report: the run.
        context: where it took place; file names are written absolute.
    """
    return dumps(list(records(report, context)))


def records(report: Report, context: Context) -> Iterator[dict[str, Any]]:
    """One object a finding that counts.

    Args:
        report: the run.
        context: as for ``render``.
    """
    places = Places(report.sources)
    for finding in report.active:
        yield _finding(finding, places, context)


def _finding(finding: Finding, places: Places, context: Context) -> dict[str, Any]:
    index = places[finding.path]
    return {
        "cell": index.position(finding.span.start).cell,
        "code": finding.code,
        "name": finding.name,
        "message": visible(finding.message),
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "url": rule_url(finding.name),
        "filename": well_formed(context.absolute(finding.path)),
        **_span(index, finding.span),
        "fix": None if finding.fix is None else _fix(finding.fix, index),
        "noqa_row": _noqa_row(finding, index),
        "related": [_related(related, places, context) for related in finding.related],
    }


def _fix(fix: Fix, index: LineIndex) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": visible(fix.message),
        "edits": [_edit(edit, index) for edit in fix.edits],
    }


def _edit(edit: Edit, index: LineIndex) -> dict[str, Any]:
    return {"content": edit.content, **_span(index, edit.span)}


def _related(related: Related, places: Places, context: Context) -> dict[str, Any]:
    place = _NO_PLACE
    if related.path in places:
        index = places[related.path]
        place = {"cell": index.position(related.span.start).cell, **_span(index, related.span)}
    return {"filename": well_formed(context.absolute(related.path)), "message": visible(related.message), **place}


_NO_PLACE: dict[str, Any] = {"cell": None, "location": None, "end_location": None}


def _span(index: LineIndex, span: Span) -> dict[str, Any]:
    return {
        "location": _position(index.position(span.start)),
        "end_location": _position(index.position(span.end)),
    }


def _position(position: Position) -> dict[str, int]:
    return {"row": position.row, "column": position.column}


def _noqa_row(finding: Finding, index: LineIndex) -> int:
    # The last row of the statement is the one that can always take a comment: earlier ones may end inside a string
    # or in a backslash.
    return index.position(max(finding.scope.start, finding.scope.end - 1)).row
