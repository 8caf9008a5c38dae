"""``rdjson``: the diagnostic format of reviewdog.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from dropcheck.levels import Severity
from dropcheck.model import Finding, Fix, LineIndex, Related, Span
from dropcheck.outcome import Report
from dropcheck.report.context import Context
from dropcheck.report.escape import visible, well_formed
from dropcheck.report.json_text import dumps
from dropcheck.report.links import SITE, rule_url
from dropcheck.report.places import Places

_SEVERITIES = MappingProxyType({Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"})


def render(report: Report, context: Context) -> str:
    """The findings that count.

    A suggestion can be accepted by a click, so only what ``--fix`` would apply in this run is suggested.

    Args:
        report: the run.
        context: where it took place; paths are absolute.
    """
    places = Places(report.sources)
    diagnostics = [_diagnostic(finding, places, context, unsafe=report.unsafe_fixes) for finding in report.active]
    return dumps({"source": {"name": "dropcheck", "url": SITE}, "severity": "ERROR", "diagnostics": diagnostics})


def _diagnostic(finding: Finding, places: Places, context: Context, *, unsafe: bool) -> dict[str, Any]:
    diagnostic: dict[str, Any] = {
        "message": places.remark(finding.path, finding.span) + visible(finding.message),
        "location": _location(finding.path, finding.span, places, context),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.code, "url": rule_url(finding.name)},
    }
    in_file = "range" in diagnostic["location"]
    if in_file and finding.fix is not None and finding.fix_applies(unsafe=unsafe):
        diagnostic["suggestions"] = [_suggestion(finding.fix, places[finding.path])]
    if finding.related:
        diagnostic["related_locations"] = [_related(related, places, context) for related in finding.related]
    return diagnostic


def _suggestion(fix: Fix, index: LineIndex) -> dict[str, Any]:
    """One replacement that holds all edits: suggestions are accepted one by one, and half a repair is none."""
    whole = Span(fix.edits[0].span.start, fix.edits[-1].span.end)
    parts, done = [], whole.start
    for edit in fix.edits:
        parts += [index.text[done : edit.span.start], edit.content]
        done = edit.span.end
    return {"range": _range(index, whole), "text": "".join(parts)}


def _related(related: Related, places: Places, context: Context) -> dict[str, Any]:
    return {"message": visible(related.message), "location": _location(related.path, related.span, places, context)}


def _location(path: str, span: Span, places: Places, context: Context) -> dict[str, Any]:
    location: dict[str, Any] = {"path": well_formed(context.absolute(path))}
    if path in places and places.region(path, span) is not None:
        location["range"] = _range(places[path], span)
    return location


def _range(index: LineIndex, span: Span) -> dict[str, Any]:
    return {"start": _position(index, span.start), "end": _position(index, span.end)}


def _position(index: LineIndex, offset: int) -> dict[str, int]:
    position = index.position(offset)
    before = index.row_text(position.row)[: position.column - 1]
    # The format counts bytes of UTF-8.
    return {"line": position.row, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
