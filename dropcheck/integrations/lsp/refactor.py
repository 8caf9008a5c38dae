"""The nn.Dropout refactor of a document, worked out when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dropcheck.config.settings import Settings
from dropcheck.engine.fix import fix_text
from dropcheck.engine.modules_fix import REPAIRED
from dropcheck.engine.select import MODULE_RULE
from dropcheck.engine.workspace import Workspace
from dropcheck.integrations.linked import open_workspace
from dropcheck.levels import State
from dropcheck.model import Finding, Fix


def refactors(workspace: Workspace, settings: Mapping[str, Settings], path: str) -> tuple[Finding, ...]:
    """The calls of functional dropout in a document that can become modules.

    Args:
        workspace: the documents as they are.
        settings: the settings of each.
        path: the document.

    Returns:
        A finding for each such call, whose fix makes the module and calls it; verified like any other fix. Calls are among
        them that are correct, and no finding otherwise.
    """
    own = settings[path]
    wanted = replace(own, fix_style="module", extend_select=(*own.extend_select, MODULE_RULE))
    texts = {other: workspace.text(other) for other in workspace.paths}
    other_way = open_workspace(texts, {**settings, path: wanted})
    usual = {(finding.code, finding.span): finding.fix for finding in workspace.findings(path)}
    found = (finding for finding in other_way.findings(path) if _makes_module(finding, usual.get((finding.code, finding.span))))
    return tuple(finding for finding in found if _holds(other_way, path, texts[path], finding))


def _makes_module(finding: Finding, usual: Fix | None) -> bool:
    """Whether a fix is the refactor: where that is declined, a finding keeps its usual fix."""
    if finding.state is not State.ACTIVE or finding.fix is None or not finding.fix.edits:
        return False
    return finding.code == MODULE_RULE or (finding.code in REPAIRED and finding.fix != usual)


def _holds(workspace: Workspace, path: str, text: str, finding: Finding) -> bool:
    def judge(edited: str) -> tuple[Finding, ...]:
        workspace.edit(path, edited)
        return workspace.findings(path)

    try:
        return finding in fix_text(text, judge, lambda other: other == finding).applied
    finally:
        workspace.edit(path, text)
