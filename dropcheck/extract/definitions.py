"""Classes and functions as a file defines them: what they are called, and how they are bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from dropcheck.extract.frames import FunctionContext
from dropcheck.extract.scopes import Bindings, dotted
from dropcheck.facts import FunctionKind, numbered
from dropcheck.frozen import dataclass
from dropcheck.worlds import Value

_KINDS = {
    "staticmethod": FunctionKind.STATIC,
    "classmethod": FunctionKind.CLASS,
    "property": FunctionKind.PROPERTY,
    "cached_property": FunctionKind.PROPERTY,
}
#: What these return first, they return ever after.
_KEEPS = frozenset({"cached_property"})
_IMPLICIT_KINDS = {
    "__new__": FunctionKind.STATIC,
    "__init_subclass__": FunctionKind.CLASS,
    "__class_getitem__": FunctionKind.CLASS,
}
#: Decorators that add a function to the property of the same name.
_EXTENDING = frozenset({"setter", "deleter"})


@dataclass(slots=True)
class ClassRecord:
    """A class as found: where it is and what its bases are."""

    node: cst.ClassDef
    name: str
    bases: tuple[Value, ...]
    methods: frozenset[str]


@dataclass(slots=True)
class FunctionRecord:
    """A function as found."""

    node: cst.FunctionDef | cst.Lambda
    context: FunctionContext
    bindings: Bindings
    defaults: dict[str, Value]
    decorated: bool
    decorators: tuple[Value, ...] = ()


@dataclass(slots=True)
class Definitions:
    """Classes and functions of a file, by ``id`` of the node; the same in both worlds."""

    classes: dict[int, ClassRecord]
    functions: dict[int, FunctionRecord]


def kind_of(node: cst.FunctionDef, *, in_class: bool) -> tuple[FunctionKind, str, bool]:
    """How a function is bound, what to add to its name if it shares it, and whether it has other decorators."""
    kind = _IMPLICIT_KINDS.get(node.name.value, FunctionKind.METHOD) if in_class else FunctionKind.FUNCTION
    suffix, decorated = "", False
    for decorator in node.decorators:
        name = dotted(decorator.decorator).rpartition(".")[2]
        if in_class and name in _KINDS:
            kind = _KINDS[name]
            decorated |= name in _KEEPS
        elif name in _EXTENDING:
            suffix = f".{name}"
        else:
            decorated = True
    return kind, suffix, decorated


def replaced(body: Sequence[cst.CSTNode]) -> dict[int, str]:
    """Names that tell the definitions of a module or class from later ones of the same name.

    Notebooks have them in the module, overloads are some; the functions of one property do not replace each other.
    """
    last: dict[str, int] = {}
    names: dict[int, str] = {}
    for name, node in (found for statement in body for found in _defined(statement)):
        if _extends_property(node):
            continue
        if name in last:
            names[last[name]] = numbered(name, len(names) + 1)
        last[name] = id(node)
    return names


def _extends_property(node: cst.CSTNode) -> bool:
    decorators = node.decorators if isinstance(node, cst.FunctionDef) else ()
    return any(dotted(one.decorator).rpartition(".")[2] in _EXTENDING for one in decorators)


def _defined(statement: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """The class, function or named lambda that a statement defines, with its name."""
    if isinstance(statement, (cst.ClassDef, cst.FunctionDef)):
        yield statement.name.value, statement
    for part in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
        if isinstance(part, cst.Assign) and isinstance(part.value, cst.Lambda) and len(part.targets) == 1:
            target = part.targets[0].target
            if isinstance(target, cst.Name):
                yield target.value, part.value


def method_names(node: cst.ClassDef) -> list[str]:
    """The names that a class body defines with ``def`` or ``lambda``, under conditions too."""
    names: list[str] = []
    pending: list[cst.CSTNode] = list(node.body.body)
    while pending:
        statement = pending.pop()
        if isinstance(statement, (cst.If, cst.Try)):
            pending += statement.body.body
            pending += filter(None, (statement.orelse,))
            pending += statement.handlers if isinstance(statement, cst.Try) else ()
        elif isinstance(statement, (cst.Else, cst.ExceptHandler, cst.With)):
            pending += statement.body.body
        elif not isinstance(statement, cst.ClassDef):
            names += (name for name, _ in _defined(statement))
    return names
