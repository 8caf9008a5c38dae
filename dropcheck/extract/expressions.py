"""Expressions to two-world values, one world at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import libcst as cst

from dropcheck.extract.frames import Bound, Closure, Frame, FunctionContext, State
from dropcheck.extract.records import Recorder
from dropcheck.extract.scopes import children, text_of
from dropcheck.worlds import (
    FALSE,
    MOST_BITS,
    NONE,
    TRUE,
    Const,
    Defined,
    Display,
    Imported,
    Opaque,
    Receiver,
    Value,
    World,
    attribute,
    binary,
    both,
    choice,
    either,
    is_handed_on,
    item_of,
    mode_symbol,
    names_mode,
    negate,
    operation,
    reads_mode,
    taken,
    truth,
    unary,
    without_mode,
)

_BINARY: Mapping[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.MatrixMultiply: "@",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.In: "in",
    cst.NotIn: "not in",
}
_UNARY: Mapping[type[cst.CSTNode], str] = {cst.Not: "not", cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~"}

_CONSTANTS: Mapping[str, Const] = {"True": TRUE, "False": FALSE, "None": NONE}
_BUILTINS = frozenset(
    {
        *("bool", "float", "int", "min", "max", "dict", "list", "tuple", "type"),
        *("getattr", "setattr", "vars", "super", "staticmethod"),
    }
)
#: Attributes of a tensor that tell its size or kind.
_MEASURES = frozenset({"shape", "dtype", "ndim", "device", "is_cuda", "layout"})


class Expressions:
    """Evaluates expressions in one world and records the calls that may drop.

    Args:
        world: the world.
        recorder: where calls and attribute assignments go.
        path: the file.
    """

    def __init__(self, world: World, recorder: Recorder, path: str) -> None:
        self.world = world
        self.path = path
        self.recorder = recorder
        self.star_imports: list[str] = []
        self.module = Frame(FunctionContext(), frozenset(), State(TRUE, {}), body_scope=True)
        self.frame = self.module
        self.statement: cst.CSTNode | None = None
        self._methods: dict[type[cst.CSTNode], Callable[[Expressions, cst.CSTNode], Value]] = {}

    # Entry points

    def eval(self, node: cst.CSTNode) -> Value:
        """The value of an expression; a local function that is used as a value escapes."""
        bound = self.bound(node)
        if isinstance(bound, Closure):
            self.escape(bound)
            return self.stand_in(bound)
        return bound

    def bound(self, node: cst.CSTNode) -> Bound:
        """Like :meth:`eval`, but a local function is given back as itself."""
        kind = type(node)
        # Exact types, as in all that is done for every node: ``isinstance`` is slow on nodes, whose classes are abstract.
        if kind is cst.Name:
            name = cast("cst.Name", node).value
            known = _CONSTANTS.get(name)
            return known if known is not None else self.lookup(name)
        if kind is cst.Lambda:
            return self.make_closure(cast("cst.Lambda", node), "<lambda>")
        method = self._methods.get(kind)
        if method is None:
            # Not bound: that would be a cycle, which keeps the syntax tree until the garbage collector comes.
            method = getattr(type(self), f"eval_{kind.__name__}", type(self).eval_other)
            self._methods[kind] = method
        return method(self, node)

    def test(self, node: cst.CSTNode) -> Value:
        """The value of a condition; a name of a mode that holds something else is a mode that its author keeps."""
        value = self.eval(node)
        if not isinstance(node, cst.Name) or truth(value) is not None or not names_mode(node.value):
            return value
        if not reads_mode(value) and mode_symbol(value) is None:
            return Opaque(f"{node.value}, which the function sets", self.recorder.ordinal(node), mode=True)
        return value

    def under(self, condition: Value, node: cst.CSTNode, *, tested: bool = False) -> Value:
        """The value of an expression that is only evaluated where ``condition`` holds."""
        state = self.frame.state
        reach = state.reach
        state.reach = both(reach, condition)
        value = self.test(node) if tested else self.eval(node)
        state.reach = reach
        return value

    # Names

    def lookup(self, name: str) -> Bound:
        """What a name is here."""
        frame: Frame | None = self.frame
        while frame is not None:
            found = frame.state.env.get(name)
            if found is not None and (frame.body_scope or name in frame.local):
                return found
            if name in frame.local:
                return Opaque(name)
            frame = frame.outer
        # No module that is star-imported gives these names a meaning of its own that calls like the built-in one.
        if name in _BUILTINS:
            return Imported(f"builtins.{name}")
        return self.recorder.star(name, self.star_imports) if self.star_imports else Opaque(name)

    def bind(self, name: str, value: Bound) -> None:
        """Assign to a name."""
        frame = self.frame
        while frame.comprehension and name not in frame.local and frame.outer is not None:
            frame = frame.outer
        if name in frame.local or frame.body_scope:
            frame.state.env[name] = value
        else:
            self.share(name, frame)

    def share(self, name: str, frame: Frame) -> None:
        """A function says ``global`` or ``nonlocal``: the name can change at any time, so it is open from now on."""
        outer = frame.outer
        while outer is not None and name not in outer.local:
            outer = outer.outer
        (outer or self.module).state.env[name] = Opaque(f"{name}, which a function sets", mode=True)

    # Closures

    def make_closure(self, node: cst.FunctionDef | cst.Lambda, name: str) -> Closure:
        """A function defined here."""
        raise NotImplementedError

    def call_closure(self, closure: Closure, args: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]) -> Value:
        """Run a local function where it is called."""
        raise NotImplementedError

    def escape(self, closure: Closure) -> None:
        """Run a local function with open arguments: something else may call it."""
        raise NotImplementedError

    def stand_in(self, closure: Closure) -> Value:
        """The value of a local function that escapes."""
        return Opaque("a local function", self.recorder.ordinal(closure.node))

    def blend(self, left: Bound, right: Bound) -> Value:
        """What a name is that is a local function on at least one of two paths."""
        values = []
        for side in (left, right):
            if isinstance(side, Closure):
                self.escape(side)
            values.append(self.stand_in(side) if isinstance(side, Closure) else side)
        # Definitions of one name are one function to others, which may do what any of them does.
        same = values[0] == values[1] and isinstance(values[0], Defined)
        return values[0] if same else Opaque("one of several local functions")

    # Expressions

    def eval_other(self, node: cst.CSTNode) -> Value:
        """Anything without a rule of its own: its parts are evaluated, its value is not followed."""
        parts = tuple(self.eval(child) for child in children(node) if isinstance(child, cst.BaseExpression))
        value = operation(type(node).__name__, *parts)
        return value if parts else Opaque(type(node).__name__, self.recorder.ordinal(node))

    def _number(self, node: cst.CSTNode) -> Value:
        assert isinstance(node, (cst.Integer, cst.Float))
        try:
            value = int(node.value, 0) if isinstance(node, cst.Integer) else float(node.value)
        except ValueError:  # more digits than Python reads
            return Opaque("number")
        return Opaque("number") if isinstance(value, int) and value.bit_length() > MOST_BITS else Const(value)

    eval_Integer = _number
    eval_Float = _number

    def eval_SimpleString(self, node: cst.SimpleString) -> Value:
        value = text_of(node)
        return Const(value) if isinstance(value, str) else Opaque("bytes")

    def eval_ConcatenatedString(self, node: cst.ConcatenatedString) -> Value:
        left, right = self.eval(node.left), self.eval(node.right)
        if isinstance(left, Const) and isinstance(right, Const):
            return Const(f"{left.value}{right.value}")
        return Opaque("a string")

    def _format_string(self, node: cst.CSTNode) -> Value:
        parts = [child for part in children(node) for child in children(part)]
        return operation("format", *(self.eval(part) for part in parts if isinstance(part, cst.BaseExpression)))

    eval_FormattedString = _format_string
    eval_TemplatedString = _format_string

    def eval_Attribute(self, node: cst.Attribute) -> Value:
        base = self.eval(node.value)
        # The shape and kind of what was computed from the mode tell nothing of it.
        return self.member(without_mode(base) if node.attr.value in _MEASURES else base, node.attr.value)

    def member(self, base: Value, name: str) -> Value:
        """``base.name``, with attributes that this function has assigned."""
        if isinstance(base, Receiver):
            self.recorder.read(self.frame.context, name)
            frame: Frame | None = self.frame
            while frame is not None:
                assigned = frame.state.env.get(f"{base.name}.{name}")
                if assigned is not None and not isinstance(assigned, Closure):
                    return assigned
                frame = None if frame.later else frame.outer
        return attribute(base, name, self.world)

    def eval_Subscript(self, node: cst.Subscript) -> Value:
        base = self.eval(node.value)
        indices = [self.eval(part) for element in node.slice for part in children(element.slice)]
        if len(indices) == 1 and isinstance(indices[0], Const):
            found = item_of(base, indices[0]) if isinstance(base, Display) else None
            if found is not None:
                return found
            if is_handed_on(base):
                return taken(base, indices[0], Opaque("what is not passed"))
        return operation("item", base, *indices)

    def eval_Comparison(self, node: cst.Comparison) -> Value:
        left = self.eval(node.left)
        result: Value = TRUE
        for target in node.comparisons:
            right = self.eval(target.comparator)
            result = both(result, binary(_BINARY[type(target.operator)], left, right))
            left = right
        return result

    def eval_UnaryOperation(self, node: cst.UnaryOperation) -> Value:
        if isinstance(node.operator, cst.Not):
            return negate(self.test(node.expression))
        return unary(_UNARY[type(node.operator)], self.eval(node.expression))

    def eval_BinaryOperation(self, node: cst.BinaryOperation) -> Value:
        return binary(_BINARY[type(node.operator)], self.eval(node.left), self.eval(node.right))

    def eval_BooleanOperation(self, node: cst.BooleanOperation) -> Value:
        left = self.test(node.left)
        if isinstance(node.operator, cst.And):
            return both(left, self.under(left, node.right, tested=True))
        return either(left, self.under(negate(left), node.right, tested=True))

    def eval_IfExp(self, node: cst.IfExp) -> Value:
        condition = self.test(node.test)
        then = self.under(condition, node.body)
        return choice(condition, then, self.under(negate(condition), node.orelse))

    def eval_NamedExpr(self, node: cst.NamedExpr) -> Value:
        value = self.eval(node.value)
        if isinstance(node.target, cst.Name):
            self.bind(node.target.value, value)
        return value

    def eval_Await(self, node: cst.Await) -> Value:
        return self.eval(node.expression)

    def eval_Yield(self, node: cst.Yield) -> Value:
        if isinstance(node.value, cst.From):
            self.eval(node.value.item)
        elif node.value is not None:
            self.eval(node.value)
        return Opaque("what is sent to a generator")
