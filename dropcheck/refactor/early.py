"""Which methods run while the bases of a class make an object, before the class itself can have made its modules."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from dropcheck.facts import FunctionKind
from dropcheck.refactor.family import Family
from dropcheck.refactor.tree import attribute_path, first_parameter, statements, walk_scope

#: Calling an object runs these.
_CALLED = ("__call__", "forward")


class EarlyRuns:
    """What the constructors of the bases of one class run.

    Args:
        family: the class and its relatives.
    """

    def __init__(self, family: Family) -> None:
        self._properties = frozenset(
            name
            for path, cls in family.line
            for name in cls.methods
            if (facts := family.project.function(path, f"{cls.name}.{name}")) and facts.kind is FunctionKind.PROPERTY
        )
        self._runs: dict[str, set[str]] = {}
        for member in family.line:
            for function in _methods(family.definition(member)):
                self._runs.setdefault(function.name.value, set()).update(self._run_by(function))
        self._by_base = [
            (base[1].name, self._reached(self._run_in_constructor(family.definition(base)))) for base in family.bases
        ]

    def by(self, method: str) -> str:
        """The base whose ``__init__`` runs a method; empty where none does.

        Args:
            method: the name of the method.
        """
        return next((base for base, reached in self._by_base if method in reached), "")

    def _run_in_constructor(self, node: cst.ClassDef) -> set[str]:
        return {name for function in _constructors(node) for name in self._run_by(function)}

    def _reached(self, names: set[str]) -> set[str]:
        found: set[str] = set()
        while names:
            name = names.pop()
            found.add(name)
            names |= self._runs.get(name, set()) - found
        return found

    def _run_by(self, function: cst.FunctionDef) -> Iterator[str]:
        """The methods that a function runs on its instance; what it only defines may run later."""
        receiver = first_parameter(function)
        for node in walk_scope(function):
            path = attribute_path(node.func if isinstance(node, cst.Call) else node)
            if path[:1] == (receiver,) and isinstance(node, cst.Call):
                yield from path[1:2] or _CALLED
            elif path[:1] == (receiver,):
                yield from self._properties.intersection(path[1:2])
            elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and _is_super(node.func.value):
                yield node.func.attr.value


def _is_super(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and attribute_path(node.func) == ("super",)


def _methods(node: cst.ClassDef) -> Iterator[cst.FunctionDef]:
    for found in walk_scope(node):
        if isinstance(found, cst.FunctionDef) and found.name.value != "__init__":
            yield found


def _constructors(node: cst.ClassDef) -> Iterator[cst.FunctionDef]:
    for found in statements(node.body):
        if isinstance(found, cst.FunctionDef) and found.name.value == "__init__":
            yield found
