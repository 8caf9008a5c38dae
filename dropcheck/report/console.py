"""Colour for terminals. The only renderer that knows rich."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from rich.color import ColorSystem
from rich.style import Style

from dropcheck.report.pieces import Piece, Role

# The sixteen colours every terminal has, so that the user's own theme decides what they look like. Of these, bright red, blue and
# magenta can be read on dark and on light in the palettes of xterm, VS Code, Windows, GNOME and Solarized (contrast
# about 3 or more); cyan and yellow vanish on white, dark blue on black. Green and red are for diffs, whose rows also have signs.
_STYLES = MappingProxyType(
    {
        Role.PLAIN: Style(),
        Role.CODE: Style(color="bright_red", bold=True),
        Role.FIXABLE: Style(color="bright_magenta"),
        Role.PATH: Style(bold=True),
        Role.GUTTER: Style(color="bright_blue", bold=True),
        Role.MARK: Style(color="bright_red", bold=True),
        Role.LABEL: Style(bold=True),
        Role.ADDED: Style(color="green"),
        Role.REMOVED: Style(color="red"),
        Role.HUNK: Style(color="bright_magenta"),
    }
)


def ansi(pieces: Iterable[Piece], *, links: bool = False) -> str:
    """The text of the pieces with the escape sequences that colour them.

    Args:
        pieces: what a renderer lays out. Their text is taken literally: never read as rich markup, never wrapped.
        links: also write the hyperlinks of the pieces, for a terminal that knows them.
    """
    return "".join(_styled(piece, links=links) for piece in pieces)


def _styled(piece: Piece, *, links: bool) -> str:
    text = _STYLES[piece.role].render(piece.text, color_system=ColorSystem.STANDARD)
    # OSC 8. Not by rich, which gives each link a random id, so that no two runs would print the same.
    return f"\x1b]8;;{piece.link}\x1b\\{text}\x1b]8;;\x1b\\" if links and piece.link else text
