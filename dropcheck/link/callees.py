"""What a call calls: functions of the project, and what is kept in attributes, containers and partials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dropcheck.facts import CallFact, FunctionFacts, FunctionKind
from dropcheck.frozen import dataclass
from dropcheck.link.behaviour import parameters
from dropcheck.link.held import Held
from dropcheck.link.project import Function, Moduleness, Owner, Project
from dropcheck.link.resolve import Resolvers
from dropcheck.worlds import (
    TRUE,
    Attr,
    CallOf,
    Const,
    Defined,
    Imported,
    Op,
    Opaque,
    Param,
    Receiver,
    Value,
    World,
    Worlds,
    arms,
    both,
    either,
    negate,
)

_NEVER: tuple[Value, Value] = (Opaque("nothing"), Const(False, mode=True))


@dataclass(frozen=True, slots=True)
class Target:
    """One function that a call can lead to.

    Args:
        path: its file.
        function: the function.
        skip: 1 where its first parameter is filled by the object it is called on.
        partial: the ``functools.partial`` in between, if any.
        same_object: whether its receiver is the receiver of the caller.
    """

    path: str
    function: FunctionFacts
    skip: int = 0
    partial: CallOf | None = None
    same_object: bool = False


class Callees:
    """What the calls of a project call.

    Args:
        project: the linked files.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.resolvers = Resolvers(project)
        self.held = Held(project, self.resolvers)
        #: With the call itself: as long as it is here, no other has its identity.
        self._callees: dict[int, tuple[CallFact, tuple[Value, ...]]] = {}
        self._targets: dict[int, tuple[CallFact, tuple[Target, ...]]] = {}
        self._parts: dict[int, tuple[CallFact, tuple[CallFact, ...]]] = {}

    def owner_of(self, path: str, function: str) -> Owner | None:
        """The class whose instance is at hand in a function."""
        found = self.project.function(path, function)
        return self.project.owner(path, found.owner) if found is not None and found.owner else None

    def callees(self, path: str, call: CallFact) -> tuple[Value, ...]:
        """What a call calls, resolved: each alternative, attributes of the instance being what the class assigned."""
        if id(call) not in self._callees:
            owner = self.owner_of(path, call.function)
            train, other = call.callee.train, call.callee.eval
            ways = (
                arm
                for value in ((train,) if train == other else (train, other))
                for arm in arms(self.project.localize(value, path))
            )
            found = tuple(value for arm in ways for value in self._alternatives(arm, owner))
            self._callees[id(call)] = call, found if len(found) < 2 else tuple(dict.fromkeys(found))
        return self._callees[id(call)][1]

    def _alternatives(self, arm: Value, owner: Owner | None) -> Iterator[Value]:
        if isinstance(arm, Op) and arm.name == "item":
            for entry in self.held.entries(arm.args[0], arm.args[-1], owner):
                yield from arms(entry)
        elif isinstance(arm, Attr) and isinstance(arm.base, Receiver) and owner is not None:
            method = self.project.method(owner, arm.name)
            if method is not None and method[1].kind is FunctionKind.PROPERTY:
                yield from self._given_back(*method, owner)
                return
            if method is not None:
                yield arm
                return
            for value in self.project.attribute_values(owner, arm.name, World.TRAIN) or ():
                for found in arms(value):
                    yield from map(_made_earlier, self._alternatives(found, None))
        else:
            yield arm

    def _given_back(self, path: str, function: FunctionFacts, owner: Owner) -> Iterator[Value]:
        """What a property gives, to be called; nothing where that depends on the mode, or on the property itself."""
        if function.returns.train != function.returns.eval:
            return
        name = function.name.rpartition(".")[2]
        for arm in arms(self.project.localize(function.returns.train, path)):
            if not isinstance(arm, Attr) or arm.name != name:
                yield from self._alternatives(arm, owner)

    def in_both_worlds(self, path: str, call: CallFact, partial: CallOf) -> Worlds[CallOf]:
        """A ``functools.partial`` that is called, as it is in each world.

        Args:
            path: the file of the call.
            call: the call.
            partial: one of its callees.
        """

        def twin(callee: Value) -> CallOf:
            for arm in arms(self.project.localize(callee, path)):
                if isinstance(arm, CallOf) and arm.site == partial.site and _shape(arm) == _shape(partial):
                    return arm
            return partial

        return Worlds(twin(call.callee.train), twin(call.callee.eval))

    def targets(self, path: str, call: CallFact) -> tuple[Target, ...]:
        """The functions of the project that a call can lead to."""
        if id(call) not in self._targets:
            owner = self.owner_of(path, call.function)
            found = (target for callee in self.callees(path, call) for target in self.functions(callee, owner, path))
            self._targets[id(call)] = call, tuple(found)
        return self._targets[id(call)][1]

    def parts(self, call: CallFact) -> tuple[CallFact, ...]:
        """A call as one call for each thing that it may call: the same ones each time."""
        if id(call) not in self._parts:
            self._parts[id(call)] = call, split(call)
        return self._parts[id(call)][1]

    def functions(self, callee: Value, owner: Owner | None, path: str) -> Iterator[Target]:
        """The functions that a resolved callee is.

        Args:
            callee: one alternative of a call's callee.
            owner: the class whose instance the caller has.
            path: the file of the call.
        """
        match callee:
            case Defined():
                yield from _target(self.project.function_of(callee))
            case Attr(base=Attr(base=Receiver(), name="__class__"), name=name) if owner is not None:
                yield from _target(self.project.method(owner, name), same_object=True)
            case Attr(base=Receiver(), name=name) if owner is not None:
                yield from _target(self.project.method(owner, name), bound=True, same_object=True)
            case Attr(base=CallOf(callee=Imported(path="builtins.super"), args=args), name=name) if owner is not None:
                below = self.project.class_of(args[0]) if args else owner
                for above in self.project.methods_above(below, name) if below is not None else ():
                    yield from _target(above, bound=True, same_object=True)
            case CallOf(callee=Imported(path="functools.partial"), args=(first, *_)):
                for target in self.functions(first, owner, path):
                    yield Target(target.path, target.function, target.skip, callee, target.same_object)
            case Attr(base=base, name=name):
                for cls in self.held.classes(base, owner, path):
                    yield from _target(self.project.method(cls, name), bound=True)
            case CallOf() | Param():
                for cls in self.held.classes(callee, owner, path):
                    yield from _target(self._call_method(cls), bound=True)
                yield from self._made_by(self.project.function_of(callee.callee)) if isinstance(callee, CallOf) else ()

    def _made_by(self, factory: Function | None) -> Iterator[Target]:
        """The functions that a function returns, which it defines itself."""
        if factory is None or factory[1].decorated:
            return
        path, function = factory
        for value in dict.fromkeys(arm for returned in (function.returns.train, function.returns.eval) for arm in arms(returned)):
            found = self.project.function_of(self.project.localize(value, path))
            if found is not None and found[1].name.startswith(f"{function.name}."):
                yield from _target(found)

    def _call_method(self, cls: Owner) -> Function | None:
        """What runs when an instance is called: ``forward`` of a Module, else ``__call__``."""
        first, second = ("forward", "__call__")
        if self.project.moduleness(cls) is Moduleness.NO:
            first, second = second, first
        return self.project.method(cls, first) or self.project.method(cls, second)


def _target(found: Function | None, *, bound: bool = False, same_object: bool = False) -> Iterator[Target]:
    if found is not None:
        path, function = found
        skip = int(
            function.kind is FunctionKind.CLASS or (bound and bool(function.owner) and function.kind is FunctionKind.METHOD)
        )
        yield Target(path, function, skip, same_object=same_object)


def split(call: CallFact) -> tuple[CallFact, ...]:
    """A call as one call for each thing that it may call, each under the condition that chooses it.

    Args:
        call: such as ``(F.dropout if self.training else identity)(x)``.
    """
    if call.callee.train == call.callee.eval and len(arms(call.callee.train)) == 1:
        return (call,)
    train, other = _choices(call.callee.train), _choices(call.callee.eval)
    keys = {**train, **other}
    parts = []
    for key in keys:
        ours, theirs = train.get(key), other.get(key)
        callee = Worlds((ours or theirs or _NEVER)[0], (theirs or ours or _NEVER)[0])
        chosen = Worlds((ours or _NEVER)[1], (theirs or _NEVER)[1])
        reach = Worlds(both(call.reach.train, chosen.train), both(call.reach.eval, chosen.eval))
        # An argument that one of several takes may be none of another's.
        insertion = call.insertion if len(keys) == 1 else None
        parts.append(replace(call, callee=callee, reach=reach, insertion=insertion))
    return tuple(parts)


def _choices(value: Value, condition: Value = TRUE) -> dict[object, tuple[Value, Value]]:
    """What a value may be and when, by what is the same thing in both worlds."""
    match value:
        case Op(name="choice", args=(test, then, otherwise)):
            found = _choices(then, both(condition, test))
            more = _choices(otherwise, both(condition, negate(test)))
        case Op(name="join", args=(first, *rest)):
            found = _choices(first, condition)
            more = {key: choice for part in rest for key, choice in _choices(part, condition).items()}
        case CallOf(site=site) if site:
            return {(site, *_shape(value)): (value, condition)}
        case _:
            return {value: (value, condition)}
    for key, (arm, chosen) in more.items():
        found[key] = (arm, either(found[key][1], chosen) if key in found else chosen)
    return found


def _made_earlier(callee: Value) -> Value:
    """A callee kept on the instance: the parameters in a partial are those of the constructor, not of the call."""
    if not isinstance(callee, CallOf) or callee.callee != Imported("functools.partial"):
        return callee
    args = tuple(_fixed(value) for value in callee.args)
    return replace(callee, args=args, keywords=tuple((name, _fixed(value)) for name, value in callee.keywords))


def _fixed(value: Value) -> Value:
    return Opaque("what was given at construction") if next(parameters(value), None) is not None else value


def _shape(made: CallOf) -> tuple[Value, int, tuple[str, ...]]:
    return made.callee, len(made.args), tuple(name for name, _ in made.keywords)
