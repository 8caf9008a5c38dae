"""Fixes that make modules: for DRP301, and with ``fix-style = "module"`` for dropout that is always on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from dropcheck.engine.select import MODULE_RULE
from dropcheck.levels import Applicability, State
from dropcheck.link.site import Site
from dropcheck.model import Finding, Fix, Span

if TYPE_CHECKING:
    from dropcheck.engine.workspace import Workspace
    from dropcheck.refactor.plan import Planner
    from dropcheck.refactor.result import Unit

#: The rules whose findings a module repairs as well as a flag does.
REPAIRED = frozenset({"DRP101", "DRP102", "DRP103", "DRP106"})
_REASON = "Whole models that were pickled before lack the new attribute, and the order and names of named_modules() change."


class ModuleFixes:
    """Gives findings the fix that makes modules.

    The names of new modules are chosen so that the fixes of all files that were asked for can be applied together.

    Args:
        workspace: the files, whose texts must not change meanwhile.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._concerned: set[tuple[str, Span]] = set()

    def give(self, path: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Give the findings of one file their fixes.

        Args:
            path: the file.
            findings: those that its settings let through.

        Returns:
            The findings. Where the refactor declines, one of DRP301 is left out, and any other keeps the fix it has.
        """
        codes = {MODULE_RULE} | (REPAIRED if self._workspace.settings(path).fix_style == "module" else set())
        concerned = {one.span for one in findings if one.code in codes and one.state is State.ACTIVE}
        if not concerned:
            return findings
        units = self._plan(path, concerned)
        return tuple(
            _with_fix(finding, units.get(finding.span)) if finding.code in codes and finding.state is State.ACTIVE else finding
            for finding in findings
            if finding.code != MODULE_RULE or finding.state is not State.ACTIVE or finding.span in units
        )

    def _plan(self, path: str, concerned: set[Span]) -> Mapping[Span, Unit]:
        """The unit of each call that the refactor can do, by the span of the call."""
        self._concerned |= {(path, span) for span in concerned}
        plan = self._planner.plan(path)
        return {site.place.span: unit for unit in plan.units for site in unit.sites} if plan is not None else {}

    @cached_property
    def _planner(self) -> Planner:
        # LibCST, only where a fix is asked for.
        from dropcheck.refactor.context import RunContext  # noqa: PLC0415
        from dropcheck.refactor.plan import Planner  # noqa: PLC0415

        workspace = self._workspace
        workspace.complete_families()
        return Planner(RunContext(workspace.project(), workspace.trees, workspace.surroundings, self._refusal))

    def _refusal(self, site: Site) -> str:
        return "" if (site.file.path, site.call.span) in self._concerned else "no finding asks for it"


def _with_fix(finding: Finding, unit: Unit | None) -> Finding:
    if unit is None:
        return finding
    site = next(one for one in unit.sites if one.place.span == finding.span)
    message = f"Make `{site.attribute}` an `{site.made}` in `__init__`, and call it"
    return replace(finding, fix=Fix(Applicability.UNSAFE, message, unit.edits, _REASON))
