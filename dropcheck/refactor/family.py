"""The relatives of a class: what they set, what they are called, and whether an attribute of one stays what it was made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dropcheck.catalogue import Catalogue
from dropcheck.facts import AttributeFact, FunctionFacts, FunctionKind
from dropcheck.link.project import Owner, Project
from dropcheck.refactor.result import DeclinedError
from dropcheck.worlds import CallOf, Const, Imported, Param, Value, arms

Path = tuple[str, ...]

#: Modules whose children are their elements.
_CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})
#: By these a Module goes through its children.
_CHILDREN = frozenset({"children", "named_children", "_modules"})

#: What is called like this holds settings from which models are made, or what passes between them, and is no model.
_SETTINGS = re.compile(
    r"(?:^|_)(?:args?|cfg|conf|configs?|configuration|opts?|options|hparams|hp|params|settings|namespace|ns"
    r"|ctx|context|batch|sample|samples|outputs?|results?|state)$"
)
_STORE = re.compile(r"\.[ \t]*(?P<name>[A-Za-z_]\w*)[ \t]*(?:\+|-|\*\*?|//?|%|:[^=\n]{1,60})?=(?!=)")
_SETATTR = re.compile(r"\bsetattr\(\s*(?P<object>[\w.]+)\s*,\s*[\"'](?P<name>\w+)[\"']")
_OBJECT = re.compile(r"[\w)\]]+$")


class Stores:
    """Where attributes of other objects than ``self`` are set: ``model.p = ...`` in a schedule, for one.

    Args:
        texts: every file of the run with its text.
    """

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._texts = texts
        self._found: dict[str, dict[str, str]] | None = None

    def place(self, name: str, receivers: frozenset[str]) -> str:
        """A place where an attribute of that name is set, as ``path:row``; empty where there is none.

        Args:
            name: the attribute.
            receivers: what the instance is called in the methods of its class, where everything that is set is known.
        """
        if self._found is None:
            self._found = {}
            for path, text in self._texts:
                for owner, found, offset in _stores(text):
                    place = f"{path}:{text.count(chr(10), 0, offset) + 1}"
                    self._found.setdefault(found, {}).setdefault(owner, place)
        return next((place for owner, place in self._found.get(name, {}).items() if owner not in receivers), "")


def _stores(text: str) -> Iterator[tuple[str, str, int]]:
    """The object, the attribute and the offset of each assignment to an attribute of anything but ``self`` or settings."""
    for match in _STORE.finditer(text):
        before = _OBJECT.search(text, max(0, match.start() - 80), match.start())
        name = before[0] if before else ""
        if name and name != "self" and not _SETTINGS.search(name.lower()):
            yield name, match["name"], match.start()
    for match in _SETATTR.finditer(text):
        last = match["object"].rpartition(".")[2]
        if last != "self" and not _SETTINGS.search(last.lower()):
            yield last, match["name"], match.start()


class Family:
    """A class with every class whose objects share attributes with its objects.

    Args:
        project: the linked files.
        owner: the class.
    """

    def __init__(self, project: Project, owner: Owner) -> None:
        self.project = project
        self.owner = owner
        self.bases = tuple(project.bases(owner))
        self.subclasses = project.subclasses(owner)
        self.line = project.family(owner)
        mixed = (base for subclass in self.subclasses for base in project.bases(subclass))
        members = {(path, cls.name): (path, cls) for path, cls in (*self.line, *mixed)}
        self.members = tuple(members.values())

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

    def members_by_kind(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The attributes that bases or the class body set, the methods, and all attributes."""
        inherited = [fact for member in (self.owner, *self.bases) for fact in member[1].attributes]
        inherited = [fact for fact in inherited if fact not in self.owner[1].attributes or not fact.function]
        methods = {name for _, cls in self.line for name in cls.methods}
        attributes = {fact.path[0] for _, cls in self.line for fact in cls.attributes}
        return frozenset(fact.path[0] for fact in inherited), frozenset(methods), frozenset(attributes)

    def require_free_children(self) -> None:
        """See to it that one more child changes nothing but what is looked up by name.

        Raises:
            DeclinedError: the children of its objects are what they run, in order.
        """
        for path, cls in self.line:
            for base in cls.bases:
                value = self.project.localize(base, path)
                if isinstance(value, Imported) and value.path.rpartition(".")[2] in _CONTAINERS:
                    raise DeclinedError(f"every child of `{value.path.rpartition('.')[2]}` is an element of it")
            if not _CHILDREN.isdisjoint(cls.reads):
                raise DeclinedError(f"`{cls.name}` goes through its children, of which there would be one more")

    def sets(self, path: Path) -> tuple[tuple[Owner, AttributeFact], ...]:
        """Every assignment to an attribute, or to one that it is reached through."""
        return tuple(
            (member, fact) for member in self.line for fact in member[1].attributes if fact.path == path[: len(fact.path)]
        )

    def require_stable(self, path: Path, stores: Stores, *, rate: bool) -> None:
        """See to it that an attribute is set while an object is made, and never again.

        Args:
            path: the attribute, as the names behind ``self``.
            stores: where attributes of other objects are set.
            rate: whether it is the rate itself, and not only a part of it.

        Raises:
            DeclinedError: it may change, or may be no rate.
        """
        name = ".".join(("self", *path))
        for member in self.line:
            if member[1].dynamic:
                raise DeclinedError(f"`{member[1].name}` sets attributes by computed names, so `{name}` may change")
        method = self.project.method(self.owner, path[0])
        if method is not None:
            what = "a property" if method[1].kind is FunctionKind.PROPERTY else "a method"
            raise DeclinedError(f"`{'.'.join(('self', path[0]))}` is {what}, whose value may change")
        sets = self.sets(path)
        if not any(fact.path == path[:1] for _, fact in sets):
            raise DeclinedError(f"where `{name}` is set is not seen")
        for member, fact in sets:
            self._require_made_once(member, fact, name)
            if rate and fact.path == path:
                self._require_rate(member, fact, name)
        place = stores.place(path[-1], self._receivers()) if len(path) == 1 else ""
        if place:
            raise DeclinedError(f"`{path[-1]}` of an object is set at {place}, so it may change while the model is used")

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
        for arm in arms(self.project.localize(fact.value.train, member[0])):
            require_rate(_default_of(arm, function), name)


def _default_of(value: Value, function: FunctionFacts | None) -> Value:
    """A parameter stands for its default, if it has one that is known."""
    if isinstance(value, Param) and function is not None:
        for parameter in function.parameters:
            if parameter.name == value.name and parameter.default is not None:
                return parameter.default
    return value


def require_rate(value: Value, name: str) -> None:
    """See to it that a value is not known to be anything but a rate between 0 and 1.

    Raises:
        DeclinedError: it is.
    """
    if isinstance(value, Const):
        if value.value is None:
            raise DeclinedError(f"`{name}` can be None, which a module does not take")
        if isinstance(value.value, str) or not 0 <= value.value <= 1:
            raise DeclinedError(
                f"{name if name == 'its rate' else f'`{name}`'} can be {value.value!r}, which is not between 0 and 1"
            )
    if isinstance(value, CallOf) and isinstance(value.callee, Imported) and value.callee.path.startswith("torch.nn."):
        raise DeclinedError(f"`{name}` is a module, not a rate")


def made_kind(value: Value, catalogue: Catalogue) -> tuple[str, bool] | None:
    """The class in torch.nn of the dropout module that a call makes, and whether it works in place; None for anything else."""
    if not isinstance(value, CallOf) or not isinstance(value.callee, Imported) or value.callee.path not in catalogue.modules:
        return None
    inplace = dict(value.keywords).get("inplace", value.args[1] if len(value.args) > 1 else Const(False))
    if not isinstance(inplace, Const):
        return None
    return catalogue.modules[value.callee.path].name.rpartition(".")[2], bool(inplace.value)
