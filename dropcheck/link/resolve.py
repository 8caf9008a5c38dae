"""Values with what the project knows put in: attributes that are constants, properties, methods that return a value."""

from __future__ import annotations

from collections.abc import Mapping

from dropcheck.facts import FunctionFacts, FunctionKind
from dropcheck.link.behaviour import is_mode_method
from dropcheck.link.made import module_rate
from dropcheck.link.project import Function, Moduleness, Owner, Project
from dropcheck.worlds import (
    TRUE,
    Attr,
    CallOf,
    Const,
    Defined,
    Display,
    Op,
    Opaque,
    Param,
    Receiver,
    Value,
    World,
    Worlds,
    arms,
    attribute,
    binary,
    both,
    call,
    choice,
    display,
    either,
    item_of,
    join,
    negate,
    operation,
    ran_through,
    reads_mode,
    taken,
)

_MAX_DEPTH = 6
_OPEN_OPERATIONS = frozenset(
    {"item", "format", "comprehension", "list comprehension", "dict comprehension", "matches", "without"}
)


class Resolver:
    """Resolves values in one world, in the class whose instance the receiver is.

    Args:
        project: the linked files.
        world: the world.
        owner: file and class of the receiver; None outside a class.
    """

    def __init__(self, project: Project, world: World, owner: Owner | None) -> None:
        self.project = project
        self.world = world
        self.owner = owner
        #: What is being worked out: names of attributes and functions.
        self._seen: list[str] = []
        #: What was worked out, by the identity of the value, which is kept with it.
        self._known: dict[int, tuple[Value, Value]] = {}

    def resolve(self, value: Value, passed: Mapping[Param, Value] | None = None) -> Value:
        """Put in what is known.

        Args:
            value: a value of a fact.
            passed: what the parameters in it are.

        Returns:
            The value, simplified; unchanged where nothing is known.
        """
        if passed or self._seen or not isinstance(value, (Attr, Op, CallOf, Display)):
            return self._resolve(value, passed)
        if id(value) not in self._known:
            self._known[id(value)] = value, self._resolve(value, None)
        return self._known[id(value)][1]

    def _resolve(self, value: Value, passed: Mapping[Param, Value] | None) -> Value:
        match value:
            case Param():
                return passed.get(value, value) if passed else value
            case Defined():
                return self._class_attribute(value)
            case Attr(base=base, name=name):
                return self._attribute(value, self.resolve(base, passed), name)
            case Op(name="item", args=(Attr(base=Receiver(), name=name), Const() as key)) if self.owner is not None:
                return self._entry(name, key) or value
            case Op(name=name, args=args):
                return rebuild(name, tuple(self.resolve(arg, passed) for arg in args))
            case CallOf(callee=callee, args=args, keywords=keywords, site=site):
                new_args = tuple(self.resolve(arg, passed) for arg in args)
                new_keywords = tuple((key, self.resolve(item, passed)) for key, item in keywords)
                returned = self._returned(callee, new_args, new_keywords)
                # ``self.train()`` is a call; it is ``self.train`` without one that is always true.
                made = callee if is_mode_method(callee) else self.resolve(callee, passed)
                return returned or call(made, new_args, new_keywords, site)
            case Display(kind=kind, items=items, keys=keys):
                new_items = tuple(self.resolve(item, passed) for item in items)
                return display(kind, new_items, keys)
        return value

    def _attribute(self, value: Attr, base: Value, name: str) -> Value:
        if isinstance(base, Receiver) and self.owner is not None:
            return TRUE if self._is_bound_method(value) else self._own_attribute(name) or value
        if isinstance(base, CallOf):
            rate = module_rate(self.project.catalogue, base) if name == "p" else None
            known = self.resolve(rate) if rate is not None else None
            return known if isinstance(known, Const) else value
        return attribute(base, name, self.world) if base is not value.base else value

    def _class_attribute(self, value: Defined) -> Value:
        """What ``Config.rate`` is, where the body of the class says so; other definitions as they are."""
        name, _, attribute_name = value.name.rpartition(".")
        owner = self.project.owner(value.file, name)
        if owner is None or self.project.class_of(value) is not None or self.project.function_of(value) is not None:
            return value
        for path, cls in (owner, *self.project.bases(owner)):
            for fact in cls.attributes:
                if fact.path == (attribute_name,) and not fact.function:
                    known = self.project.localize(fact.value[self.world], path)
                    # A switch is there to be switched, from anywhere.
                    is_rate = isinstance(known, Const) and not isinstance(known.value, bool)
                    return known if is_rate else Attr(Defined(value.file, name), attribute_name)
        return Attr(Defined(value.file, name), attribute_name)

    def _is_bound_method(self, value: Attr) -> bool:
        """Whether a value is ``self.train`` or ``self.eval`` of a Module: a method, as long as nothing else is assigned to it."""
        assert self.owner is not None
        if not is_mode_method(value) or self.project.moduleness(self.owner) is not Moduleness.YES:
            return False
        assigned = self.project.assignments(self.owner, value.name)
        return assigned is not None and all(self._is_method(fact.value.train) for _, fact in assigned)

    def _is_method(self, value: Value) -> bool:
        found = self.project.function_of(value)
        return found is not None and found[1].kind is FunctionKind.METHOD

    def _own_attribute(self, name: str) -> Value | None:
        """What ``self.name`` is, if the class says so."""
        assert self.owner is not None
        if name in self._seen or len(self._seen) >= _MAX_DEPTH:
            return None
        if self.project.is_switched(self.owner, name):
            return Opaque(f"self.{name}, which train() or eval() sets", mode=True)
        found = self.project.attribute_values(self.owner, name, self.world)
        if found is None:
            return None
        hidden = next((value for value in found if isinstance(value, Opaque) and value.mode), None)
        if hidden is not None:
            return hidden
        self._seen.append(name)
        try:
            values = [self._property(value) or self.resolve(value) for value in found]
        finally:
            self._seen.pop()
        tied = next(
            (value for value in (*map(self._hidden_mode, found), *values) if isinstance(value, Opaque) and value.mode), None
        )
        if tied is None and self.project.is_set_by_mode(self.owner, name):
            tied = Opaque(f"self.{name}, which a method sets by the mode", mode=True)
        known = values[0]
        decided = all(_same(value, known) for value in values) and isinstance(known, (Const, CallOf, Op))
        if isinstance(known, CallOf) and module_rate(self.project.catalogue, known) is None:
            decided = False
        if isinstance(known, Op) and not (len(found) == 1 and self._is_property(found[0])):
            decided = False
        return known if decided else tied

    def _entry(self, name: str, key: Const) -> Value | None:
        """What ``self.name`` holds under a key, if it is only ever visible containers that hold the same constant there."""
        assert self.owner is not None
        tables = self.project.attribute_values(self.owner, name, self.world) or ()
        if self.project.added_values(self.owner, name) or not all(isinstance(table, Display) for table in tables):
            return None
        entries = [item_of(table, key) for table in tables if isinstance(table, Display)]
        values = [entry and self.resolve(entry) for entry in entries]
        known = values[0] if values else None
        return known if isinstance(known, Const) and all(value and _same(value, known) for value in values) else None

    def _hidden_mode(self, value: Value) -> Value | None:
        """What stands for a property whose value is not followed but depends on the mode."""
        found = self.project.function_of(value)
        if found is None or found[1].kind is not FunctionKind.PROPERTY:
            return None
        returned = found[1].returns[self.world]
        return Opaque(f"{found[1].name}", mode=True) if _knows_mode(found[1], returned) else None

    def _is_property(self, value: Value) -> bool:
        found = self.project.function_of(value)
        return found is not None and found[1].kind is FunctionKind.PROPERTY

    def _property(self, value: Value) -> Value | None:
        found = self.project.function_of(value)
        if found is None or found[1].kind is not FunctionKind.PROPERTY:
            return None
        path, function = found
        returned = self.project.localize(function.returns[self.world], path)
        value = self.resolve(returned)
        if function.decorated and (_knows_mode(function, value) or (isinstance(value, Const) and value != returned)):
            return Opaque(f"{function.name}, which may be kept from another mode", mode=True)
        return value

    def _returned(self, callee: Value, args: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]) -> Value | None:
        """What a call of a project function returns, if that is simple."""
        found = self._callee_function(callee)
        if found is None:
            return None
        path, function = found
        if function.decorated or any(key in {"*", "**"} for key, _ in keywords):
            return None
        if function.name in self._seen or len(self._seen) >= _MAX_DEPTH:
            return None
        passed = bind_parameters(function, args, keywords, skip=int(bool(function.receiver) and bool(function.owner)))
        self._seen.append(function.name)
        try:
            value = self.resolve(self.project.localize(function.returns[self.world], path), passed)
        finally:
            self._seen.pop()
        if isinstance(value, (Const, Op, Param)) or value in args:
            return value
        return Opaque(f"{function.name}()", mode=True) if _knows_mode(function, value) else None

    def _callee_function(self, callee: Value) -> Function | None:
        if isinstance(callee, Attr) and isinstance(callee.base, Receiver) and self.owner is not None:
            return self.project.method(self.owner, callee.name)
        return self.project.function_of(callee)


class Resolvers:
    """The resolvers of a project, one for each class and world: each keeps what it has worked out.

    Args:
        project: the linked files.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._made: dict[tuple[str, str] | None, Worlds[Resolver]] = {}

    def of(self, owner: Owner | None) -> Worlds[Resolver]:
        """Those for a class, with its file; or for what is outside any class."""
        key = None if owner is None else (owner[0], owner[1].name)
        if key not in self._made:
            self._made[key] = Worlds(*(Resolver(self._project, world, owner) for world in World))
        return self._made[key]


def _knows_mode(function: FunctionFacts, value: Value) -> bool:
    """Whether what a function returns depends on the mode."""
    return reads_mode(value) or function.returns.train != function.returns.eval


def bind_parameters(
    function: FunctionFacts, args: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...], *, skip: int
) -> dict[Param, Value]:
    """What each parameter of a function is in one call; defaults included.

    Args:
        function: the function.
        args: positional arguments, the receiver not among them.
        keywords: named arguments.
        skip: 1 where the first parameter is the receiver.
    """
    passed: dict[Param, Value] = {}
    positional = [item for item in function.parameters[skip:] if not item.keyword_only and not item.name.startswith("*")]
    for parameter in function.parameters[skip:]:
        if parameter.default is not None:
            passed[Param(function.name, parameter.name)] = parameter.default
    for parameter, value in zip(positional, args, strict=False):
        passed[Param(function.name, parameter.name)] = value
    for name, value in keywords:
        passed[Param(function.name, name)] = value
    return passed


def rebuild(name: str, args: tuple[Value, ...]) -> Value:
    """An operation on new operands, decided where they are."""
    match name, args:
        case "not", (operand,):
            return negate(operand)
        case "choice", (condition, then, otherwise):
            return choice(condition, then, otherwise)
        case "join", _:
            return join(args)
        case "loop that may return", _:
            return ran_through(args)
        case "taken", (base, Const() as key, default):
            return taken(base, key, default)
        case "and", _:
            result = args[0]
            for arg in args[1:]:
                result = both(result, arg)
            return result
        case "or", _:
            result = args[0]
            for arg in args[1:]:
                result = either(result, arg)
            return result
        case _, (left, right) if name not in _OPEN_OPERATIONS:
            return binary(name, left, right)
    return operation(name, *args)


__all__ = ["Resolver", "arms", "bind_parameters", "rebuild"]


def _same(left: Value, right: Value) -> bool:
    """Whether two values are the same, whatever they were chosen by."""
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(left.value) == Const(right.value)
    return left == right
