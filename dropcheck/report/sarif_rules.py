"""Rules as SARIF describes them, from the documentation of each rule."""

from __future__ import annotations

import re
from typing import Any

from dropcheck.report.links import rule_url
from dropcheck.report.rules_page import RulePage, render_markdown, render_text

_FINDS = re.compile(r"^## What it finds\n+(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def reporting_descriptor(rule: RulePage) -> dict[str, Any]:
    """The ``reportingDescriptor`` of a rule.

    Args:
        rule: the rule.

    Returns:
        Its descriptions, its page as text and as Markdown, and what GitHub reads of ``properties``.
    """
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _finds(rule)},
        "help": {"text": render_text((rule,)), "markdown": render_markdown((rule,))},
        "helpUri": rule_url(rule.name),
        "defaultConfiguration": {"enabled": rule.default, "level": "error"},
        "properties": {"tags": ["correctness", "pytorch", "dropout"], "precision": "high", "problem.severity": "error"},
    }


def _finds(rule: RulePage) -> str:
    found = _FINDS.search(rule.doc)
    return " ".join(found["text"].split()) if found else rule.summary
