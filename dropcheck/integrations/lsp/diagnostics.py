"""Findings as the editor shows them."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import MappingProxyType

from lsprotocol import types
from pygls.workspace import PositionCodec

from dropcheck.engine.select import SYNTAX_ERROR_CODE
from dropcheck.integrations.lsp.positions import Positions
from dropcheck.integrations.lsp.session import Checked
from dropcheck.levels import Confidence, Severity
from dropcheck.model import Finding
from dropcheck.report.escape import visible
from dropcheck.report.links import rule_url

SOURCE = "dropcheck"

_SEVERITIES = MappingProxyType(
    {
        Severity.ERROR: types.DiagnosticSeverity.Error,
        Severity.WARNING: types.DiagnosticSeverity.Warning,
        Severity.INFO: types.DiagnosticSeverity.Information,
    }
)


def diagnostics(
    checked: Checked, codec: PositionCodec, uri_of: Callable[[str], str], *, related: bool
) -> tuple[types.Diagnostic, ...]:
    """The diagnostics of a document.

    Args:
        checked: what was found in it.
        codec: counts columns as the client does.
        uri_of: the client's name of a file, given its absolute path.
        related: whether the client shows places that explain a finding.

    Returns:
        One diagnostic for each finding, in order.
    """
    places = {path: Positions(text, codec) for path, text in checked.texts}
    places[checked.document.path] = Positions(checked.document.text, codec)
    return tuple(_diagnostic(finding, places, uri_of, related=related) for finding in checked.findings)


def _diagnostic(
    finding: Finding, places: dict[str, Positions], uri_of: Callable[[str], str], *, related: bool
) -> types.Diagnostic:
    explained = [
        types.DiagnosticRelatedInformation(
            types.Location(uri_of(os.path.abspath(other.path)), places[other.path].range(other.span)), visible(other.message)
        )
        for other in finding.related
    ]
    return types.Diagnostic(
        range=places[finding.path].range(finding.span),
        message="\n".join(visible(text) for text in (finding.message, finding.help) if text),
        severity=_severity(finding),
        code=finding.code,
        code_description=types.CodeDescription(rule_url(finding.name)),
        source=SOURCE,
        related_information=explained if related and explained else None,
    )


def _severity(finding: Finding) -> types.DiagnosticSeverity:
    if finding.given_severity is not None:
        return _SEVERITIES[finding.given_severity]
    if finding.code == SYNTAX_ERROR_CODE:
        return types.DiagnosticSeverity.Error
    if finding.confidence is Confidence.HIGH:
        return types.DiagnosticSeverity.Warning
    return types.DiagnosticSeverity.Information
