"""What the settings make of a finding: how serious it is, whether it may be repaired, and how far its fix may be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from dropcheck.config.settings import Settings
from dropcheck.levels import Applicability, Severity
from dropcheck.rules.selectors import expand, widths

if TYPE_CHECKING:
    from dropcheck.model import Finding, Fix

_UNFIXABLE = "The configuration says that this rule is not to be fixed."
_UNSAFE = "The configuration says that fixes of this rule are not safe."


def adjusted(finding: Finding, settings: Settings) -> Finding:
    """A finding as the settings of its file want it.

    Args:
        finding: the finding.
        settings: the settings of its file.

    Returns:
        The finding with the severity of ``severity``; with advice in place of its fix where ``unfixable`` (or ``fixable``) says
        so, else with a fix that is as safe as ``extend-safe-fixes`` and ``extend-unsafe-fixes`` say.
    """
    severity = _severities(settings).get(finding.code, finding.given_severity)
    fix = _adjusted_fix(finding.fix, finding.code, settings)
    if severity is finding.given_severity and fix is finding.fix:
        return finding
    return replace(finding, given_severity=severity, fix=fix)


def refuse_unknown(settings: Settings, origin: str) -> None:
    """Refuse selectors that name no rule, whether or not something is found that they speak of.

    Args:
        settings: the settings of a file.
        origin: where they stand, for the message.

    Raises:
        UserError: a selector names no rule.
    """
    fixing = (settings.fixable, settings.unfixable, settings.extend_safe_fixes, settings.extend_unsafe_fixes)
    for selectors in (*fixing, [selector for selector, _ in settings.severity]):
        expand(selectors, origin=origin)


def _adjusted_fix(fix: Fix | None, code: str, settings: Settings) -> Fix | None:
    if fix is None or not fix.edits:
        return fix
    if code in _unfixable(settings):
        return replace(fix, applicability=Applicability.DISPLAY, edits=(), reason=_UNFIXABLE)
    trust = _trust(settings).get(code, fix.applicability)
    if trust is fix.applicability:
        return fix
    return replace(fix, applicability=trust, reason=_UNSAFE if trust is Applicability.UNSAFE else "")


@lru_cache(maxsize=256)
def _severities(settings: Settings) -> Mapping[str, Severity]:
    """The severity of each rule of which the settings say one."""
    said: dict[str, tuple[int, Severity]] = {}
    for selector, severity in settings.severity:
        for code, width in widths([selector], origin=_origin(settings)).items():
            if code not in said or width < said[code][0]:
                said[code] = (width, severity)
    return MappingProxyType({code: severity for code, (_, severity) in said.items()})


@lru_cache(maxsize=256)
def _unfixable(settings: Settings) -> frozenset[str]:
    """The codes of the rules whose findings may not be repaired."""
    allowed = widths(settings.fixable, origin=_origin(settings))
    refused = widths(settings.unfixable, origin=_origin(settings))
    everything = widths(["ALL"], origin=_origin(settings))
    return frozenset(code for code in everything if _wins(refused, allowed, code) or code not in allowed)


@lru_cache(maxsize=256)
def _trust(settings: Settings) -> Mapping[str, Applicability]:
    """How far the fixes of each rule may be trusted of which the settings say it."""
    safe = widths(settings.extend_safe_fixes, origin=_origin(settings))
    unsafe = widths(settings.extend_unsafe_fixes, origin=_origin(settings))
    return MappingProxyType(
        {code: Applicability.UNSAFE if _wins(unsafe, safe, code) else Applicability.SAFE for code in safe.keys() | unsafe.keys()}
    )


def _wins(left: Mapping[str, int], right: Mapping[str, int], code: str) -> bool:
    """Whether the left side names a rule at least as narrowly as the right one."""
    return code in left and left[code] <= right.get(code, left[code])


def _origin(settings: Settings) -> str:
    return settings.source or "command line"
