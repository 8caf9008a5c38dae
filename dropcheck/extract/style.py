"""Where a further argument goes in a call, in its author's style."""

from __future__ import annotations

import libcst as cst

from dropcheck.facts import Insertion
from dropcheck.model import Span


def insertion(text: str, node: cst.Call, call: Span, arguments: tuple[Span, ...]) -> Insertion | None:
    """Find the place for one more keyword argument.

    A call on one line gets it behind its last argument, a call with one argument a line gets a line more; a trailing comma
    stays a trailing comma and comments stay on their lines.

    Args:
        text: the file.
        node: the call.
        call: its span.
        arguments: the spans of its argument values, in order.

    Returns:
        The place and the characters around the argument; None where the call has no arguments or a bare generator.
    """
    if not arguments:
        return None
    last = node.args[-1].value
    if isinstance(last, cst.GeneratorExp) and not last.lpar:
        return None
    end = arguments[-1].end
    comma, line_end = _tail(text, end, call.end - 1)
    alone = _indent_of_line(text, arguments[-1].start, node)
    if comma is None:
        if alone is not None and line_end is None and len(arguments) > 1:
            return Insertion(end, "," + alone, "")
        return Insertion(end, ", ", "")
    if line_end is None:
        return Insertion(end, ", ", "")
    if alone is None:
        return Insertion(comma + 1, " ", ",")
    return Insertion(line_end, alone, ",")


def _tail(text: str, start: int, stop: int) -> tuple[int | None, int | None]:
    """The trailing comma between the last argument and the parenthesis, and the end of its line if a line ends there.

    Without a comma, the second value tells whether a comment follows.
    """
    comma: int | None = None
    position = start
    while position < stop:
        char = text[position]
        if char == ",":
            comma = position
        elif char == "#":
            while position < stop and text[position] not in "\r\n":
                position += 1
            return comma, position
        elif char in "\r\n" and comma is not None:
            return comma, position
        position += 1
    return comma, None


def _indent_of_line(text: str, start: int, node: cst.Call) -> str | None:
    """The line break and indentation before an argument that begins its line; None if it does not."""
    keyword = node.args[-1].keyword
    star = len(node.args[-1].star)
    if keyword is not None:
        start = text.rfind(keyword.value, 0, start)
    position = start - star
    while position > 0 and text[position - 1] in " \t":
        position -= 1
    if position == 0 or text[position - 1] not in "\r\n":
        return None
    newline = "\r\n" if text[position - 2 : position] == "\r\n" else text[position - 1]
    return newline + text[position : start - star]
