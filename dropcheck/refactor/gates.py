"""Whether a call is switched by the mode of its own module, and by nothing else."""

from __future__ import annotations

import libcst as cst

from dropcheck.link.site import Site
from dropcheck.model import Behaviour
from dropcheck.refactor.result import DeclinedError, one_line
from dropcheck.refactor.tree import Tree, attribute_path, walk
from dropcheck.worlds import Const

_WRONG = {
    Behaviour.NEVER_ON: "it never drops: decide first whether it should",
    Behaviour.INVERTED: "it drops in evaluation and not in training: correct that first",
}


def require_own_mode(tree: Tree, site: Site, method: cst.FunctionDef, receiver: str) -> None:
    """See to it that a module, which drops while it is in training mode, does what the call does.

    Args:
        tree: the file.
        site: the call; one that is always on shall follow the mode from now on.
        method: the method around it.
        receiver: the name of the instance.

    Raises:
        DeclinedError: something else than the mode of the instance switches it.
    """
    behaviour = site.verdict.behaviour
    if behaviour in _WRONG:
        raise DeclinedError(_WRONG[behaviour])
    if behaviour is Behaviour.CALLER_DECIDES and site.verdict.reason is not None:
        raise DeclinedError(f"its caller decides, by the argument `{site.verdict.reason.name}`")
    if behaviour is Behaviour.UNDECIDED:
        named = f" (`{site.verdict.reason.name}`)" if site.verdict.reason else ""
        raise DeclinedError(f"what switches it is not established{named}")
    if behaviour is Behaviour.FOLLOWS_MODE:
        _require_plain_flag(tree, site, receiver)
        _require_no_other_mode(tree, method, receiver)


def _require_plain_flag(tree: Tree, site: Site, receiver: str) -> None:
    train, evaluation = site.flag.value.train, site.flag.value.eval
    plain = isinstance(train, Const) and train.value is True and isinstance(evaluation, Const)
    argument = site.flag.argument
    if argument is None:
        if not plain:
            raise DeclinedError("its flag depends on more than the mode")
        return
    node = tree.expression(argument.span)
    if not plain or not (isinstance(node, cst.Name) or _reads_own_mode(node, receiver)):
        raise DeclinedError(f"its flag `{one_line(argument.text)}` is more than the mode of the module itself")


def _reads_own_mode(node: cst.CSTNode, receiver: str) -> bool:
    """Whether an expression is the mode, also compared with a constant or converted."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "bool" and len(node.args) == 1:
        node = node.args[0].value
    if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
        node = node.left
    return attribute_path(node) == (receiver, "training")


def _require_no_other_mode(tree: Tree, method: cst.FunctionDef, receiver: str) -> None:
    """A flag in a local name, or a gate around the call, may hold the mode of another module."""
    for node in walk(method):
        if isinstance(node, cst.Attribute) and node.attr.value == "training" and attribute_path(node) != (receiver, "training"):
            raise DeclinedError(f"`{tree.source(node)}` is read around it: the mode of another object")
