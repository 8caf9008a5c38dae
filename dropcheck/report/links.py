"""Where a rule is documented."""

from __future__ import annotations

SITE = "https://dropcheck.readthedocs.io"


def rule_url(name: str) -> str:
    """The page of a rule.

    Args:
        name: the rule's name, such as ``missing-training-flag``.
    """
    return f"{SITE}/rules/{name}/"
