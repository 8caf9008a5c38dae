"""Calls: what they give, and which of them are written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial, reduce

import libcst as cst

from dropcheck.catalogue import CALLING_FIRST, WRAPPERS
from dropcheck.extract.displays import Displays
from dropcheck.extract.frames import Closure
from dropcheck.extract.libraries import makes_object
from dropcheck.extract.scopes import dotted
from dropcheck.worlds import (
    FALSE,
    MODE_SET,
    NONE,
    TRUE,
    Attr,
    CallOf,
    Const,
    Defined,
    Display,
    Imported,
    Opaque,
    Receiver,
    Value,
    binary,
    call,
    convert,
    display,
    flat_partial,
    is_handed_on,
    operation,
    read_table,
    reads_mode,
    taken,
    without_mode,
)

#: Methods of a Module that give the Module back in the same mode.
_SAME_MODULE = frozenset({"to", "cuda", "cpu", "half", "float", "double", "bfloat16", "type", "requires_grad_"})
#: Methods of a tensor, and functions, that tell its size or kind.
_MEASURING = frozenset({"size", "dim", "numel", "nelement", "ndimension", "stride", "is_contiguous", "is_floating_point"})
_ASKING = frozenset({"len", "isinstance"})


class CallExpressions(Displays):
    """Evaluates calls, and records those that may drop."""

    def eval_Call(self, node: cst.Call) -> Value:
        callee, passed = self._called(node)
        args: list[Value] = []
        keywords: list[tuple[str, Value]] = []
        values: list[Value] = []
        for arg in passed:
            value = self.eval(arg.value)
            values.append(value)
            if arg.keyword is not None:
                keywords.append((arg.keyword.value, value))
            elif arg.star == "**":
                keywords.extend(_unpacked(value))
            elif arg.star == "*" and isinstance(value, Display) and value.keys is None:
                args.extend(value.items)
            elif arg.star == "*":
                keywords.append(("*", value))
            else:
                args.append(value)
        if isinstance(callee, Closure):
            return self.call_closure(callee, tuple(args), tuple(keywords))
        special = self._special_call(node, callee, args, keywords)
        if special is not None:
            return special
        self.recorder.call(node, callee, passed, values, self.frame, self.statement)
        self.recorder.registers(node, callee, self.frame)
        self.recorder.random(node, callee, self.frame.context, self.statement)
        self._forget_attributes(callee)
        return self._result(node, callee, tuple(args), tuple(keywords))

    def _called(self, node: cst.Call) -> tuple[Value | Closure, Sequence[cst.Arg]]:
        """What a call calls, and with what: ``checkpoint(self.block, x)`` calls ``self.block``."""
        callee = self.bound(node.func)
        own = CALLING_FIRST.get(callee.path) if isinstance(callee, Imported) else None
        if own is None or not node.args or node.args[0].keyword is not None or node.args[0].star:
            return callee, node.args
        inner = self.bound(node.args[0].value)
        if not isinstance(inner, Closure) and self.recorder.gives_data(inner):
            return callee, node.args
        return inner, [arg for arg in node.args[1:] if arg.keyword is None or arg.keyword.value not in own]

    def _result(self, node: cst.Call, callee: Value, args: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]) -> Value:
        """What a call gives: kept where the class or function behind it may be known, open for the many others."""
        site = self.recorder.ordinal(node)
        if self.recorder.gives_data(callee):
            # What dropout lets through is data: a condition on it is none on the flag or the rate.
            return Opaque("a tensor behind dropout", site)
        if _is_function(callee):
            computed = isinstance(callee, Attr)
            made = call(
                callee,
                tuple(_brief(value) if computed else value for value in args),
                tuple((name, _brief(value) if computed else value) for name, value in keywords),
                site,
            )
            return flat_partial(made) if isinstance(made, CallOf) else made
        parts = (callee, *args, *(value for _, value in keywords))
        mode = any(reads_mode(value) for value in parts)
        name = f"{dotted(node.func) or 'a call'}()"
        if _measures(node.func) and not keywords:
            if any(_is_nothing(value) for value in args[:1]):
                return Opaque(name, site, mode=True)
            if mode:
                return operation(name, *map(without_mode, parts))
        return Opaque(name, site, mode)

    def _special_call(self, node: cst.Call, callee: Value, args: list[Value], keywords: list[tuple[str, Value]]) -> Value | None:
        """Calls whose meaning is known: conversions, getattr, dict, partial, and methods of a fresh Module."""
        if isinstance(callee, Imported) and callee.path.startswith("builtins."):
            return self._builtin_call(node, callee.path[len("builtins.") :], args, keywords)
        if callee == Imported("importlib.import_module") and len(args) == 1 and isinstance(args[0], Const):
            name = args[0].value
            return Imported(name) if isinstance(name, str) and not name.startswith(".") else None
        if isinstance(callee, Imported) and callee.path in WRAPPERS and args and _is_function(args[0]):
            return args[0]
        if not isinstance(node.func, cst.Attribute):
            return None
        if isinstance(callee, Attr) and callee.name == "get" and _is_table(callee.base) and 0 < len(args) <= 2 and not keywords:
            return read_table(callee.base, args)
        if isinstance(callee, Attr) and is_handed_on(callee.base) and not keywords:
            return self._taken(node.func.value, callee, args)
        base = self.bound(node.func.value) if isinstance(node.func.value, cst.Name) else None
        made = base if isinstance(base, CallOf) else None
        if made is None and isinstance(node.func.value, cst.Call):
            made = callee.base if isinstance(callee, Attr) and isinstance(callee.base, CallOf) else None
        if made is None or not (self.recorder.makes_module(made) or makes_object(made.callee)):
            return None
        method = node.func.attr.value
        if method in _SAME_MODULE and self.recorder.makes_module(made):
            return made
        if method not in {"train", "eval"}:
            return None
        given = [*args, *(value for _, value in keywords)]
        moded = replace(made, keywords=(*made.keywords, (MODE_SET, FALSE if method == "eval" else given[0] if given else TRUE)))
        if isinstance(node.func.value, cst.Name):
            self.bind(node.func.value.value, moded)
        return moded

    def _taken(self, owner: cst.BaseExpression, callee: Attr, args: list[Value]) -> Value | None:
        """``kwargs.get("p", 0.1)`` and ``kwargs.pop("p", 0.1)`` of what the function got."""
        if callee.name not in {"get", "pop"} or not args or not isinstance(args[0], Const):
            return None
        if callee.name == "pop" and isinstance(owner, cst.Name):
            self.bind(owner.value, operation("without", callee.base, args[0]))
        return taken(callee.base, args[0], args[1] if len(args) > 1 else NONE)

    def _builtin_call(self, node: cst.Call, name: str, args: list[Value], keywords: list[tuple[str, Value]]) -> Value | None:
        if name in {"bool", "float", "int"} and len(args) == 1:
            return convert(name, args[0])
        if name in {"min", "max"} and len(args) > 1 and not keywords:
            return reduce(partial(binary, name), args)
        if name == "staticmethod" and len(args) == 1:
            return args[0]
        if name == "type" and len(args) == 1 and isinstance(args[0], Receiver):
            return Attr(args[0], "__class__")
        if name == "getattr" and len(args) >= 2 and isinstance(args[1], Const) and isinstance(args[1].value, str):
            return self.member(args[0], args[1].value)
        if name == "setattr" and args and isinstance(args[0], Receiver):
            if len(args) == 3 and isinstance(args[1], Const) and isinstance(args[1].value, str):
                self.assign_attribute(node, args[0], args[1].value, args[2])
            else:
                self.recorder.dynamic(self.frame.context)
            return Const(None)
        if name == "dict" and not args and all(key not in {"*", "**"} for key, _ in keywords):
            keys = tuple(Const(key) for key, _ in keywords)
            return display("dict", tuple(value for _, value in keywords), keys, self.recorder.ordinal(node))
        if name == "vars" and args and isinstance(args[0], Receiver):
            self.recorder.dynamic(self.frame.context)
        return None

    def assign_attribute(self, node: cst.CSTNode, base: Receiver, name: str, value: Value) -> None:
        """``self.name = value``."""
        self.frame.state.env[f"{base.name}.{name}"] = value
        self.recorder.attribute(node, (name,), value, self.frame, self.statement)

    def _forget_attributes(self, callee: Value) -> None:
        """A method of the class may assign attributes, so what they were before its call is open again."""
        context = self.frame.context
        if isinstance(callee, Attr) and isinstance(callee.base, Receiver) and callee.name in context.methods:
            env = self.frame.state.env
            for key in [key for key in env if key.startswith(f"{callee.base.name}.")]:
                del env[key]


def _is_function(value: Value) -> bool:
    """Whether a value may be a function, by how it is named."""
    return isinstance(value, (Defined, Imported)) or (isinstance(value, Attr) and isinstance(value.base, Receiver))


def _measures(function: cst.CSTNode) -> bool:
    """Whether a call asks a tensor for its size or kind, which the mode does not change."""
    if isinstance(function, cst.Attribute):
        return function.attr.value in _MEASURING
    return isinstance(function, cst.Name) and function.value in _ASKING


def _is_nothing(value: Value) -> bool:
    """Whether a value is None or an empty container: what it is here, but perhaps not in the other mode."""
    return value == Const(None) or (isinstance(value, Display) and not value.items)


def _is_table(value: Value) -> bool:
    """Whether a value is a visible mapping, or an attribute of the instance, which may be one."""
    if isinstance(value, Display):
        return value.keys is not None
    return isinstance(value, Attr) and isinstance(value.base, Receiver)


def _brief(value: Value) -> Value:
    """A stand-in for a computed argument: what a layer was fed is of no interest, whether it read the mode is."""
    return Opaque("a computed value", value.site, value.mode) if isinstance(value, CallOf) else value


def _unpacked(value: Value) -> list[tuple[str, Value]]:
    """The keywords that ``**value`` passes, as far as they can be seen."""
    if isinstance(value, Display) and value.keys is not None:
        pairs = zip(value.keys, value.items, strict=True)
        return [(key.value if isinstance(key, Const) and isinstance(key.value, str) else "**", item) for key, item in pairs]
    return [("**", value)]
