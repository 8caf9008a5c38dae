"""Make text that came from scanned files safe to show.

File names and source lines may hold terminal escapes, or characters that reorder what is displayed. They are shown as
Python would write them in a string, never sent to the terminal.
"""

from __future__ import annotations

import unicodedata

TAB = "    "


def visible(text: str) -> str:
    """The text with every control, format and undecodable character written as an escape.

    Args:
        text: any text, such as a path or a message.

    Returns:
        One line that can be printed anywhere; printable text comes back as it was.
    """
    if text.isprintable():
        return text
    return "".join(map(_visible_char, text))


def visible_source(line: str) -> tuple[str, ...]:
    """What to show for each character of a source line: as ``visible``, but a tab is indentation.

    Args:
        line: one line of source without its line ending.

    Returns:
        One string for each character, so that columns can be mapped.
    """
    return tuple(TAB if char == "\t" else _visible_char(char) for char in line)


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
