"""Where and why a text does not parse, in words that Python users know."""

from __future__ import annotations

import ast
import re
import warnings

import libcst as cst

from dropcheck.facts import SyntaxErrorFact
from dropcheck.model import LineIndex, Span


def syntax_error(text: str, error: cst.ParserSyntaxError | cst.CSTValidationError) -> SyntaxErrorFact:
    """Describe a syntax error.

    Python's own parser names the row and the cause better than LibCST; where it accepts the text (a syntax newer than LibCST, or
    none that LibCST knows), LibCST's words are used.

    Args:
        text: the file.
        error: what LibCST said.

    Returns:
        The place and the cause.
    """
    index = LineIndex(text)
    if isinstance(error, cst.ParserSyntaxError):
        row, column, message = error.raw_line, error.raw_column, _plain(error.message)
    else:  # as in "return* x", which Python reads and then refuses, too; LibCST does not say where
        row, column, message = 1, 0, str(error)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as found:
        row, column, message = found.lineno or row, (found.offset or 1) - 1, found.msg
    except (ValueError, RecursionError, MemoryError):
        pass
    row = min(max(row, 1), index.rows)
    line = index.row_span(row)
    end = line.start + len(index.row_text(row))
    start = min(line.start + max(column, 0), end)
    return SyntaxErrorFact(Span(start, max(start, end)), message)


def _plain(message: str) -> str:
    """LibCST's message without its own position and its list of tokens."""
    message = message.removeprefix("parser error: ")
    message = re.sub(r"^error at \d+:\d+: ", "", message).strip()
    return re.sub(r"expected one of .*", "this is no Python that can be parsed here", message, flags=re.DOTALL)
