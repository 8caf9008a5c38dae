"""Text that came from scanned files, as Markdown that shows it and does nothing else."""

from __future__ import annotations

import re

from dropcheck.report.escape import visible

_SPECIAL = {ord(char): f"&#{ord(char)};" for char in "\\`*_{}[]<>#|&~@$"}
# What begins like an address becomes a link by itself.
_ADDRESS = re.compile(r":(?=//)|w(?=ww\.)", re.IGNORECASE)
# GitHub and GitLab look for "@name" and "#1" in what the Markdown has become; an empty comment keeps the sign apart.
_APART = re.compile("&#(?:35|36|38|64|126);")


def literal(text: str) -> str:
    """Text that stays text, in any place of a document.

    Args:
        text: any text.

    Returns:
        One line.
    """
    return _ADDRESS.sub(lambda match: f"&#{ord(match[0])};", visible(text).translate(_SPECIAL))


def literal_on_forges(text: str) -> str:
    """The same where ``@name`` tells somebody and ``#1`` leads to an issue: in what may become a comment on GitHub or GitLab.

    Args:
        text: any text.
    """
    return _APART.sub(r"\g<0><!-- -->", literal(text))


def message(text: str) -> str:
    """A message of ours, in which backticks stand around code that came from a file.

    Args:
        text: the message.

    Returns:
        One line, in which only code is marked up.
    """
    parts = visible(text).split("`")
    # A backtick in the code itself makes of code text and of text code; either way nothing in it is obeyed.
    shown = [literal(part) if number % 2 == 0 else f"`{part}`" if part else literal("``") for number, part in enumerate(parts)]
    if len(parts) % 2 == 0:
        shown[-1] = literal(f"`{parts[-1]}")
    return "".join(shown)
