"""``json``: an array of findings with ruff's field names, so that converters made for ruff work."""

from __future__ import annotations

import json
import os
from typing import Any

from dropcheck.model import Edit, Finding, Fix, LineIndex, Position, Related, Report, Span
from dropcheck.report.links import rule_url
from dropcheck.report.places import Places


def render(report: Report, *, base: str) -> str:
    """The findings that count, as JSON in ASCII (so that no stream and no terminal can mangle it).

    Args:
        report: the run.
        base: the folder relative paths start from; file names are written absolute.
    """
    places = Places(report.sources)
    items = [_finding(finding, places, base) for finding in report.active]
    return json.dumps(items, indent=2) + "\n"


def _finding(finding: Finding, places: Places, base: str) -> dict[str, Any]:
    index = places[finding.path]
    return {
        "cell": index.position(finding.span.start).cell,
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "confidence": finding.confidence.value,
        "url": rule_url(finding.name),
        "filename": _absolute(base, finding.path),
        **_span(index, finding.span),
        "fix": None if finding.fix is None else _fix(finding.fix, index),
        "noqa_row": _noqa_row(finding, index),
        "related": [_related(related, places, base) for related in finding.related],
    }


def _fix(fix: Fix, index: LineIndex) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [_edit(edit, index) for edit in fix.edits],
    }


def _edit(edit: Edit, index: LineIndex) -> dict[str, Any]:
    return {"content": edit.content, **_span(index, edit.span)}


def _related(related: Related, places: Places, base: str) -> dict[str, Any]:
    place = _NO_PLACE
    if related.path in places:
        index = places[related.path]
        place = {"cell": index.position(related.span.start).cell, **_span(index, related.span)}
    return {"filename": _absolute(base, related.path), "message": related.message, **place}


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


def _absolute(base: str, path: str) -> str:
    # What came from standard input without a name has no folder.
    return path if path == "-" else os.path.normpath(os.path.join(base, path))
