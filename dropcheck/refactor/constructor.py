"""The ``__init__`` of a class: the one it has, or the one it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from dropcheck.extract.scopes import bindings, dotted, parameters_of
from dropcheck.facts import ClassFacts
from dropcheck.frozen import dataclass
from dropcheck.link.project import Owner, Project
from dropcheck.refactor.result import DeclinedError
from dropcheck.refactor.tree import Tree, attribute_path, first_parameter, statements, walk, walk_scope
from dropcheck.worlds import Imported

_INIT = "__init__"
#: Class decorators that write an ``__init__``.
_GENERATING = frozenset({"dataclass", "define", "mutable", "frozen", "attrs", "s", "attributes", "pydantic_dataclass"})
#: Bases whose ``__init__`` takes nothing.
_BARE_BASES = frozenset({"torch.nn.Module", "torch.nn.modules.Module", "torch.nn.modules.module.Module"})


@dataclass(frozen=True, slots=True)
class Constructor:
    """Where the modules of a class are made.

    Args:
        node: the ``__init__`` of the class; None where one must be written.
        receiver: the name of the instance in it.
        parameters: the names of its other parameters that keep what was passed.
        ready: the position, in its body, of the statement after which modules can be set; -1 before all.
        passes_on: for one to be written, whether it hands its arguments to its base.
    """

    node: cst.FunctionDef | None
    receiver: str = "self"
    parameters: frozenset[str] = frozenset()
    ready: int = -1
    passes_on: bool = False

    @property
    def body(self) -> tuple[cst.BaseStatement | cst.BaseSmallStatement, ...]:
        """The statements of the body."""
        return () if self.node is None else statements(self.node.body)

    @property
    def copies(self) -> Mapping[str, str]:
        """The attributes that are plain copies of a local name, with that name."""
        found: dict[str, str] = {}
        for part in () if self.node is None else walk_scope(self.node):
            for target, value in _assigned(part):
                path = attribute_path(target)
                if len(path) == 2 and path[0] == self.receiver and isinstance(value, cst.Name):
                    found[path[1]] = value.value
        return found

    @property
    def locals(self) -> frozenset[str]:
        """Every name that means something of its own in it."""
        return frozenset() if self.node is None else bindings(self.node).local


def _assigned(node: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """What a statement assigns, each target with its value; those of tuples one by one."""
    if isinstance(node, cst.AnnAssign) and node.value is not None:
        yield node.target, node.value
    for one in node.targets if isinstance(node, cst.Assign) else ():
        assert isinstance(node, cst.Assign)
        target, value = one.target, node.value
        if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple) and len(target.elements) == len(value.elements):
            yield from ((left.value, right.value) for left, right in zip(target.elements, value.elements, strict=True))
        else:
            yield target, value


def find_constructor(tree: Tree, project: Project, owner: Owner, node: cst.ClassDef) -> Constructor:
    """Find the ``__init__`` of a class.

    Args:
        tree: the file of the class.
        project: the linked files.
        owner: the class.
        node: its definition.

    Raises:
        DeclinedError: nothing can be added to it, or none can be written.
    """
    cls = owner[1]
    defined = [found for found in _definitions(node) if found.name.value == _INIT]
    if len(defined) > 1 or (defined and tree.parent(tree.parent(defined[0]) or defined[0]) is not node):
        raise DeclinedError("it defines `__init__` more than once, or under a condition")
    if defined:
        return _existing(node, defined[0])
    if _INIT in cls.methods or any(fact.path == (_INIT,) and not fact.function for fact in cls.attributes):
        raise DeclinedError("its `__init__` is assigned, not defined")
    _require_plain_class(node)
    inherited = project.method(owner, _INIT)
    if inherited is not None and inherited[1].decorated:
        raise DeclinedError("it inherits an `__init__` whose decorator may read the signature")
    takes = inherited is not None and len(inherited[1].parameters) > 1
    takes = takes or any(len(subclass.bases) > 1 for _, subclass in project.subclasses(owner))
    return Constructor(None, passes_on=takes or _takes_more(project, owner))


def _definitions(node: cst.ClassDef) -> Iterator[cst.FunctionDef]:
    for found in walk_scope(node):
        if isinstance(found, cst.FunctionDef):
            yield found


def _takes_more(project: Project, owner: Owner) -> bool:
    """Whether a base outside the project may take arguments."""
    for path, cls in (owner, *project.bases(owner)):
        for base in cls.bases:
            value = project.localize(base, path)
            if isinstance(value, Imported) and value.path not in _BARE_BASES and value.path not in {"object", "abc.ABC"}:
                return True
    return False


def _require_plain_class(node: cst.ClassDef) -> None:
    """Without an ``__init__`` of its own, a class may get one from where it cannot be seen."""
    for decorator in node.decorators:
        called = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
        name = dotted(called).rpartition(".")[2]
        if name in _GENERATING:
            raise DeclinedError(f"its `__init__` is written by its decorator `@{name}`")
    if any(keyword.keyword is not None and keyword.keyword.value == "metaclass" for keyword in node.keywords):
        raise DeclinedError("it has no `__init__`, and a metaclass may make its objects")
    for statement in statements(node.body):
        for found in walk_scope(statement):
            if isinstance(found, cst.AssignTarget) and attribute_path(found.target) == ("__slots__",):
                raise DeclinedError("it has `__slots__` and no `__init__`")
    if not any(isinstance(statement, cst.FunctionDef) for statement in statements(node.body)):
        raise DeclinedError("it has no `__init__`, and no method before which one could be written")


def _existing(owner: cst.ClassDef, node: cst.FunctionDef) -> Constructor:
    receiver = first_parameter(node)
    if not receiver or node.asynchronous is not None or receiver in bindings(node).assigned:
        raise DeclinedError("its `__init__` has no plain `self`")
    ready = -1
    for index, statement in enumerate(statements(node.body)):
        if isinstance(statement, (cst.SimpleStatementLine, cst.BaseSmallStatement)):
            if calls_base(statement, owner.name.value, receiver):
                ready = index
        elif calls_base(statement, owner.name.value, receiver):
            raise DeclinedError("its `__init__` calls `super().__init__()` under a condition")
    if ready < 0:
        raise DeclinedError("its `__init__` never calls `super().__init__()`")
    own = {name.lstrip("*") for name, _ in parameters_of(node) if not name.startswith("*")} - {receiver}
    return Constructor(node, receiver, frozenset(own - bindings(node).assigned), ready)


def calls_base(statement: cst.CSTNode, owner: str, receiver: str, bases: frozenset[str] | None = None) -> bool:
    """Whether a statement calls the ``__init__`` of a base class.

    Args:
        statement: it.
        owner: the name of the class.
        receiver: the name of the instance.
        bases: the names of classes that count where a base is named; None for any.
    """
    return any(isinstance(node, cst.Call) and _is_base_call(node, owner, receiver, bases) for node in walk(statement))


def _is_base_call(node: cst.Call, owner: str, receiver: str, bases: frozenset[str] | None) -> bool:
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value != _INIT:
        return False
    called = node.func.value
    if isinstance(called, cst.Call):
        first = dotted(called.args[0].value).rpartition(".")[2] if called.args else owner
        # ``super(Base, self)`` starts behind Base and leaves its constructor out.
        return dotted(called.func) == "super" and first in {owner, "__class__"}
    named = dotted(called).rpartition(".")[2]
    passed = attribute_path(node.args[0].value) if node.args else ()
    return bool(named) and passed == (receiver,) and (bases is None or named in bases)


def require_constructed(tree_of_subclass: Tree, owner: ClassFacts, subclass: ClassFacts, between: frozenset[str]) -> None:
    """See to it that the ``__init__`` of a subclass runs that of the class.

    Args:
        tree_of_subclass: the file of the subclass.
        owner: the class that gets new modules.
        subclass: the subclass.
        between: the names of the class and of those between it and the subclass.

    Raises:
        DeclinedError: it does not.
    """
    node = tree_of_subclass.class_def(subclass.header)
    for found in _definitions(node):
        if found.name.value == _INIT and not calls_base(found, node.name.value, first_parameter(found), between):
            raise DeclinedError(f"its subclass `{subclass.name}` does not call the `__init__` of `{owner.name}`")
