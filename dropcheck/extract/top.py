"""The statements of a file outside its classes and functions, as far as text tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from keyword import kwlist

from dropcheck.frozen import dataclass

_STATEMENT = re.compile(r"^(?=[^\s)\]}#])(?!(?:else|elif|except|finally)\b)", re.MULTILINE)
_TEXT = re.compile(r"\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'|\"[^\"\n]*\"|\'[^\'\n]*\'|#[^\n]*", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
#: What binds names, or changes what they stand for: each is one way, and takes in too much rather than too little.
_BINDS = (
    re.compile(r"\bimport\b[ \t]*(\([^)]*\)|[^\n]*)"),
    re.compile(r"^([^\n]*[^\n=!<>])=(?!=)", re.MULTILINE),
    re.compile(r"^[ \t]*([^\W\d]\w*)", re.MULTILINE),
    re.compile(r"\b(?:def|class|as|for|del)[ \t]+([\w, \t]+)"),
)
#: What may matter to other files, whatever it is called here: dropout under another name, and what tells how torch is called.
_ALWAYS = re.compile(
    r"[dD]rop|tochastic|dot_product|efficient_attention|flash_attn|head_attention_forward|\b__all__\b|import[ \t]*\*"
    r"|^[ \t]*(?:from|import)[ \t]+torch\b|=[ \t]*torch\b|\bfunctional\b|\bnn\b",
    re.MULTILINE,
)
#: A function or class inside a statement: what it binds is its own.
_NESTED = re.compile(r"^([ \t]+)((?:async[ \t]+)?(?:def|class)[ \t]+\w+)[^\n]*\n(?:\1[ \t)][^\n]*\n|[ \t]*\n)*", re.MULTILINE)
_LONG_ROW = 5_000
_QUOTES = ('"""', "'''")
_KEYWORDS = frozenset(kwlist)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement outside all classes and functions, with the comments behind it.

    Args:
        start: the offset of its first character.
        end: the offset behind its last one.
        code: its text without strings and comments.
        binds: the names that it may bind, or change; not told of one that stays.
        stays: whether it is needed by itself.
    """

    start: int
    end: int
    code: str
    binds: frozenset[str]
    stays: bool

    @property
    def words(self) -> frozenset[str]:
        """The names in it."""
        return frozenset(_WORD.findall(self.code))


def statements(text: str, gaps: Iterable[tuple[int, int]]) -> tuple[Statement, ...]:
    """The statements in parts of a text.

    Args:
        text: the text.
        gaps: where each part begins and ends: what stands between classes and functions.

    Returns:
        The statements; where it is not safe to tell where they end, everything in a part is one that stays.
    """
    return tuple(found for start, end in gaps for found in _in_gap(text, start, end))


def _in_gap(text: str, start: int, end: int) -> Iterator[Statement]:
    if text.startswith("\n", start):  # the end of the row before
        start += 1
    code = _TEXT.sub(_mask, text[start:end])
    bounds = sorted({0, *(found.start() for found in _STATEMENT.finditer(code)), len(code)})
    pieces = [code[at:until] for at, until in pairwise(bounds)]
    unsafe = any(quotes in code for quotes in _QUOTES) or any(piece.rstrip("\n").endswith("\\") for piece in pieces)
    for piece in [code] if unsafe else pieces:
        yield _statement(start, piece, unsafe=unsafe)
        start += len(piece)


def _mask(found: re.Match[str]) -> str:
    """What stands for a string or a comment: nothing that is taken for a name or a new row."""
    return ("#" if found[0].startswith("#") else "\0") * len(found[0])


def _statement(start: int, code: str, *, unsafe: bool) -> Statement:
    stays = unsafe or _ALWAYS.search(code) is not None
    # What no person writes may be too much to be analysed, which the user is told.
    stays = stays or any(len(row) > _LONG_ROW for row in code.split("\n"))
    return Statement(start, start + len(code), code, frozenset() if stays else bound(code), stays)


def bound(code: str) -> frozenset[str]:
    """The names that code may bind, or change.

    Args:
        code: without strings and comments.
    """
    own = _NESTED.sub(r"\1\2\n", code)
    names = {word for way in _BINDS for text in way.findall(own) for word in _WORD.findall(text)}
    return frozenset(names - _KEYWORDS)
