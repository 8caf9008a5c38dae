"""The sieve: can this file hold anything that matters? Cheap, and it never loses a file that does."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

from dropcheck.catalogue import Catalogue
from dropcheck.source.cells import is_notebook

#: Comments for this tool, and classes that drop by hand.
_OWN_WORDS = (b"dropcheck:", b"Drop", b"StochasticDepth")


def sieve_words(catalogue: Catalogue) -> tuple[bytes, ...]:
    """The fewest words of which every file with a site, or with a comment for this tool, holds at least one.

    Args:
        catalogue: the entries in force.

    Returns:
        Words in UTF-8, shortest first; a word that contains another is left out.
    """
    words: list[bytes] = []
    names: Iterable[str] = catalogue.words()
    for word in sorted((*(name.encode() for name in names), *_OWN_WORDS), key=len):
        if not any(shorter in word for shorter in words):
            words.append(word)
    return tuple(words)


def may_matter(raw: bytes, words: tuple[bytes, ...]) -> bool:
    """Whether the file can hold a site.

    Args:
        raw: the bytes of the file. Encodings that do not contain ASCII (UTF-16) always pass.
        words: from :func:`sieve_words`.
    """
    if b"\0" in raw[:4096] or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return any(word in raw for word in words)


def parses(text: str) -> bool:
    """Whether the running Python can parse a text: a cheap question about a file that the user named and that cannot hold a site.

    Args:
        text: the decoded file. A syntax newer than the running Python fails here; extraction has the last word.
    """
    if is_notebook(text):
        from dropcheck.source.magics import python_text  # noqa: PLC0415  (few runs meet a notebook)

        text = python_text(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
