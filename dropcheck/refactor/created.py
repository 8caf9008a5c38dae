"""The ``__init__`` of a class that has none."""

from __future__ import annotations

import libcst as cst

from dropcheck.extract.scopes import dotted
from dropcheck.model import Edit, Span
from dropcheck.refactor.constructor import Constructor
from dropcheck.refactor.tree import Tree, statements, walk


def created_constructor(tree: Tree, node: cst.ClassDef, constructor: Constructor, lines: tuple[str, ...]) -> Edit:
    """Write an ``__init__`` before the first method of a class.

    Args:
        tree: the file.
        node: the class.
        constructor: what it hands to its base.
        lines: the statements behind the call of its base, without indentation.
    """
    newline = tree.module.default_newline
    first = next(statement for statement in statements(node.body) if isinstance(statement, cst.FunctionDef))
    indent = tree.indent(first.decorators[0] if first.decorators else first)
    step = indent.removeprefix(tree.indent(node.decorators[0] if node.decorators else node)) or tree.module.default_indent
    passed = "*args, **kwargs" if constructor.passes_on else ""
    signature = f"({constructor.receiver}, {passed})" if passed else f"({constructor.receiver})"
    body = [f"{_super(tree, node, constructor.receiver)}.__init__({passed})", *lines]
    text = "".join(f"{indent}{line}{newline}" for line in (f"def __init__{signature}:", *(f"{step}{line}" for line in body)))
    at = tree.span(first).start
    starts_blank = tree.text[at:].startswith(("\n", "\r"))
    return Edit(Span(at, at), newline + text if starts_blank else text + newline)


def _super(tree: Tree, node: cst.ClassDef, receiver: str) -> str:
    """``super()`` as the file writes it."""
    calls = [found for found in walk(tree.module) if isinstance(found, cst.Call) and dotted(found.func) == "super"]
    if calls and all(call.args for call in calls):
        return f"super({node.name.value}, {receiver})"
    return "super()"
