"""The edits that turn the call of a function into the call of a module."""

from __future__ import annotations

import libcst as cst

from dropcheck.model import Edit, Span
from dropcheck.refactor.result import DeclinedError
from dropcheck.refactor.tree import Tree

#: Up to here a call that was written over several lines may become one line.
_LINE = 88


def fed_argument(node: cst.Call) -> cst.Arg:
    """The argument of a functional call that is dropped.

    Raises:
        DeclinedError: it is not written at the call.
    """
    if any(arg.star for arg in node.args):
        raise DeclinedError("its arguments are unpacked from elsewhere")
    for arg in node.args:
        if arg.keyword is not None and arg.keyword.value == "input":
            return arg
    if not node.args or node.args[0].keyword is not None:
        raise DeclinedError("what it drops is not written at the call")
    return node.args[0]


def call_edits(tree: Tree, node: cst.Call, callee: str) -> tuple[Edit, ...]:
    """Let a module do what a functional call does; everything but what is dropped goes.

    Args:
        tree: the file.
        node: the call.
        callee: the module, such as ``self.dropout``.

    Raises:
        DeclinedError: a comment would be lost.
    """
    fed = fed_argument(node)
    call, value = tree.statement_span(node), tree.span(fed.value)
    if tree.has_comment(Span(call.start, value.start)) or tree.has_comment(Span(value.end, call.end)):
        raise DeclinedError("a comment inside the call would be lost")
    if fed is not node.args[0] or not _keeps_lines(tree, call, value, callee):
        return (Edit(Span(call.start, value.start), f"{callee}("), Edit(Span(value.end, call.end), ")"))
    edits = [Edit(Span(call.start, tree.span(node.func).end), callee)]
    if fed.keyword is not None:
        edits.append(Edit(Span(tree.span(fed.keyword).start, value.start), ""))
    end = call.end - 1  # the closing parenthesis and the white space before it stay
    while end > value.end and tree.text[end - 1] in " \t\r\n":
        end -= 1
    edits.append(Edit(Span(value.end, end), "," if tree.text[end - 1] == "," else ""))
    return tuple(edits)


def _keeps_lines(tree: Tree, call: Span, value: Span, callee: str) -> bool:
    """Whether what is dropped stays on lines of its own: where it has several, or one line would be too long."""
    head = tree.text[call.start : value.start]
    if "\n" not in head and "\r" not in head:
        return False
    if "\n" in tree.text[value.start : value.end]:
        return True
    line = max(tree.text.rfind("\n", 0, call.start), tree.text.rfind("\r", 0, call.start)) + 1
    return call.start - line + len(callee) + 2 + value.end - value.start > _LINE
