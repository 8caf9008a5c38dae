"""The relatives of a class: what they set, what they are called, and whether an attribute of one stays what it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import libcst as cst

from dropcheck.catalogue import Catalogue
from dropcheck.facts import AttributeFact, FunctionFacts, FunctionKind
from dropcheck.link.linked import LinkedProject
from dropcheck.link.project import Owner
from dropcheck.refactor.result import DeclinedError
from dropcheck.refactor.surroundings import Surroundings
from dropcheck.refactor.tree import attribute_path, first_parameter, statements, walk
from dropcheck.worlds import CallOf, Const, Imported, Op, Param, Value, arms

Path = tuple[str, ...]

#: Modules whose children are their elements.
_CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})
#: By these a Module goes through its children.
_CHILDREN = frozenset({"children", "named_children", "_modules"})
#: By these, through everything in it.
_MODULES = frozenset({"modules", "named_modules"})


class Family:
    """A class with every class whose objects share attributes with its objects.

    Args:
        project: the linked files.
        owner: the class.
        definition: gives the definition of a class.
    """

    def __init__(self, project: LinkedProject, owner: Owner, definition: Callable[[Owner], cst.ClassDef]) -> None:
        self.project = project
        self.definition = definition
        self.owner = owner
        self.bases = tuple(project.bases(owner))
        self.subclasses = project.subclasses(owner)
        self.line = project.family(owner)
        mixed = (base for subclass in self.subclasses for base in project.bases(subclass))
        members = {(path, cls.name): (path, cls) for path, cls in (*self.line, *mixed)}
        self.members = tuple(members.values())

    @cached_property
    def given(self) -> frozenset[str]:
        """Attributes that a base in a known framework sets: the models of transformers keep their configuration."""
        for path, cls in (self.owner, *self.bases):
            for base in cls.bases:
                value = self.project.localize(base, path)
                if isinstance(value, Imported) and value.path in self.project.catalogue.module_bases:
                    return frozenset({"config"})
        return frozenset()

    @property
    def key(self) -> tuple[str, str]:
        """The class, hashable."""
        return self.owner[0], self.owner[1].name

    def names(self) -> frozenset[str]:
        """Every name that an attribute of its objects has, as far as the project tells."""
        found: set[str] = set()
        for path, cls in self.members:
            found |= {fact.path[0] for fact in cls.attributes} | set(cls.methods) | cls.reads
            prefix = f"{cls.name}."
            nested = self.project.files[path].classes
            found |= {inner.name.removeprefix(prefix) for inner in nested if inner.name.startswith(prefix)}
        return frozenset(found)

    def dropouts(self) -> frozenset[str]:
        """The attributes that hold a dropout module already: one more is numbered."""
        found: dict[str, bool] = {}
        for path, cls in self.members:
            for fact in cls.attributes:
                made = made_kind(self.project.localize(fact.value.train, path), self.project.catalogue)
                found[fact.path[0]] = found.get(fact.path[0], True) and made is not None
        return frozenset(name for name, holds in found.items() if holds)

    def require_followed_mode(self) -> None:
        """See to it that a child is always in the mode of its parent.

        Raises:
            DeclinedError: the class keeps its mode in a way of its own.
        """
        for _, cls in self.line:
            if any(fact.path == ("training",) for fact in cls.attributes):
                raise DeclinedError(f"`{cls.name}` sets `self.training` by itself, which does not reach its children")
            if not {"train", "eval"}.isdisjoint(cls.methods):
                raise DeclinedError(f"`{cls.name}` defines `train()` or `eval()` in its own way")

    def members_by_kind(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The attributes that bases or the class body set, the methods, and all attributes."""
        inherited = [fact for member in (self.owner, *self.bases) for fact in member[1].attributes]
        inherited = [fact for fact in inherited if fact not in self.owner[1].attributes or not fact.function]
        methods = {name for _, cls in self.line for name in cls.methods}
        attributes = {fact.path[0] for _, cls in self.line for fact in cls.attributes}
        return frozenset(fact.path[0] for fact in inherited) | self.given, frozenset(methods), frozenset(attributes)

    def require_free_children(self) -> None:
        """See to it that one more child changes nothing but what is looked up by name.

        Raises:
            DeclinedError: the children of its objects are what they run, in order, or it looks for dropout among them.
        """
        for path, cls in self.line:
            node = self.definition((path, cls))
            for base in cls.bases:
                value = self.project.localize(base, path)
                if isinstance(value, Imported) and value.path.rpartition(".")[2] in _CONTAINERS:
                    raise DeclinedError(f"every child of `{value.path.rpartition('.')[2]}` is an element of it")
            # What constructors read is not among the facts.
            own = cls is self.owner[1] and any(
                isinstance(part, cst.Attribute) and part.attr.value in _CHILDREN for part in walk(node)
            )
            if own or not _CHILDREN.isdisjoint(cls.reads):
                raise DeclinedError(f"`{cls.name}` goes through its children, of which there would be one more")
            if any(isinstance(part, cst.FunctionDef) and _looks_for_dropout(part) for part in statements(node.body)):
                raise DeclinedError(f"`{cls.name}` looks for dropout among its modules, of which there would be more")

    def sets(self, path: Path) -> tuple[tuple[Owner, AttributeFact], ...]:
        """Every assignment to an attribute, to one that it is reached through, or to something in it."""
        return tuple(
            (member, fact) for member in self.line for fact in member[1].attributes if fact.path == path[: len(fact.path)]
        )

    def require_stable(self, path: Path, around: Surroundings, *, rate: bool) -> None:
        """See to it that an attribute is set while an object is made, and never again.

        Args:
            path: the attribute, as the names behind ``self``.
            around: the files of the run.
            rate: whether it is the rate itself, and not only a part of it.

        Raises:
            DeclinedError: it may change, or may be no rate.
        """
        name = ".".join(("self", *path))
        if self._dynamic:
            raise DeclinedError(f"`{self._dynamic}` sets attributes by computed names, so `{name}` may change")
        method = self.project.method(self.owner, path[0])
        if method is not None:
            what = "a property" if method[1].kind is FunctionKind.PROPERTY else "a method"
            raise DeclinedError(f"`{'.'.join(('self', path[0]))}` is {what}, whose value may change")
        sets = self.sets(path)
        given = len(path) > 1 and path[0] in self.given
        if not given and not any(fact.path == path[:1] for _, fact in sets):
            raise DeclinedError(f"where `{name}` is set is not seen")
        for member, fact in sets:
            self._require_made_once(member, fact, name)
            if rate and fact.path == path:
                self._require_rate(member, fact, name)
        if len(path) == 1:
            place = around.store(path[0], self._receivers())
        else:
            place = around.store_below(path[-2], path[-1], self._receivers())
        if place:
            what = ".".join(path[-2:])
            raise DeclinedError(f"`{what}` of an object is set at {place}, so it may change while the model is used")

    @cached_property
    def _dynamic(self) -> str:
        """A class of the line that sets attributes by computed names; empty where none does."""
        found = (
            cls.name for path, cls in self.line if cls.dynamic or any(map(_sets_by_name, walk(self.definition((path, cls)))))
        )
        return next(found, "")

    def _receivers(self) -> frozenset[str]:
        """What the instance is called in the methods of the class and its relatives."""
        functions = (self.project.function(path, f"{cls.name}.{name}") for path, cls in self.line for name in cls.methods)
        return frozenset(function.receiver for function in functions if function is not None)

    def _require_made_once(self, member: Owner, fact: AttributeFact, name: str) -> None:
        if not fact.function:
            return
        where = fact.function.removeprefix(f"{member[1].name}.")
        if where != "__init__":
            raise DeclinedError(f"`{name}` is set in `{member[1].name}.{where}`, not only in `__init__`")
        if member in self.subclasses:
            raise DeclinedError(f"`{name}` is set again in the subclass `{member[1].name}`")

    def _require_rate(self, member: Owner, fact: AttributeFact, name: str) -> None:
        function = self.project.function(member[0], fact.function)
        for arm in _possible(self.project.localize(fact.value.train, member[0])):
            require_rate(_default_of(arm, function), name)


def _sets_by_name(node: cst.CSTNode) -> bool:
    """Whether an expression puts attributes into an object: ``self.__dict__.update(...)``, ``vars(self)["p"] = ...``."""
    if isinstance(node, cst.AssignTarget):
        return isinstance(node.target, cst.Subscript) and _is_namespace(node.target.value)
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    called = node.func.attr.value
    return called == "__setattr__" or (called in {"update", "setdefault"} and _is_namespace(node.func.value))


def _is_namespace(node: cst.BaseExpression) -> bool:
    """Whether an expression is the dictionary of the attributes of an object."""
    return attribute_path(node)[-1:] == ("__dict__",) or (isinstance(node, cst.Call) and attribute_path(node.func) == ("vars",))


def _looks_for_dropout(method: cst.FunctionDef) -> bool:
    """Whether a method goes through the modules of its object and speaks of dropout."""
    receiver = first_parameter(method)
    parts = list(walk(method.body))
    words = (part.value for part in parts if isinstance(part, (cst.Name, cst.SimpleString)))
    walks = {(receiver, name) for name in _MODULES}
    return any(attribute_path(part) in walks for part in parts) and any("Dropout" in word for word in words)


def _possible(value: Value) -> Iterator[Value]:
    """What a value can be; of ``0.1 if p is None else p`` not the default of ``p``, which is None."""
    for arm in arms(value):
        if not isinstance(arm, Param) or not isinstance(value, Op) or not _is_guarded(value, arm):
            yield arm


def _is_guarded(value: Value, parameter: Param) -> bool:
    """Whether a parameter is only given on where it was tested."""
    match value:
        case Op(name="choice", args=(condition, then, otherwise)):
            tested = (
                condition.args[0] if isinstance(condition, Op) and condition.name in {"is", "is not", "not", "=="} else condition
            )
            return tested == parameter or (_is_guarded(then, parameter) and _is_guarded(otherwise, parameter))
    return value != parameter


def _default_of(value: Value, function: FunctionFacts | None) -> Value:
    """A parameter stands for its default, if it has one that is known."""
    if isinstance(value, Param) and function is not None:
        for parameter in function.parameters:
            if parameter.name == value.name and parameter.default is not None:
                return parameter.default
    return value


_WRITTEN_OUT = 10**9


def require_rate(value: Value, name: str) -> None:
    """See to it that a value is not known to be anything but a rate between 0 and 1.

    Raises:
        DeclinedError: it is.
    """
    if isinstance(value, Const):
        if value.value is None:
            raise DeclinedError(f"`{name}` can be None, which a module does not take")
        if isinstance(value.value, str) or not 0 <= value.value <= 1:
            said = name if name == "its rate" else f"`{name}`"
            # A number may have more digits than Python writes out.
            given = "a huge number" if isinstance(value.value, int) and abs(value.value) > _WRITTEN_OUT else repr(value.value)
            raise DeclinedError(f"{said} can be {given}, which is not between 0 and 1")
    if isinstance(value, CallOf) and isinstance(value.callee, Imported) and value.callee.path.startswith("torch.nn."):
        if value.callee.path.endswith(".Parameter"):
            raise DeclinedError(f"`{name}` is a parameter, which the module would register once more")
        raise DeclinedError(f"`{name}` is a module, not a rate")


def made_kind(value: Value, catalogue: Catalogue) -> tuple[str, bool] | None:
    """The class in torch.nn of the dropout module that a call makes, and whether it works in place; None for anything else."""
    if not isinstance(value, CallOf) or not isinstance(value.callee, Imported) or value.callee.path not in catalogue.modules:
        return None
    inplace = dict(value.keywords).get("inplace", value.args[1] if len(value.args) > 1 else Const(False))
    if not isinstance(inplace, Const):
        return None
    return catalogue.modules[value.callee.path].name.rpartition(".")[2], bool(inplace.value)
