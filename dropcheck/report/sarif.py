"""``sarif``: SARIF 2.1.0, for code scanning services and for viewers in editors.

Unlike the other formats it also holds the findings that are suppressed, marked as intended or known from a baseline, each
with the reason its author gave: a service that saw them before would otherwise report them as repaired.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dropcheck.levels import Applicability, Severity, State
from dropcheck.model import Finding, Fix, Position, Related, Span
from dropcheck.outcome import FileError, Report
from dropcheck.report.context import Context
from dropcheck.report.escape import visible
from dropcheck.report.fingerprints import fingerprints
from dropcheck.report.json_text import dumps
from dropcheck.report.links import SITE
from dropcheck.report.places import Places
from dropcheck.report.sarif_rules import reporting_descriptor

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"
_FINGERPRINT = "dropcheckFingerprint/v1"
_LEVELS = MappingProxyType({Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"})
# What an embedded link of SARIF looks like; in a message, it is only text in brackets.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def render(report: Report, context: Context) -> str:
    """Every finding but those of too little confidence, which nobody asked for.

    Args:
        report: the run.
        context: where it took place, with all rules; paths are relative to the repository.
    """
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, context)]})


def _run(report: Report, context: Context) -> dict[str, Any]:
    findings = tuple(finding for finding in report.findings if finding.state is not State.BELOW_CONFIDENCE)
    marks = fingerprints(findings, report.sources, context)
    results = _Results(Places(report.sources), context, compared=bool(report.baselines))
    return {
        "tool": {
            "driver": {
                "name": "dropcheck",
                "version": context.version,
                "informationUri": SITE,
                "rules": [reporting_descriptor(rule) for rule in context.rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "toolExecutionNotifications": [results.notification(error) for error in report.errors],
            }
        ],
        # Where that is, differs from machine to machine: who reads the file knows.
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [results.result(finding, mark) for finding, mark in zip(findings, marks, strict=True)],
    }


class _Results:
    """Makes results out of findings."""

    def __init__(self, places: Places, context: Context, *, compared: bool) -> None:
        self._compared = compared
        self._places = places
        self._context = context
        self._rules = {rule.code: number for number, rule in enumerate(context.rules)}

    def result(self, finding: Finding, fingerprint: str) -> dict[str, Any]:
        result: dict[str, Any] = {"ruleId": finding.code}
        if finding.code in self._rules:
            result["ruleIndex"] = self._rules[finding.code]
        result |= {
            "level": _LEVELS[finding.severity],
            "message": _message(self._text(finding)),
            "locations": [self._location(finding)],
            "partialFingerprints": {_FINGERPRINT: fingerprint},
            "properties": {"confidence": finding.confidence.value},
        }
        if finding.related:
            result["relatedLocations"] = [self._related(number, each) for number, each in enumerate(finding.related)]
        if finding.fix is not None and (replacements := self._replacements(finding.path, finding.fix)):
            result["fixes"] = [self._fix(finding.path, finding.fix, replacements)]
        if suppression := _suppression(finding):
            result["suppressions"] = [suppression]
        if finding.state is State.BASELINED:
            result["baselineState"] = "unchanged"
        elif self._compared and finding.state is State.ACTIVE:
            result["baselineState"] = "new"
        return result

    def notification(self, error: FileError) -> dict[str, Any]:
        return {
            "level": "error",
            "message": _message(error.message),
            "locations": [{"physicalLocation": {"artifactLocation": self._artifact(error.path)}}],
        }

    def _text(self, finding: Finding) -> str:
        text = self._places.remark(finding.path, finding.span) + finding.message
        return f"{text}. {finding.help}" if finding.help else text

    def _location(self, finding: Finding) -> dict[str, Any]:
        location: dict[str, Any] = {"physicalLocation": self._physical(finding.path, finding.span)}
        cell = self._places[finding.path].position(finding.span.start).cell
        names = [{"fullyQualifiedName": finding.qualified_name}] if finding.qualified_name else []
        cells = [] if cell is None else [{"name": f"cell {cell}", "kind": "cell"}]
        if names or cells:
            location["logicalLocations"] = names + cells
        return location

    def _related(self, number: int, related: Related) -> dict[str, Any]:
        message = _message(related.message)
        return {"id": number, "message": message, "physicalLocation": self._physical(related.path, related.span)}

    def _physical(self, path: str, span: Span) -> dict[str, Any]:
        physical: dict[str, Any] = {"artifactLocation": self._artifact(path)}
        if path in self._places and (found := self._places.region(path, span)):
            physical["region"] = _region(*found)
        return physical

    def _artifact(self, path: str) -> dict[str, Any]:
        from urllib.parse import quote  # noqa: PLC0415  (only this format needs it)

        inside = self._context.in_repository(path)
        if inside is not None:
            return {"uri": quote(_bytes(inside)), "uriBaseId": _ROOT}
        full = self._context.absolute(path).replace("\\", "/")
        return {"uri": "file://" + quote(_bytes(full if full.startswith("/") else f"/{full}"))}

    def _replacements(self, path: str, fix: Fix) -> list[dict[str, Any]]:
        regions = [(self._places.region(path, edit.span), edit.content) for edit in fix.edits]
        return [{"deletedRegion": _region(*found), "insertedContent": {"text": text}} for found, text in regions if found]

    def _fix(self, path: str, fix: Fix, replacements: list[dict[str, Any]]) -> dict[str, Any]:
        safe = fix.applicability is Applicability.SAFE
        return {
            "description": _message(fix.message if safe else f"{fix.message} ({fix.applicability.value}). {fix.reason}".rstrip()),
            "artifactChanges": [{"artifactLocation": self._artifact(path), "replacements": replacements}],
            "properties": {"applicability": fix.applicability.value},
        }


def _suppression(finding: Finding) -> Mapping[str, str] | None:
    if finding.state not in (State.SUPPRESSED, State.INTENDED):
        return None
    outside = finding.state_reason == "per-file-ignores"
    suppression = {"kind": "external" if outside else "inSource", "status": "accepted"}
    return suppression | ({"justification": visible(finding.state_reason)} if finding.state_reason else {})


def _message(text: str) -> dict[str, str]:
    return {"text": _LINK.sub(r"\\[", visible(text))}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {"startLine": start.row, "startColumn": start.column, "endLine": end.row, "endColumn": end.column}


def _bytes(path: str) -> bytes:
    # The bytes the file system holds, also where they are no text.
    return path.encode("utf-8", "surrogateescape")
