"""What an editor shows over a finding: what happens there, and the page of its rule."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from dropcheck.integrations.lsp.positions import Positions
from dropcheck.integrations.lsp.session import Checked
from dropcheck.levels import Applicability
from dropcheck.model import Finding
from dropcheck.report.escape import visible
from dropcheck.report.links import rule_url
from dropcheck.report.markdown import message
from dropcheck.report.rules_page import render_markdown, render_text
from dropcheck.rules import ALL_RULES


def hover(checked: Checked, places: Positions, position: types.Position, *, markdown: bool) -> types.Hover | None:
    """The hover at a position of a document.

    Args:
        checked: what was found in the document.
        places: converts its places.
        position: where the pointer is.
        markdown: whether the client shows Markdown.

    Returns:
        The findings there, each with its rule's page; None where there is none.
    """
    offset = places.offset(position)
    here = [finding for finding in checked.findings if finding.span.start <= offset <= finding.span.end]
    if not here:
        return None
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    text = "\n\n---\n\n".join(_page(finding, markdown=markdown) for finding in here)
    return types.Hover(types.MarkupContent(kind, text), places.range(here[0].span))


def _page(finding: Finding, *, markdown: bool) -> str:
    rules = [rule for rule in ALL_RULES if rule.code == finding.code]
    if not markdown:
        return "\n".join(map(visible, _notes(finding))) + "\n\n" + render_text(rules)
    link = f"[Read on]({rule_url(finding.name)})"
    return "\n\n".join((*map(message, _notes(finding)), "---", render_markdown(rules).rstrip(), link))


def _notes(finding: Finding) -> Iterator[str]:
    """What there is to say of this one place."""
    yield finding.message
    if finding.behaviour is not None:
        yield f"Behaviour: {finding.behaviour.value} ({finding.confidence.value} confidence)"
    if finding.help:
        yield finding.help
    if finding.fix is not None:
        kind = "Advice" if finding.fix.applicability is Applicability.DISPLAY else f"Fix ({finding.fix.applicability.value})"
        yield f"{kind}: {finding.fix.message}. {finding.fix.reason}".rstrip()
