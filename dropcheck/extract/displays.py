"""Displays and comprehensions: lists, tuples, sets and dicts that stand in an expression."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from dropcheck.extract.expressions import Expressions
from dropcheck.extract.frames import Closure, Frame, State
from dropcheck.worlds import UNPACKED, Display, Opaque, Value, both, display, is_part_of_instance, operation


class Displays(Expressions):
    """Evaluates displays and comprehensions."""

    def _sequence(self, node: cst.CSTNode) -> Value:
        assert isinstance(node, (cst.List, cst.Tuple, cst.Set))
        kind = type(node).__name__.lower()
        values: list[Value] = []
        hidden = False
        for element in node.elements:
            value = self.eval(element.value)
            if isinstance(element, cst.StarredElement) and isinstance(value, Display) and value.keys is None:
                values.extend(value.items)
            else:
                values.append(value)
                hidden = hidden or isinstance(element, cst.StarredElement)
        if hidden:
            return operation(kind, *values)
        return display(kind, tuple(values), site=self.recorder.ordinal(node))

    eval_List = _sequence
    eval_Tuple = _sequence
    eval_Set = _sequence

    def eval_Dict(self, node: cst.Dict) -> Value:
        keys: list[Value] = []
        values: list[Value] = []
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                keys.append(self.eval(element.key))
                values.append(self.eval(element.value))
            else:
                unpacked = self.eval(element.value)
                if not isinstance(unpacked, Display) or unpacked.keys is None:
                    keys.append(UNPACKED)
                    values.append(unpacked)
                    continue
                keys.extend(unpacked.keys)
                values.extend(unpacked.items)
        return display("dict", tuple(values), tuple(keys), self.recorder.ordinal(node))

    def _comprehension(self, node: cst.CSTNode) -> Value:
        assert isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp))
        frame, state = self.frame, self.frame.state
        names: set[str] = set()
        inner = Frame(frame.context, frozenset(), State(state.reach, {}), outer=frame, base=frame.base, root=frame.root)
        inner.comprehension = True
        clause: cst.CompFor | None = node.for_in
        iterated: list[Value] = []
        while clause is not None:
            iterated.append(self.eval(clause.iter))
            known = tuple(self.elements(clause.target, clause.iter))
            self.frame = inner
            bind_loop(inner, names, clause.target)
            inner.state.env.update(known)
            inner.local = frozenset(names)
            for test in clause.ifs:
                inner.state.reach = both(inner.state.reach, self.eval(test.test))
            clause = clause.inner_for_in
        elements = (node.key, node.value) if isinstance(node, cst.DictComp) else (node.elt,)
        values = tuple(self.eval(element) for element in elements)
        self.frame = frame
        kind = {cst.ListComp: "list ", cst.DictComp: "dict "}.get(type(node), "")
        return operation(f"{kind}comprehension", *iterated, *values)

    def elements(self, target: cst.CSTNode, iterated: cst.CSTNode) -> Iterator[tuple[str, Value]]:
        """The names that a loop over an attribute of the instance binds to its elements, also through ``enumerate`` and ``zip``.

        Args:
            target: what the loop assigns to.
            iterated: what it runs over.
        """
        if isinstance(target, cst.Name) and isinstance(iterated, (cst.Attribute, cst.Name)):
            container = self.bound(iterated)
            if not isinstance(container, Closure) and is_part_of_instance(container):
                yield target.value, operation("item", container, Opaque("an index", self.recorder.ordinal(iterated)))
        elif isinstance(iterated, cst.Call):
            parts = [element.value for element in target.elements] if isinstance(target, cst.Tuple) else [target]
            given = [arg.value for arg in iterated.args]
            match iterated.func:
                case cst.Name(value="enumerate") if len(parts) == 2 and given:
                    yield from self.elements(parts[1], given[0])
                case cst.Name(value="reversed") if given:
                    yield from self.elements(target, given[0])
                case cst.Name(value="zip") if len(parts) == len(given):
                    for part, one in zip(parts, given, strict=True):
                        yield from self.elements(part, one)
                case cst.Attribute(value=table, attr=cst.Name(value="values")) if not given:
                    yield from self.elements(target, table)
                case cst.Attribute(value=table, attr=cst.Name(value="items")) if len(parts) == 2 and not given:
                    yield from self.elements(parts[1], table)

    eval_ListComp = _comprehension
    eval_SetComp = _comprehension
    eval_GeneratorExp = _comprehension
    eval_DictComp = _comprehension


def bind_loop(frame: Frame, names: set[str], target: cst.CSTNode) -> None:
    """Bind the names of a loop target to what cannot be followed."""
    if isinstance(target, cst.Name):
        names.add(target.value)
        frame.state.env[target.value] = Opaque(f"{target.value}, which loops over something")
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            bind_loop(frame, names, element.value)
    elif isinstance(target, cst.StarredElement):
        bind_loop(frame, names, target.value)
