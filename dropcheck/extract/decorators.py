"""What decorators of the file itself do with the functions that they are given."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

_BRANCHES = (cst.If, cst.IfExp, cst.BooleanOperation, cst.While, cst.Try, cst.Match)
_INNER = (cst.FunctionDef, cst.Lambda)


def decorator_functions(body: Sequence[cst.CSTNode]) -> dict[str, cst.FunctionDef]:
    """The functions of a module, by name: a decorator may be one of them.

    Args:
        body: the statements of the module.
    """
    return {statement.name.value: statement for statement in body if isinstance(statement, cst.FunctionDef)}


def may_be_left_out(node: cst.FunctionDef, functions: dict[str, cst.FunctionDef]) -> bool:
    """Whether a call of a function may run something else, since a decorator in the file decides that at each call.

    Args:
        node: the function.
        functions: those of its module.
    """
    for decorator in node.decorators:
        made = decorator.decorator
        name = made.func if isinstance(made, cst.Call) else made
        found = functions.get(name.value) if isinstance(name, cst.Name) else None
        if found is not None and found is not node and _branches(found.body, inside=False):
            return True
    return False


def _branches(node: cst.CSTNode, *, inside: bool) -> bool:
    """Whether a function in a body has more than one way to go."""
    inside = inside or isinstance(node, _INNER)
    if inside and isinstance(node, _BRANCHES):
        return True
    return any(_branches(child, inside=inside) for child in node.children)
