"""The functions and classes of the linked files: what a name means, which function a value is, which classes are Modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import cached_property

from dropcheck.catalogue import Catalogue
from dropcheck.facts import ClassFacts, FileFacts, FunctionFacts
from dropcheck.link.modules import Finder, Names
from dropcheck.worlds import (
    Attr,
    CallOf,
    Const,
    Defined,
    Display,
    Imported,
    Op,
    Param,
    Value,
    World,
    arms,
    attribute,
    flat_partial,
    read_table,
)

#: Bases that are classes but say nothing about being a Module.
_NEUTRAL = frozenset(
    {
        "object",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "typing.NamedTuple",
        "typing_extensions.Protocol",
        "enum.Enum",
        "collections.OrderedDict",
        "torch.autograd.Function",
        "torch.utils.data.Dataset",
        "torch.optim.Optimizer",
        "unittest.TestCase",
    }
)


class Moduleness(Enum):
    """Whether a class is a ``torch.nn.Module``."""

    YES = "a Module"
    LIKELY = "behaves like a Module, its base is outside the project"
    OPEN = "its base is outside the project"
    NO = "not a Module"


Owner = tuple[str, ClassFacts]
"""A class with the file that defines it."""
Function = tuple[str, FunctionFacts]
"""A function with the file that defines it."""


def key_of(owner: Owner) -> tuple[str, str]:
    """What tells a class from all others: its file and its qualified name."""
    return owner[0], owner[1].name


def linearized(lines: Iterable[Sequence[Owner]]) -> Iterator[Owner]:
    """Python's order of bases (C3); where there is none, such as for bases that are alternatives, the order of the lines.

    Args:
        lines: the order of each direct base, and last the direct bases themselves.
    """
    left = [list(line) for line in lines if line]
    while left:
        later = {key_of(owner) for line in left for owner in line[1:]}
        head = next((line[0] for line in left if key_of(line[0]) not in later), left[0][0])
        yield head
        left = [rest for line in left if (rest := [owner for owner in line if key_of(owner) != key_of(head)])]


class Classes:
    """The functions and classes of all files, indexed.

    Args:
        facts: the facts of each file.
        catalogue: what counts as dropout.
        finder: finds the files of modules.
    """

    def __init__(self, facts: Iterable[FileFacts], catalogue: Catalogue, finder: Finder) -> None:
        self.catalogue = catalogue
        self.files = {file.path: file for file in sorted(facts, key=lambda file: file.path)}
        self.names = Names(self.files, catalogue, finder)
        self._classes = {(file.path, cls.name): cls for file in self.files.values() for cls in file.classes}
        self._functions = {(file.path, function.name): function for file in self.files.values() for function in file.functions}
        self._enclosing: dict[tuple[str, str], tuple[FunctionFacts | ClassFacts, ...]] = {}
        self._moduleness: dict[tuple[str, str], Moduleness] = {}
        self._localizing: set[Imported] = set()
        self._localized: dict[tuple[int, str], tuple[Value, Value]] = {}
        self._bases: dict[tuple[str, str], tuple[Owner, ...]] = {}

    # Look-ups

    def function(self, path: str, name: str) -> FunctionFacts | None:
        """The function of that qualified name."""
        return self._functions.get((path, name))

    @property
    def methods(self) -> Iterator[tuple[str, str]]:
        """File and qualified name of every method."""
        return (key for key, function in self._functions.items() if function.owner)

    def function_of(self, value: Value) -> Function | None:
        """The function a resolved value is; for a method named through its class, found in its bases, too."""
        if not isinstance(value, Defined):
            return None
        found = self._functions.get((value.file, value.name))
        if found is not None:
            return value.file, found
        owner, _, name = value.name.rpartition(".")
        cls = self.owner(value.file, owner)
        return self.method(cls, name) if cls is not None else None

    def owner(self, path: str, name: str) -> Owner | None:
        """The class of that qualified name, with its file."""
        found = self._classes.get((path, name))
        return None if found is None else (path, found)

    def class_of(self, value: Value) -> Owner | None:
        """The class a resolved value is."""
        return self.owner(value.file, value.name) if isinstance(value, Defined) else None

    def named(self, name: str, path: str) -> Value:
        """What a dotted name means at the top of a file."""
        first, _, rest = name.partition(".")
        found = next((value for known, value in self.files[path].names if known == first), None)
        if found is None:
            found = Imported(f"*.{first}")
        for part in rest.split(".") if rest else ():
            found = attribute(found, part, World.TRAIN)
        return self.localize(found, path)

    def method(self, owner: Owner, name: str) -> Function | None:
        """The method of a class, its own or the nearest base's."""
        return self._method_in((owner, *self.bases(owner)), name)

    def methods_above(self, owner: Owner, name: str) -> Iterator[Function]:
        """What ``super().name`` may be in a class: the next one in its own order of bases, and in that of each subclass."""
        seen: set[tuple[str, str]] = set()
        for cls in (owner, *(one for one in self.subclasses(owner) if len(self.bases(one)) > 1)):
            line = (cls, *self.bases(cls))
            place = next((at for at, base in enumerate(line) if key_of(base) == key_of(owner)), len(line))
            found = self._method_in(line[place + 1 :], name)
            if found is not None and (found[0], found[1].name) not in seen:
                seen.add((found[0], found[1].name))
                yield found

    def _method_in(self, line: Iterable[Owner], name: str) -> Function | None:
        for path, cls in line:
            found = self._functions.get((path, f"{cls.name}.{name}"))
            if found is not None and name in cls.methods:
                return path, found
        return None

    def localize(self, value: Value, path: str) -> Value:
        """A value of one file's facts with its imports resolved, so that it means the same everywhere."""
        if isinstance(value, Imported):
            return self._localize_name(value, path)
        if not isinstance(value, (Attr, Op, CallOf, Display)):
            return value
        if self._localizing:
            return self._localize(value, path)
        key = (id(value), path)
        if key not in self._localized:  # with the value itself: as long as it is here, no other has its identity
            self._localized[key] = value, self._localize(value, path)
        return self._localized[key][1]

    def _localize_name(self, value: Imported, path: str) -> Value:
        if value in self._localizing:
            return value
        found = self.names.resolve(value, path)
        if isinstance(found, (Imported, Defined, Const)):
            return found
        self._localizing.add(value)  # two files may hold tables of each other's
        try:
            return self.localize(found, path)
        finally:
            self._localizing.remove(value)

    def _localize(self, value: Attr | Op | CallOf | Display, path: str) -> Value:
        match value:
            case Attr(base=base, name=name):
                found = self.localize(base, path)
                if isinstance(found, Defined):
                    return Defined(found.file, f"{found.name}.{name}")
                return value if found is base else Attr(found, name, value.mode, value.size)
            case Op(name=name, args=args):
                new = tuple([self.localize(arg, path) for arg in args])
                return value if new == args else Op(name, new, value.mode, value.size)
            case CallOf(callee=callee, args=args, keywords=keywords):
                new = tuple([self.localize(arg, path) for arg in args])
                table = self._table_read(callee, path) if 0 < len(args) <= 2 and not keywords else None
                if table is not None:
                    return read_table(table, new)
                passed = tuple([(key, self.localize(item, path)) for key, item in keywords])
                made = self.localize(callee, path)
                return flat_partial(CallOf(made, new, passed, value.site, value.mode, value.size))
            case Display(kind=kind, items=items, keys=keys):
                return Display(kind, tuple([self.localize(item, path) for item in items]), keys, value.mode, value.size)

    def _table_read(self, callee: Value, path: str) -> Display | None:
        """The mapping of another file whose ``get`` is called."""
        if not isinstance(callee, Imported) or not callee.path.endswith(".get"):
            return None
        table = self.localize(Imported(callee.path.removesuffix(".get")), path)
        return table if isinstance(table, Display) and table.keys is not None else None

    def enclosing(self, path: str, name: str) -> tuple[FunctionFacts | ClassFacts, ...]:
        """The functions and classes around a qualified name, innermost first, itself included."""
        key = (path, name)
        if key not in self._enclosing:
            self._enclosing[key] = tuple(self._scopes_around(path, name))
        return self._enclosing[key]

    def _scopes_around(self, path: str, name: str) -> Iterator[FunctionFacts | ClassFacts]:
        while name:
            found = self._functions.get((path, name)) or self._classes.get((path, name))
            if found is not None:
                yield found
            name = name.rpartition(".")[0]

    # Classes

    def bases(self, owner: Owner) -> tuple[Owner, ...]:
        """The classes of the project that a class inherits from, in the order in which Python looks into them; cycles are cut."""
        pending = [owner] if key_of(owner) not in self._bases else []
        direct: dict[tuple[str, str], list[Owner]] = {}
        while pending:  # not by recursion: a class may have a thousand bases, each the base of the next
            path, cls = pending[-1]
            key = key_of(pending[-1])
            if key not in self._bases:
                self._bases[key] = ()  # cuts cycles
                found = (self.class_of(arm) for base in cls.bases for arm in self._base_arms(base, path))
                direct[key] = [base for base in found if base is not None and key_of(base) != key]
                pending.extend(base for base in reversed(direct[key]) if key_of(base) not in self._bases)
                continue
            pending.pop()
            if key in direct:
                known = direct.pop(key)
                lines = [line for base in known if key not in map(key_of, line := [base, *self._bases[key_of(base)]])]
                self._bases[key] = tuple(lines[0] if len(known) == len(lines) == 1 else linearized([*lines, known]))
        return self._bases[key_of(owner)]

    def _base_arms(self, base: Value, path: str) -> Iterator[Value]:
        """What a base class may be; ``Generic[T]`` counts as ``Generic``."""
        for arm in arms(base):
            plain = arm.args[0] if isinstance(arm, Op) and arm.name == "item" else arm
            yield from arms(self.names.resolve(plain, path, base=True))

    def family(self, owner: Owner) -> tuple[Owner, ...]:
        """A class, its bases and its subclasses: the classes whose methods may run on the same object."""
        return (owner, *self.bases(owner), *self.subclasses(owner))

    def subclasses(self, owner: Owner) -> tuple[Owner, ...]:
        """The classes of the project that inherit from a class, directly or not."""
        return tuple(self._subclasses.get((owner[0], owner[1].name), ()))

    @cached_property
    def _subclasses(self) -> dict[tuple[str, str], list[Owner]]:
        found: dict[tuple[str, str], list[Owner]] = {}
        for (path, _), cls in self._classes.items():
            for base_path, base in self.bases((path, cls)):
                found.setdefault((base_path, base.name), []).append((path, cls))
        return found

    def moduleness(self, owner: Owner) -> Moduleness:
        """Whether a class is a Module: its bases, through the project, end at a known Module."""
        key = (owner[0], owner[1].name)
        if key not in self._moduleness:
            for one in (*reversed(self.bases(owner)), owner):  # the farthest first, so that no recursion gets deep
                if key_of(one) not in self._moduleness:
                    self._moduleness[key_of(one)] = Moduleness.NO  # cuts cycles
                    self._moduleness[key_of(one)] = self._judge_class(one)
        return self._moduleness[key]

    def _judge_class(self, owner: Owner) -> Moduleness:
        path, cls = owner
        answers: set[Moduleness] = set()
        for base in cls.bases:
            for arm in self._base_arms(base, path):
                if isinstance(arm, Defined) and (arm.file, arm.name) in self._classes:
                    answers.add(self.moduleness((arm.file, self._classes[arm.file, arm.name])))
                elif self._is_known_module(arm) or (isinstance(arm, Param) and self._is_always_given_module(arm, path)):
                    answers.add(Moduleness.YES)
                elif not (isinstance(arm, Imported) and arm.path in _NEUTRAL) and not isinstance(arm, Const):
                    answers.add(Moduleness.OPEN)
        if Moduleness.YES in answers:
            return Moduleness.YES
        if answers & {Moduleness.OPEN, Moduleness.LIKELY}:
            return Moduleness.LIKELY if self._behaves(owner) else Moduleness.OPEN
        return Moduleness.NO

    def _is_always_given_module(self, parameter: Param, path: str) -> bool:
        """Whether every call of a function passes a Module class for a parameter; false where there is no call."""
        maker = self.function(path, parameter.function)
        names = [item.name for item in maker.parameters] if maker is not None else []
        given = [
            self.localize(argument.value.train, file)
            for file, facts in self.files.items()
            for call in facts.calls
            if self.localize(call.callee.train, file) == Defined(path, parameter.function)
            for place, argument in enumerate(call.arguments)
            if (argument.keyword or "".join(names[place : place + 1])) == parameter.name
        ]
        owners = [(value, self.class_of(value)) for value in given]
        return bool(given) and all(
            self._is_known_module(value) if owner is None else self.moduleness(owner) is Moduleness.YES for value, owner in owners
        )

    def _is_known_module(self, value: Value) -> bool:
        return isinstance(value, Imported) and self.catalogue.is_module_class(value.path)

    def _behaves(self, owner: Owner) -> bool:
        """Whether a class acts as a Module does: reads the mode, or has a forward and holds modules."""
        cls = owner[1]
        if cls.reads_mode:
            return True
        holds = any(
            isinstance(arm, CallOf) and isinstance(arm.callee, Imported) and self.catalogue.is_module_class(arm.callee.path)
            for fact in cls.attributes
            for arm in arms(fact.value.train)
        )
        return holds and "forward" in cls.methods
