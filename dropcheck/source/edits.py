"""Edits applied to a text."""

from __future__ import annotations

from collections.abc import Iterable

from dropcheck.model import Edit


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Replace spans of a text.

    Args:
        text: the text the edits refer to.
        edits: replacements that do not overlap; insertions at one place keep their order.

    Returns:
        The edited text; every character outside the edits is kept.

    Raises:
        ValueError: two edits overlap.
    """
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < done:
            raise ValueError("edits overlap")
        pieces += (text[done : edit.span.start], edit.content)
        done = edit.span.end
    return "".join((*pieces, text[done:]))
