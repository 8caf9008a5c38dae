"""Fixes that make modules: for DRP301, and with ``fix-style = "module"`` for dropout that is always on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dropcheck.engine.select import MODULE_RULE
from dropcheck.levels import Applicability, State
from dropcheck.link.site import Site
from dropcheck.model import Finding, Fix, Span

if TYPE_CHECKING:
    from dropcheck.engine.workspace import Workspace
    from dropcheck.refactor.result import Unit

#: The rules whose findings a module repairs as well as a flag does.
REPAIRED = frozenset({"DRP101", "DRP102", "DRP103", "DRP106"})
_REASON = "Whole models that were pickled before lack the new attribute, and the order and names of named_modules() change."


def with_module_fixes(workspace: Workspace, path: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Give findings the fix that makes modules.

    Args:
        workspace: the files.
        path: the file of the findings.
        findings: those that its settings let through.

    Returns:
        The findings. Where the refactor declines, one of DRP301 is left out, and any other keeps the fix it has.
    """
    codes = {MODULE_RULE} | (REPAIRED if workspace.settings(path).fix_style == "module" else set())
    concerned = {one.span for one in findings if one.code in codes and one.state is State.ACTIVE}
    if not concerned:
        return findings
    units = _plan(workspace, path, concerned)
    return tuple(
        _with_fix(finding, units.get(finding.span)) if finding.code in codes and finding.state is State.ACTIVE else finding
        for finding in findings
        if finding.code != MODULE_RULE or finding.state is not State.ACTIVE or finding.span in units
    )


def _plan(workspace: Workspace, path: str, concerned: set[Span]) -> Mapping[Span, Unit]:
    """The unit of each call that the refactor can do, by the span of the call."""
    # LibCST, only where a fix is asked for.
    from dropcheck.refactor.context import RunContext  # noqa: PLC0415
    from dropcheck.refactor.plan import Planner  # noqa: PLC0415

    def refusal(site: Site) -> str:
        return "" if site.call.span in concerned else "no finding asks for it"

    workspace.complete_families()
    plan = Planner(RunContext(workspace.project(), workspace.text, workspace.surroundings, refusal)).plan(path)
    return {site.place.span: unit for unit in plan.units for site in unit.sites} if plan is not None else {}


def _with_fix(finding: Finding, unit: Unit | None) -> Finding:
    if unit is None:
        return finding
    site = next(one for one in unit.sites if one.place.span == finding.span)
    message = f"Make `{site.attribute}` an `{site.made}` in `__init__`, and call it"
    return replace(finding, fix=Fix(Applicability.UNSAFE, message, unit.edits, _REASON))
