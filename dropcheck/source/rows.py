"""Which rows of a source text can take a comment at their end."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Mapping
from dataclasses import field

from dropcheck.frozen import dataclass
from dropcheck.model import LineIndex, Span

# Python 3.12 and later take f-strings (and t-strings) apart; a comment inside one would not be portable.
_OPENS = ("FSTRING_START", "TSTRING_START")
_CLOSES = ("FSTRING_END", "TSTRING_END")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a text, counted from 1.

    Args:
        closed: the rows whose end lies in a string or in a backslash continuation.
        comments: the comment at the end of each row that has one.
    """

    closed: frozenset[int] = frozenset()
    comments: Mapping[int, Span] = field(default_factory=dict)


def read_rows(text: str) -> Rows | None:
    """Look at the end of every row.

    Args:
        text: Python source.

    Returns:
        What stands there; None where the running Python cannot tell, because the syntax is newer.
    """
    index = LineIndex(text)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    closed: set[int] = set()
    comments: dict[int, Span] = {}
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(plain).readline):
            first, last = token.start[0], token.end[0]
            kind = tokenize.tok_name[token.type]
            if kind in _OPENS:
                opened.append(first)
            elif kind in _CLOSES:
                closed.update(range(opened.pop(), last))
            elif token.type == tokenize.STRING:
                closed.update(range(first, last))
            elif token.type == tokenize.COMMENT:
                start = index.row_span(first).start + token.start[1]
                comments[first] = Span(start, start + len(token.string))
    except (tokenize.TokenError, SyntaxError):
        return None
    rows = range(1, index.rows + 1)
    closed.update(row for row in rows if row not in comments and index.row_text(row).endswith("\\"))
    return Rows(frozenset(closed), comments)
