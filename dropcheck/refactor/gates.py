"""Whether a call is switched by the mode of its own module, and by nothing else."""

from __future__ import annotations

import libcst as cst

from dropcheck.levels import Behaviour
from dropcheck.link.site import Site
from dropcheck.model import Edit, Span
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


def gate_removal(tree: Tree, call: cst.Call, fed: cst.BaseExpression, receiver: str) -> tuple[Edit, ...]:
    """Drop a gate around a call that says what the module knows itself; one with anything else in it stays.

    Args:
        tree: the file.
        call: the call.
        fed: what it drops.
        receiver: the name of the instance.
    """
    if not attribute_path(fed):
        return ()
    parent = tree.parent(call)
    if isinstance(parent, cst.IfExp):
        return _choice_removal(tree, call, fed, parent, receiver)
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
        return _statement_removal(tree, parent, fed, receiver)
    return ()


def _choice_removal(tree: Tree, call: cst.Call, fed: cst.BaseExpression, choice: cst.IfExp, receiver: str) -> tuple[Edit, ...]:
    """``drop(x) if self.training else x``."""
    rest = Span(tree.span(call).end, tree.statement_span(choice).end)
    same = attribute_path(choice.orelse) == attribute_path(fed)
    gated = choice.body is call and attribute_path(choice.test) == (receiver, "training") and same
    return (Edit(rest, ""),) if gated and not tree.has_comment(rest) else ()


def _statement_removal(tree: Tree, assign: cst.Assign, fed: cst.BaseExpression, receiver: str) -> tuple[Edit, ...]:
    """``if self.training: x = drop(x)``, on one line or two."""
    line = tree.parent(assign)
    block = line if isinstance(line, cst.SimpleStatementSuite) else tree.parent(line) if line is not None else None
    gate = tree.parent(block) if block is not None else None
    if not isinstance(gate, cst.If) or isinstance(tree.parent(gate), cst.If) or gate.orelse is not None or gate.body is not block:
        return ()
    alone = (
        len(gate.body.body) == 1 and isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)) and len(line.body) == 1
    )
    same = attribute_path(assign.targets[0].target) == attribute_path(fed)
    if not alone or not same or attribute_path(gate.test) != (receiver, "training"):
        return ()
    head = Span(tree.statement_span(gate).start, tree.statement_span(assign).start)
    tail = Span(tree.statement_span(assign).end, tree.span(gate).end)
    return () if tree.has_comment(head) or tree.has_comment(tail) else (Edit(head, ""),)
