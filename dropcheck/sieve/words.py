"""Words: a file without any of them holds no dropout."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence

from dropcheck.catalogue import Catalogue
from dropcheck.sieve.pattern import DROP, drops_in, pattern, with_leads
from dropcheck.source.cells import is_notebook

#: Comments for this tool, and classes that drop by hand.
_CODING = pattern(rb"(?:[^\r\n]*(?:\r\n?|\n))?(?:\xef\xbb\xbf)?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
_LIKE_ASCII = (b"utf-8", b"utf8", b"utf_8", b"ascii", b"us-ascii", b"latin", b"iso-8859", b"iso8859", b"cp125", b"windows-125")
#: A keyword for ``cuda()`` of old.
_WORD_END = pattern(rb"\w")
_ASYNC = pattern(rb"ync(?<=async)[ \t]*=(?!=)")
_OWN_WORDS = (b"dropcheck:", b"DRP", b"Drop", b"StochasticDepth")


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


class WordSieve:
    """Tells which files can hold a site.

    Args:
        words: from :func:`sieve_words`.
    """

    def __init__(self, words: tuple[bytes, ...]) -> None:
        searches = tuple(with_leads(words))
        self._drops = tuple(pattern(search) for lead, search in searches if lead == DROP)
        self._literals = tuple(lead for lead, search in searches if search == re.escape(lead))
        self._searches = tuple(pattern(search) for lead, search in searches if lead != DROP and search != re.escape(lead))

    def passes(self, raw: bytes, drops: Sequence[int] | None = None) -> bool:
        """Whether a file can hold a site, from its bytes. Encodings that do not contain ASCII (UTF-16) always pass.

        Args:
            raw: the file.
            drops: where it says ``drop``, if that is known.
        """
        places = drops_in(raw) if drops is None else drops
        for search in self._drops:
            if any(search.match(raw, at) is not None for at in places):
                return True
        for search in self._searches:
            if search.search(raw) is not None:
                return True
        for word in self._literals:
            if word in raw:
                return True
        return unlike_ascii(raw)


def unlike_ascii(raw: bytes) -> bool:
    """Whether the words of a file may be encoded otherwise than in ASCII."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or raw.find(b"\0", 0, 4096) >= 0:
        return True
    if raw.find(b"coding", 0, 400) < 0:
        return False
    declared = _CODING.match(raw[:400])
    return declared is not None and not declared[1].lower().startswith(_LIKE_ASCII)


def unlike_python(raw: bytes) -> bool:
    """Whether a name may be a keyword of today's Python."""
    return any(not _WORD_END.match(raw, found.start() - 3) for found in _ASYNC.finditer(raw))


def parses(text: str) -> bool:
    """Whether the running Python can parse a text: a cheap question about a file that the user named and that cannot hold a site.

    Args:
        text: the decoded file. A syntax newer than the running Python fails here; extraction has the last word.
    """
    import ast  # noqa: PLC0415  (few files are named one by one)

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
