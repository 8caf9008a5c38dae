"""Which findings the settings of a file let through, and which of them count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcheck.config.settings import Settings
from dropcheck.engine.adjust import adjusted, refuse_unknown
from dropcheck.levels import State
from dropcheck.rules import LISTED
from dropcheck.rules.selectors import expand, widths

if TYPE_CHECKING:
    from dropcheck.model import Finding

#: Runs unless it is ignored, and no fix may bring it about.
SYNTAX_ERROR_CODE = "DRP900"
#: The rule whose only fix is a module.
MODULE_RULE = "DRP301"


@lru_cache(maxsize=256)
def enabled_codes(settings: Settings) -> frozenset[str]:
    """The codes of the rules that run.

    The narrower selector wins, so that ``--select DRP101 --ignore DRP1`` runs DRP101; between equals, ``ignore`` wins.
    A file that does not parse is always worth knowing: DRP900 runs unless it is ignored.

    Args:
        settings: the settings of a file.

    Returns:
        Their codes.

    Raises:
        UserError: a selector names no rule.
    """
    origin = settings.source or "command line"
    everything = len(LISTED) + 1
    chosen = {rule.code: everything for rule in LISTED if rule.code == SYNTAX_ERROR_CODE}
    if not settings.select:
        chosen |= {rule.code: everything for rule in LISTED if rule.default}
    for code, width in widths((*settings.select, *settings.extend_select), origin=origin).items():
        chosen[code] = min(width, chosen.get(code, width))
    ignored = widths(settings.ignore, origin=origin)
    refuse_unknown(settings, origin)
    for _, selectors in settings.per_file_ignores:
        expand(selectors, origin=origin)
    return frozenset(code for code, width in chosen.items() if code not in ignored or width < ignored[code])


def asks_for_modules(settings: Settings) -> bool:
    """Whether findings may get a fix that makes modules: then correct dropout matters, and every class around it."""
    return settings.fix_style == "module" or MODULE_RULE in enabled_codes(settings)


def select(findings: Iterable[Finding], settings: Settings) -> tuple[Finding, ...]:
    """Leave out what the settings do not select, and set the state of what does not count.

    Args:
        findings: findings of one file, after its comments have spoken.
        settings: the settings of that file.

    Returns:
        The findings of enabled rules, as serious and as fixable as the settings want them. ``per-file-ignores`` suppress, and
        too little confidence is marked as such.
    """
    enabled = enabled_codes(settings)
    return tuple(adjusted(_gated(finding, settings), settings) for finding in findings if finding.code in enabled)


def _gated(finding: Finding, settings: Settings) -> Finding:
    if finding.state is not State.ACTIVE:
        return finding
    if finding.code in expand(settings.ignored_for(finding.path), origin=settings.source or "command line"):
        return replace(finding, state=State.SUPPRESSED, state_reason="per-file-ignores")
    if finding.confidence.rank < settings.min_confidence.rank:
        return replace(finding, state=State.BELOW_CONFIDENCE)
    return finding
