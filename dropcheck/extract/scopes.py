"""Which names a function binds, found by one cheap walk over its nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from types import NoneType

import libcst as cst

from dropcheck.frozen import dataclass

_NESTED = frozenset({cst.FunctionDef, cst.Lambda, cst.ClassDef})
_BINDING = frozenset(
    {
        *(cst.Global, cst.Nonlocal, cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.NamedExpr, cst.For, cst.FunctionDef),
        *(cst.ClassDef, cst.Import, cst.ImportFrom, cst.AsName, cst.MatchAs, cst.MatchStar, cst.MatchMapping, cst.Del),
    }
)
_NO_NAMES = frozenset(
    {
        "whitespace",
        "whitespace_before",
        "whitespace_after",
        "leading_lines",
        "trailing_whitespace",
        "lpar",
        "rpar",
        "comma",
        "semicolon",
        "header",
        "footer",
        "lines_after_decorators",
        "operator",
        "equal",
        "colon",
        "lbracket",
        "rbracket",
        "lbrace",
        "rbrace",
        "whitespace_before_args",
        "whitespace_after_func",
        "whitespace_after_star",
        "whitespace_after_equal",
        "whitespace_before_equal",
    }
)
#: What a field holds that is no node. Exact types: ``isinstance`` is slow on nodes, whose classes are abstract.
_LEAVES = frozenset({str, bool, NoneType, cst.MaybeSentinel})


@cache
def _child_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in _NO_NAMES and not field.name.startswith("whitespace"))


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The child nodes that can hold a name; white space and punctuation are passed over."""
    for name in _child_fields(type(node)):
        child = getattr(node, name)
        kind = type(child)
        if kind is tuple or kind is list:
            yield from child
        elif kind not in _LEAVES:
            yield child


@dataclass(frozen=True, slots=True)
class Bindings:
    """What one function binds and mentions.

    Args:
        local: names bound in its own scope, parameters included.
        assigned: the same without the parameters that are never bound again.
        outer: names it declares ``global`` or ``nonlocal``.
        reads_mode: whether ``training`` is mentioned anywhere inside, nested functions included.
        mode_owners: names whose ``.training`` is read inside.
    """

    local: frozenset[str]
    assigned: frozenset[str]
    outer: frozenset[str]
    reads_mode: bool
    mode_owners: frozenset[str]


class _Walk:
    def __init__(self) -> None:
        self.local: set[str] = set()
        self.outer: set[str] = set()
        self.mode_owners: set[str] = set()
        self.reads_mode = False

    def target(self, node: cst.CSTNode) -> None:
        """Names bound by an assignment target."""
        if isinstance(node, cst.Name):
            self.local.add(node.value)
        elif isinstance(node, (cst.Tuple, cst.List)):
            for element in node.elements:
                self.target(element.value)
        elif isinstance(node, (cst.StarredElement, cst.Element)):
            self.target(node.value)

    def walk(self, node: cst.CSTNode, *, own: bool) -> None:
        """Visit a node; ``own`` is false inside nested scopes, whose bindings are not ours."""
        kind = type(node)
        if kind is cst.Attribute:
            assert isinstance(node, cst.Attribute)
            if node.attr.value == "training":
                self.reads_mode = True
                if isinstance(node.value, cst.Name):
                    self.mode_owners.add(node.value.value)
            self.walk(node.value, own=own)
            return
        if kind is cst.Name:
            return
        if kind is cst.SimpleString:
            assert isinstance(node, cst.SimpleString)
            self.reads_mode = self.reads_mode or "training" in node.value
            return
        if own and kind in _BINDING:
            self._bind(node)
        if kind in _NESTED:
            own = False
        # A walrus inside a comprehension binds in the function; the loop variable of one does not.
        for name in _child_fields(kind):
            child = getattr(node, name)
            found = type(child)
            if found is tuple or found is list:
                for one in child:
                    self.walk(one, own=own)
            elif found not in _LEAVES and found is not cst.Name:
                self.walk(child, own=own)

    def _bind(self, node: cst.CSTNode) -> None:
        if isinstance(node, (cst.Global, cst.Nonlocal)):
            self.outer.update(item.name.value for item in node.names)
        elif isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.NamedExpr, cst.For)):
            self.target(node.target)
        elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self.local.add(node.name.value)
        elif isinstance(node, (cst.Import, cst.ImportFrom)):
            self.local.update(imported_names(node))
        elif isinstance(node, cst.AsName):
            self.target(node.name)
        elif isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            self.local.add(node.name.value)
        elif isinstance(node, cst.MatchMapping) and node.rest is not None:
            self.local.add(node.rest.value)
        elif isinstance(node, cst.Del):
            self.target(node.target)


def imported_names(node: cst.Import | cst.ImportFrom) -> Iterator[str]:
    """The names an import statement binds."""
    if isinstance(node.names, cst.ImportStar):
        return
    for alias in node.names:
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            yield alias.asname.name.value
        else:
            yield dotted(alias.name).partition(".")[0]


def dotted(node: cst.CSTNode | None) -> str:
    """``a.b.c`` as text; empty for anything but names and attributes of names."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr.value}" if base else ""
    return ""


def parameters_of(node: cst.FunctionDef | cst.Lambda) -> Iterator[tuple[str, cst.Param]]:
    """The parameters in order, each with its name; variadic ones carry their stars."""
    params = node.params
    for param in (*params.posonly_params, *params.params):
        yield param.name.value, param
    if isinstance(params.star_arg, cst.Param):
        yield "*" + params.star_arg.name.value, params.star_arg
    for param in params.kwonly_params:
        yield param.name.value, param
    if params.star_kwarg is not None:
        yield "**" + params.star_kwarg.name.value, params.star_kwarg


def text_of(node: cst.SimpleString) -> str | bytes:
    """What a string stands for."""
    value = node.value
    if value[0] not in "\"'" or "\\" in value or "\r" in value:
        return node.evaluated_value
    quotes = 3 if value.startswith(('"""', "'''")) else 1
    return value[quotes:-quotes]


def annotation_of(param: cst.Param) -> str:
    """The name or dotted name that a parameter is annotated with; empty for anything else."""
    node = param.annotation.annotation if param.annotation else None
    if isinstance(node, cst.SimpleString):
        return str(text_of(node))
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.insert(0, node.attr.value)
        node = node.value
    return ".".join((node.value, *parts)) if isinstance(node, cst.Name) else ""


def names_bound_in(node: cst.CSTNode) -> frozenset[str]:
    """The names that a part of a function binds in the scope of that function."""
    walk = _Walk()
    walk.walk(node, own=True)
    return frozenset(walk.local)


def bindings(node: cst.FunctionDef | cst.Lambda) -> Bindings:
    """What a function binds.

    Args:
        node: the function.

    Returns:
        Its bindings, parameters included.
    """
    walk = _Walk()
    walk.walk(node.body, own=True)
    local = (walk.local | {name.lstrip("*") for name, _ in parameters_of(node)}) - walk.outer
    return Bindings(frozenset(local), frozenset(walk.local), frozenset(walk.outer), walk.reads_mode, frozenset(walk.mode_owners))
