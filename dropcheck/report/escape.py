"""Make text that came from scanned files safe to show.

File names and source lines may hold terminal escapes, characters that reorder what is displayed, or what a CI service takes
for a command to itself wherever it stands in a log. They are shown as Python would write them in a string, never sent on.
"""

from __future__ import annotations

import re
import unicodedata

TAB = "    "
# In any line, Azure Pipelines obeys "##vso[", TeamCity "##teamcity[" and GitHub Actions "##["; the last also "::" at its start.
_COMMAND = re.compile(r"##\w*\[")
_COMMAND_AT_START = re.compile(r"^(\s*):(?=:)")
# Runners take a carriage return for the end of a line, too.
_COMMAND_AT_ANY_START = re.compile(r"((?:^|[\r\n])\s*):(?=:)")


def visible(text: str) -> str:
    """The text with every control, format and undecodable character written as an escape.

    Args:
        text: any text, such as a path or a message.

    Returns:
        One line that can be printed anywhere; printable text comes back as it was.
    """
    shown = text if text.isprintable() else "".join(map(_visible_char, text))
    return _COMMAND_AT_START.sub(r"\1\\x3a", disarmed(shown, r"\x5b"))


def disarmed(text: str, bracket: str) -> str:
    """The text with the opening bracket of every CI command written in another way.

    Args:
        text: any text.
        bracket: what means an opening bracket to whoever reads the text.
    """
    return _COMMAND.sub(lambda match: match[0][:-1] + bracket, text) if "##" in text else text


def disarmed_log(text: str) -> str:
    """The text with the commands to CI services in its lines written as escapes, and all else as it is.

    Args:
        text: lines, such as a patch.
    """
    return _COMMAND_AT_ANY_START.sub(r"\1\\x3a", disarmed(text, r"\x5b"))


def well_formed(text: str) -> str:
    """The text with lone surrogates, which stand for undecodable bytes of a file name, written as escapes.

    Args:
        text: any text; many readers of JSON refuse a file for a lone surrogate.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def visible_source(line: str) -> tuple[str, ...]:
    """What to show for each character of a source line: as ``visible``, but a tab is indentation.

    Args:
        line: one line of source without its line ending.

    Returns:
        One string for each character, so that columns can be mapped.
    """
    cells = [TAB if char == "\t" else _visible_char(char) for char in line]
    for match in _COMMAND.finditer(line):
        cells[match.end() - 1] = r"\x5b"
    return tuple(cells)


def display_width(text: str) -> int:
    """How many columns of a terminal the (already visible) text takes."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _visible_char(char: str) -> str:
    # Spaces other than the ASCII one are not "printable" to Python, yet they do no harm and occur in comments.
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    return char.encode("unicode_escape").decode("ascii")


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
