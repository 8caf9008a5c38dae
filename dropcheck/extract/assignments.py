"""Assignments: names, attributes of the instance, items, and containers that are changed in place."""

from __future__ import annotations

import libcst as cst

from dropcheck.extract.call_expressions import CallExpressions
from dropcheck.extract.frames import Closure
from dropcheck.worlds import (
    UNPACKED,
    Attr,
    Const,
    Display,
    Op,
    Opaque,
    Param,
    Receiver,
    Value,
    arms,
    binary,
    display,
    is_handed_on,
    join,
    operation,
)

#: Methods that add their last argument to a container.
_ADDING = frozenset({"append", "extend", "insert", "add", "update"})


class Assignments(CallExpressions):
    """Walks assignments and the statements that change a value in place."""

    def exec_Expr(self, node: cst.Expr) -> None:
        self.eval(node.value)
        self._mutation(node.value)

    def _mutation(self, node: cst.BaseExpression) -> None:
        """``xs.append(...)``, ``kwargs.update(...)``: a container that is changed in place."""
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return
        owner, method = node.func.value, node.func.attr.value
        if isinstance(owner, cst.Attribute) and method in _ADDING and node.args:
            self._add_element(owner, node.args[-1].value)
        if not isinstance(owner, cst.Name):
            return
        bound = self.lookup(owner.value)
        if not isinstance(bound, Closure) and is_handed_on(bound) and method not in {"get", "pop", "keys", "values", "items"}:
            self.bind(owner.value, Opaque(f"{owner.value}, which is changed in place", mode=True))
        elif not isinstance(bound, Closure) and any(isinstance(arm, Display) for arm in arms(bound)):
            added = self._appended(bound, node) if method == "append" else None
            self.bind(owner.value, added or Opaque(f"{owner.value}, which is changed in place", mode=True))

    def _appended(self, bound: Value, node: cst.Call) -> Value | None:
        """A visible list with one more element; None where it cannot be followed."""
        lists = [arm for arm in arms(bound) if isinstance(arm, Display) and arm.kind == "list"]
        if len(lists) != len(arms(bound)) or len(node.args) != 1:
            return None
        element = self.eval(node.args[0].value)
        grown = [arm if element in arm.items else display("list", (*arm.items, element)) for arm in lists]
        return join(grown)

    def _add_element(self, owner: cst.Attribute, element: cst.BaseExpression) -> None:
        """``self.xs.append(element)``: noted as an assignment to ``self.xs.*``."""
        base = self.eval(owner.value)
        if isinstance(base, Receiver):
            self.recorder.attribute(element, (owner.attr.value, "*"), self.eval(element), self.frame, self.statement)
            # What the list holds now is no longer what was assigned: from here on it is the attribute, whatever is in it.
            self.frame.state.env.pop(f"{base.name}.{owner.attr.value}", None)

    def exec_Assign(self, node: cst.Assign) -> None:
        value = self.bound(node.value)
        for target in node.targets:
            self.assign(target.target, value)

    def exec_AnnAssign(self, node: cst.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.bound(node.value))

    def exec_AugAssign(self, node: cst.AugAssign) -> None:
        operator = type(node.operator).__name__.removesuffix("Assign")
        symbol = {"Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "BitAnd": "&", "BitOr": "|"}
        added = self.eval(node.value)
        if operator == "Add" and isinstance(node.target, cst.Attribute) and isinstance(self.eval(node.target.value), Receiver):
            # ``self.xs += [...]`` adds elements to what ``self.xs`` is; for a number it is only a further value.
            path = (node.target.attr.value, "*")
            self.recorder.attribute(node.target, path, added, self.frame, self.statement)
        self.assign(node.target, binary(symbol.get(operator, operator), self.eval(node.target), added))

    def assign(self, target: cst.CSTNode, value: Value | Closure) -> None:
        """Assign to any target.

        Args:
            target: the left side.
            value: what is assigned.
        """
        if isinstance(target, cst.Name):
            self.bind(target.value, value)
            return
        if isinstance(value, Closure):
            self.escape(value)
            value = self.stand_in(value)
        if isinstance(target, (cst.Tuple, cst.List)):
            self._unpack(target, value)
        elif isinstance(target, cst.Attribute):
            self._assign_member(target, value)
        elif isinstance(target, cst.Subscript):
            self._assign_item(target, value)
        elif isinstance(target, cst.StarredElement):
            self.assign(target.value, Opaque("the rest of an unpacked value"))

    def _unpack(self, target: cst.Tuple | cst.List, value: Value) -> None:
        elements = target.elements
        visible = (
            isinstance(value, Display)
            and value.keys is None
            and len(value.items) == len(elements)
            and not any(isinstance(element, cst.StarredElement) for element in elements)
        )
        for index, element in enumerate(elements):
            part: Value
            if visible and isinstance(value, Display):
                part = value.items[index]
            elif isinstance(value, (Param, Op)) and not any(isinstance(item, cst.StarredElement) for item in elements):
                part = operation("item", value, Const(index))
            else:
                name = element.value.value if isinstance(element.value, cst.Name) else "part"
                part = Opaque(f"{name}, from an unpacked value", self.recorder.ordinal(element), mode_of(value))
            self.assign(element if isinstance(element, cst.StarredElement) else element.value, part)

    def _assign_member(self, target: cst.Attribute, value: Value) -> None:
        name = target.attr.value
        if isinstance(target.value, cst.Name) and name == "training":
            bound = self.lookup(target.value.value)
            if not isinstance(bound, (Closure, Receiver)):
                # The mode of a module made here is set by hand: it is no fresh module any more.
                self.bind(target.value.value, Opaque(f"{target.value.value}, whose mode is set"))
                return
        base = self.eval(target.value)
        if isinstance(base, Receiver):
            self.assign_attribute(target, base, name, value)
            return
        path: tuple[str, ...] = (name,)
        while isinstance(base, Attr):
            path = (base.name, *path)
            base = base.base
        if isinstance(base, Receiver):
            self.recorder.attribute(target, path, value, self.frame, self.statement)

    def _assign_item(self, target: cst.Subscript, value: Value) -> None:
        if isinstance(target.value, cst.Attribute) and isinstance(self.eval(target.value.value), Receiver):
            path = (target.value.attr.value, "*")
            self.recorder.attribute(target, path, value, self.frame, self.statement)
        base = self.eval(target.value)
        if is_handed_on(base):
            base = display("dict", (base,), (UNPACKED,))
        indices = [self.eval(element.slice.value) for element in target.slice if isinstance(element.slice, cst.Index)]
        if not isinstance(target.value, cst.Name) or not isinstance(base, Display):
            return
        name = target.value.value
        if base.keys is None or len(indices) != 1 or not isinstance(indices[0], Const):
            self.bind(name, Opaque(f"{name}, which is changed in place", mode=True))
            return
        kept = [pair for pair in zip(base.keys, base.items, strict=True) if pair[0] != indices[0]]
        keys = (*(key for key, _ in kept), indices[0])
        items = (*(item for _, item in kept), value)
        self.bind(name, display("dict", items, keys, self.recorder.ordinal(target)))

    def exec_Del(self, node: cst.Del) -> None:
        if isinstance(node.target, cst.Name):
            self.bind(node.target.value, Opaque(f"{node.target.value}, which is deleted"))


def mode_of(value: Value) -> bool:
    """Whether a value is known to depend on the mode."""
    return bool(getattr(value, "mode", False))
