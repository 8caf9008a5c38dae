"""The rate of a call, written so that ``__init__`` can compute it; declined where it may differ from call to call."""

from __future__ import annotations

import ast
from contextlib import suppress
from dataclasses import field

import libcst as cst

from dropcheck.extract.scopes import bindings
from dropcheck.frozen import dataclass
from dropcheck.refactor.constructor import Constructor
from dropcheck.refactor.family import Family, Path, require_rate
from dropcheck.refactor.globals import Globals
from dropcheck.refactor.result import DeclinedError, one_line
from dropcheck.refactor.surroundings import Surroundings
from dropcheck.refactor.tree import Function, Tree, attribute_path, in_comprehension, walk
from dropcheck.worlds import CallOf, Const

#: Builtins that give the same for the same, and are no choice of the moment.
_PURE = frozenset({"float", "int", "min", "max", "abs", "round", "getattr"})
_MAX_LOCALS = 4
_SETTINGS_WORDS = ("config", "cfg", "args", "hparams", "opt", "params", "settings")


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as ``__init__`` computes it.

    Args:
        text: the expression; empty for the default of one half.
        own: the attributes of the instance in it, or behind the parameters in it.
        hint: the name that the author gave it; empty where it has none.
    """

    text: str = ""
    own: frozenset[Path] = frozenset()
    hint: str = ""

    @property
    def meant(self) -> object:
        """What two rates that are the same have in common, however they are written."""
        value = literal(self.text or "0.5")
        return self.text if value is None else value


@dataclass(slots=True)
class _Notes:
    own: set[Path] = field(default_factory=set)
    names: list[str] = field(default_factory=list)


def literal(text: str) -> int | float | None:
    """The number that an expression is; None for anything else."""
    with suppress(ValueError, SyntaxError):
        value: object = ast.literal_eval(text)
        if isinstance(value, (int, float)):
            return value
    return None


class RateReader:
    """Reads the rates of one class.

    Args:
        tree: its file.
        family: the class and its relatives.
        constructor: its ``__init__``.
        around: the files of the run.
        scope: the names of the module.
    """

    def __init__(self, tree: Tree, family: Family, constructor: Constructor, around: Surroundings, scope: Globals) -> None:
        self.tree = tree
        self.family = family
        self.constructor = constructor
        self.around = around
        self.scope = scope

    def read(self, node: cst.BaseExpression | None, receiver: str) -> Rate:
        """The rate that an expression is.

        Args:
            node: the expression; None for the default.
            receiver: the name of the instance there.

        Raises:
            DeclinedError: it cannot be computed in ``__init__``, or may change later.
        """
        if node is None:
            return Rate()
        notes = _Notes()
        text = _Reading(self, notes, receiver).text(node)
        value = literal(text)
        if value is not None:
            require_rate(Const(value), "its rate")
        if value == 1:
            raise DeclinedError("its rate is 1, which drops everything: decide first whether it should")
        return Rate(one_line(text), frozenset(notes.own), notes.names[0] if notes.names else "")

    def parameter(self, path: Path) -> str:
        """The parameter of ``__init__`` that an attribute is a plain copy of, or a part of it; empty where there is none.

        Args:
            path: the attribute, as the names behind ``self``.
        """
        sets = self.family.sets(path[:1])
        if self.constructor.node is None or len(sets) != 1 or sets[0][0] != self.family.owner:
            return ""
        copied = self.constructor.copies.get(path[0], "")
        return ".".join((copied, *path[1:])) if copied in self.constructor.parameters else ""


class _Reading:
    """One rate being read."""

    def __init__(self, reader: RateReader, notes: _Notes, receiver: str, depth: int = 0) -> None:
        self.reader = reader
        self.tree = reader.tree
        self.notes = notes
        self.receiver = receiver
        self.depth = depth
        self.whole: cst.BaseExpression | None = None

    def text(self, node: cst.BaseExpression) -> str:
        """The expression for ``__init__``, without parentheses around it."""
        span = self.tree.statement_span(node)
        if self.tree.has_comment(span):
            raise DeclinedError("a comment stands inside its rate")
        trained = self._in_training(node)
        if trained is not None:
            return self.text(trained)
        self.whole = node
        edits: list[tuple[int, int, str]] = []
        self._visit(node, edits)
        pieces: list[str] = []
        done = span.start
        for start, end, text in sorted(edits):
            pieces += (self.tree.text[done:start], text)
            done = end
        return "".join((*pieces, self.tree.text[done : span.end]))

    def _in_training(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """What a choice by the mode is in training, where it is zero in evaluation; None for anything else."""
        if isinstance(node, cst.IfExp):
            if self._is_mode(node.test) and _is_zero(node.orelse):
                return node.body
            negated = isinstance(node.test, cst.UnaryOperation) and isinstance(node.test.operator, cst.Not)
            if (
                negated
                and isinstance(node.test, cst.UnaryOperation)
                and self._is_mode(node.test.expression)
                and _is_zero(node.body)
            ):
                return node.orelse
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply):
            for factor, rate in ((node.left, node.right), (node.right, node.left)):
                if self._is_mode(factor):
                    return rate
        return None

    def _is_mode(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Name):  # a local name for it
            values = (_only_value(function, node.value) for function in self.tree.functions_around(node))
            node = next(filter(None, values), node)
        if isinstance(node, cst.Call) and len(node.args) == 1 and attribute_path(node.func) in {("float",), ("int",), ("bool",)}:
            node = node.args[0].value
        return attribute_path(node) == (self.receiver, "training")

    def _visit(self, node: cst.CSTNode, edits: list[tuple[int, int, str]]) -> None:
        if isinstance(node, (cst.Name, cst.Attribute)):
            self._chain(node, edits)
        elif isinstance(node, cst.Call):
            self._call(node, edits)
        elif isinstance(node, cst.Subscript):
            self._subscript(node, edits)
        elif isinstance(node, (cst.UnaryOperation, cst.BinaryOperation, cst.BooleanOperation, cst.Comparison, cst.IfExp)):
            for child in _operands(node):
                self._visit(child, edits)
        elif not isinstance(node, (cst.Integer, cst.Float, cst.SimpleString)):
            raise DeclinedError(f"its rate `{one_line(self.tree.source(node))}` is nothing that `__init__` is sure to know")

    def _call(self, node: cst.Call, edits: list[tuple[int, int, str]]) -> None:
        name = attribute_path(node.func)
        if len(name) != 1 or name[0] not in _PURE or self.reader.scope.binds(name[0]) or any(arg.star for arg in node.args):
            raise DeclinedError(f"its rate is computed by a call, `{one_line(self.tree.source(node))}`")
        if name == ("getattr",):
            self._require_stable_item(node)
        for arg in node.args:
            self._visit(arg.value, edits)

    def _require_stable_item(self, node: cst.Call) -> None:
        """``getattr(self.config, "p", 0.1)`` reads an attribute like any other."""
        path = attribute_path(node.args[0].value)
        name = node.args[1].value if len(node.args) > 1 else None
        if not isinstance(name, cst.SimpleString) or not isinstance(name.evaluated_value, str):
            raise DeclinedError(f"its rate is computed by a call, `{one_line(self.tree.source(node))}`")
        if path[:1] == (self.receiver,) and len(path) > 1:
            self.reader.family.require_stable((*path[1:], name.evaluated_value), self.reader.around, rate=False)
            self.notes.own.add((*path[1:], name.evaluated_value))

    def _subscript(self, node: cst.Subscript, edits: list[tuple[int, int, str]]) -> None:
        indices = [element.slice for element in node.slice]
        for index in indices:
            if not isinstance(index, cst.Index) or not isinstance(
                index.value, (cst.SimpleString, cst.Integer, cst.UnaryOperation)
            ):
                raise DeclinedError(f"its rate `{one_line(self.tree.source(node))}` is picked from several")
        container, key = attribute_path(node.value), ", ".join(map(self.tree.source, node.slice))
        if not container or self.reader.around.changes_item(container[-1], key, of_global=len(container) == 1):
            raise DeclinedError(f"items of `{one_line(self.tree.source(node.value))}` are set elsewhere, so its rate may change")
        self._visit(node.value, edits)

    def _chain(self, node: cst.Name | cst.Attribute, edits: list[tuple[int, int, str]]) -> None:
        path = attribute_path(node)
        if not path:
            assert isinstance(node, cst.Attribute)
            self._visit(node.value, edits)
            return
        root = path[0]
        if root in {"True", "False", "None"} and len(path) == 1:
            raise DeclinedError(f"its rate is `{root}`")
        if root == self.receiver:
            self._own(node, path[1:], edits)
        elif not self._local(node, root, edits):
            self._global(node, path)
            self.notes.names.append(path[-1])

    def _global(self, node: cst.CSTNode, path: Path) -> None:
        family, name = self.reader.family, path[0]
        self.reader.scope.require_fixed(name, self.tree.span(self.tree.class_def(family.owner[1].header)).start)
        self._require_same_name(name)
        around = self.reader.around
        place = around.store(name, frozenset()) if len(path) == 1 else around.store_on(path[-2], path[-1])
        if place:
            raise DeclinedError(f"the global `{'.'.join(path)}` is set at {place}, so it may change while the model is used")
        value = dict(family.project.files[family.owner[0]].names).get(name)
        if value is not None and node is self.whole:
            require_rate(family.project.localize(value, family.owner[0]), name)

    def _require_same_name(self, name: str) -> None:
        if name in self.reader.constructor.locals:
            raise DeclinedError(f"`{name}` means something else in `__init__`")

    def _own(self, node: cst.CSTNode, path: Path, edits: list[tuple[int, int, str]]) -> None:
        if not path:
            raise DeclinedError("its rate is the object itself")
        if path[0] == "training":
            raise DeclinedError("its rate depends on the mode in a way that a module does not have")
        self.reader.family.require_stable(path, self.reader.around, rate=node is self.whole)
        self._require_never_none(path)
        if len(path) > 1:
            self._require_settings(path)
        self.notes.own.add(path)
        self.notes.names.append(path[-1])
        parameter = self.reader.parameter(path)
        span = self.tree.span(node)
        edits.append((span.start, span.end, parameter or ".".join((self.reader.constructor.receiver, *path))))

    def _require_settings(self, path: Path) -> None:
        """An attribute of an attribute: of a configuration it stays, of another object it may change."""
        for _, fact in self.reader.family.sets(path[:1]):
            if isinstance(fact.value.train, CallOf) and not any(word in path[0].lower() for word in _SETTINGS_WORDS):
                raise DeclinedError(f"`{'.'.join(('self', *path))}` belongs to another object, which may change it")

    def _require_never_none(self, path: Path) -> None:
        owner = self.tree.class_def(self.reader.family.owner[1].header)
        for node in walk(owner):
            if isinstance(node, cst.Comparison) and attribute_path(node.left)[1:] == path and attribute_path(node.left)[:1]:
                target = node.comparisons[0]
                if isinstance(target.comparator, cst.Name) and target.comparator.value == "None":
                    raise DeclinedError(f"`{'.'.join(('self', *path))}` can be None, which a module does not take")

    def _local(self, node: cst.CSTNode, name: str, edits: list[tuple[int, int, str]]) -> bool:
        """Put what a local name stands for in its place; whether it is one."""
        if in_comprehension(self.tree, node, name):
            raise DeclinedError(f"its rate `{name}` differs from round to round of a comprehension")
        for function in self.tree.functions_around(node):
            bound = bindings(function)
            if name not in bound.local:
                continue
            if not self._inside_class(function):
                if name in bound.assigned and _times_bound(function, name) > 1:
                    raise DeclinedError(f"its rate `{name}` is a variable of `{_name(function)}` that changes")
                self._require_same_name(name)
                return True  # ``__init__`` sees the variables around the class, too
            edits.append(self._substitute(node, name, function))
            return True
        return False

    def _inside_class(self, function: Function) -> bool:
        owner = self.tree.class_def(self.reader.family.owner[1].header)
        return any(found is owner for found in self.tree.around(function))

    def _substitute(self, node: cst.CSTNode, name: str, function: Function) -> tuple[int, int, str]:
        value = _only_value(function, name)
        if value is None or self.depth >= _MAX_LOCALS:
            kind = "an argument" if name not in bindings(function).assigned else "a variable"
            raise DeclinedError(f"its rate `{name}` is {kind} of `{_name(function)}`, so it can change from call to call")
        text = _Reading(self.reader, self.notes, self.receiver, self.depth + 1).text(value)
        root = node
        while isinstance(root, cst.Attribute):
            root = root.value
        span = self.tree.span(root)
        whole = root is self.whole or text.replace(".", "").replace("_", "").isalnum()
        return span.start, span.end, text if whole else f"({text})"


def _operands(node: cst.CSTNode) -> list[cst.CSTNode]:
    if isinstance(node, cst.IfExp):
        return [node.test, node.body, node.orelse]
    if isinstance(node, cst.UnaryOperation):
        return [node.expression]
    if isinstance(node, cst.Comparison):
        return [node.left, *(target.comparator for target in node.comparisons)]
    assert isinstance(node, (cst.BinaryOperation, cst.BooleanOperation))
    return [node.left, node.right]


def _is_zero(node: cst.BaseExpression) -> bool:
    with suppress(SyntaxError):  # more digits than Python reads
        return isinstance(node, (cst.Integer, cst.Float)) and not ast.literal_eval(node.value)
    return False


def _name(function: Function) -> str:
    return function.name.value if isinstance(function, cst.FunctionDef) else "a lambda"


def _times_bound(function: Function, name: str) -> int:
    """How often a name occurs as a target in a function."""
    count = 0
    for node in walk(function.body):
        target = getattr(node, "target", None) or getattr(node, "name", None)
        if isinstance(target, cst.CSTNode) and not isinstance(node, (cst.Call, cst.Arg, cst.Attribute)):
            count += any(isinstance(part, cst.Name) and part.value == name for part in walk(target))
    return count


def _only_value(function: Function, name: str) -> cst.BaseExpression | None:
    """What a local name is, where one plain assignment is all that binds it."""
    if isinstance(function, cst.Lambda) or name not in bindings(function).assigned or _times_bound(function, name) != 1:
        return None
    if any(parameter == name for parameter in _parameters(function)):
        return None
    for node in walk(function.body):
        if isinstance(node, cst.Assign) and len(node.targets) == 1:
            target = node.targets[0].target
            if isinstance(target, cst.Name) and target.value == name:
                return node.value
    return None


def _parameters(function: cst.FunctionDef) -> list[str]:
    params = function.params
    return [param.name.value for param in (*params.posonly_params, *params.params, *params.kwonly_params)]
