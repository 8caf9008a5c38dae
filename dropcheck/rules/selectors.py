"""Selectors: how people name rules, by code, prefix, name or ``ALL``."""

from __future__ import annotations

from collections.abc import Iterable

from dropcheck.errors import UserError
from dropcheck.rules import LISTED


def codes_for(selector: str) -> frozenset[str]:
    """The codes of the rules that a selector names.

    Args:
        selector: a code, a prefix of codes, a name, or ``ALL``; case does not matter.

    Returns:
        Codes; none where the selector names no rule.
    """
    text = selector.strip()
    if text.upper() == "ALL":
        return frozenset(rule.code for rule in LISTED)
    found = frozenset(rule.code for rule in LISTED if rule.name == text.lower())
    if found or not text:
        return found
    return frozenset(rule.code for rule in LISTED if rule.code.startswith(text.upper()))


def nearest(selector: str) -> str:
    """The code or name that comes nearest to a wrong selector; empty where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415  (only a mistake needs it)

    known = [*(rule.code for rule in LISTED), *(rule.name for rule in LISTED), "ALL"]
    for text in (selector.upper(), selector.lower()):
        close = get_close_matches(text, known, n=1, cutoff=0.5)
        if close:
            return close[0]
    return ""


def expand(selectors: Iterable[str], *, origin: str) -> frozenset[str]:
    """The codes that selectors name together.

    Args:
        selectors: codes, prefixes, names or ``ALL``.
        origin: where they were written, for the message.

    Returns:
        Codes.

    Raises:
        UserError: a selector names no rule.
    """
    codes: set[str] = set()
    for selector in selectors:
        found = codes_for(selector)
        if not found:
            hint = nearest(selector)
            meant = f"; did you mean {hint}?" if hint else "; `dropcheck rule --all` lists the rules"
            raise UserError(f"{origin}: no rule is called {selector!r}{meant}")
        codes |= found
    return frozenset(codes)


def widths(selectors: Iterable[str], *, origin: str) -> dict[str, int]:
    """How narrowly selectors name each code: of two that speak of one rule, the narrower one is meant.

    Args:
        selectors: codes, prefixes, names or ``ALL``.
        origin: where they were written, for the message.

    Returns:
        For each code that is named, how many codes the narrowest selector that names it stands for.

    Raises:
        UserError: a selector names no rule.
    """
    found: dict[str, int] = {}
    for selector in selectors:
        codes = expand([selector], origin=origin)
        for code in codes:
            found[code] = min(found.get(code, len(codes)), len(codes))
    return found
