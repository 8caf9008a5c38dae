"""What was probably meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable

NEAR = 0.5
"""How alike two names must be for the one to be offered for the other."""


def nearest(name: str, known: Iterable[str], cutoff: float = NEAR) -> str | None:
    """The name that comes nearest to a wrong one.

    Args:
        name: the wrong name.
        known: the names there are.
        cutoff: how alike they must be, from 0 to 1.

    Returns:
        One of the names; None where none is near.
    """
    from difflib import get_close_matches  # noqa: PLC0415  (only a mistake needs it)

    close = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return close[0] if close else None


def unknown(what: str, name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The message about a name that does not exist, with the nearest one that does.

    Args:
        what: what it should be the name of.
        name: the name.
        known: the names there are.
        otherwise: what to say where none is near; by default the list of names.
    """
    known = tuple(known)
    near = nearest(name.lower().replace("_", "-"), known)
    hint = f"did you mean {near!r}?" if near else otherwise or f"known are {', '.join(known)}"
    return f"unknown {what} {name!r}; {hint}"


def wrong_word(wanted: str, word: str, known: Iterable[str]) -> str:
    """The end of a message about a word that is not among those allowed.

    Args:
        wanted: what it must be, in words.
        word: the word.
        known: the words allowed.
    """
    near = nearest(word.lower(), known)
    hint = f"; did you mean {near!r}?" if near else ""
    return f"must be {wanted}, not {word!r}{hint}"
