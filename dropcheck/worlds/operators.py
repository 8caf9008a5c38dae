"""Comparisons, arithmetic and conversions, folded where the source decides."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from contextlib import suppress

from dropcheck.worlds.algebra import decided, known_object, negate, operation, truth
from dropcheck.worlds.values import Attr, Const, Display, Literal, Op, Param, Value

_COMPARISONS: Mapping[str, Callable[..., object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": lambda a, b: a is b,
    "is not": lambda a, b: a is not b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}

_ARITHMETIC: Mapping[str, Callable[..., object]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "min": min,
    "max": max,
}


def binary(name: str, left: Value, right: Value) -> Value:
    """A comparison or an arithmetic operation; decided where both sides are, and zero times anything is zero."""
    if isinstance(left, Const) and isinstance(right, Const):
        folded = _fold(name, left.value, right.value)
        if isinstance(folded, (bool, int, float)):
            return Const(folded, mode=left.mode or right.mode)
    if name in {"==", "!=", "is", "is not"}:
        compared = _compare_open(name, left, right)
        if compared is not None:
            return compared
    if name in {"in", "not in"}:
        found = _contains(left, right)
        if found is not None:
            return decided(found is (name == "in"), left, right)
    if name == "*":
        for factor in (left, right):
            if isinstance(factor, Const) and isinstance(factor.value, (bool, int, float)) and factor.value == 0:
                return Const(0.0, mode=factor.mode)
        if isinstance(right, Const) and right.value == 1:
            return left
        if isinstance(left, Const) and left.value == 1:
            return right
    if name == "&" and (truth(left) is False or truth(right) is False):
        return decided(False, left, right)
    return operation(name, left, right)


#: Numbers of more bits are not worked out: a few lines that square one could go on for ever.
MOST_BITS = 128


def _fold(name: str, left: Literal, right: Literal) -> object:
    function = _COMPARISONS.get(name) or _ARITHMETIC.get(name)
    if function is None or (name in _ARITHMETIC and (isinstance(left, str) or isinstance(right, str))):
        return None
    try:
        folded = function(left, right)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return None if isinstance(folded, int) and folded.bit_length() > MOST_BITS else folded


def _compare_open(name: str, left: Value, right: Value) -> Value | None:
    """Comparisons with None, True and False that are decided, or that only say the other side again."""
    if isinstance(left, Const) and not isinstance(right, Const):
        left, right = right, left
    if not isinstance(right, Const):
        return None
    positive = name in {"==", "is"}
    if right.value is None and known_object(left):
        return decided(not positive, left, right)
    if isinstance(right.value, bool) and isinstance(left, (Param, Attr, Op)):
        return left if right.value is positive else negate(left)
    return None


def _contains(left: Value, right: Value) -> bool | None:
    if not isinstance(left, Const) or not isinstance(right, Display):
        return None
    candidates = right.items if right.keys is None else right.keys
    if all(isinstance(item, Const) for item in candidates):
        return any(isinstance(item, Const) and item.value == left.value for item in candidates)
    return None


def unary(name: str, operand: Value) -> Value:
    """``not``, ``-``, ``+`` or ``~`` applied to a value."""
    if name == "not":
        return negate(operand)
    if isinstance(operand, Const) and isinstance(operand.value, (bool, int, float)):
        if name == "-":
            return Const(-operand.value, operand.mode)
        if name == "+":
            return Const(+operand.value, operand.mode)
    return operation(name, operand)


def convert(name: str, operand: Value) -> Value:
    """``bool(x)``, ``float(x)`` or ``int(x)``: transparent for what they convert."""
    if isinstance(operand, Const) and isinstance(operand.value, (bool, int, float)):
        with suppress(ValueError, OverflowError):  # infinity is no whole number
            return Const({"bool": bool, "float": float, "int": int}[name](operand.value), operand.mode)
    if name == "bool":
        answer = truth(operand)
        return operand if answer is None else decided(answer, operand)
    return operand
