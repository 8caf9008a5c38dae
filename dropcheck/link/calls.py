"""Who calls whom: the functions of the project that a call can lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import takewhile

from dropcheck.facts import CallFact, FunctionFacts, FunctionKind
from dropcheck.frozen import dataclass
from dropcheck.link.behaviour import parameters
from dropcheck.link.binding import bind
from dropcheck.link.held import Held
from dropcheck.link.project import Function, Moduleness, Owner, Project
from dropcheck.link.resolve import Resolver
from dropcheck.link.site import Passed
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
    conjuncts,
    either,
    name_words,
    negate,
    truth,
)

#: A method with one of these words in its name is what a training loop calls and evaluation does not ...
_TRAINING_WORDS = frozenset({"train", "training"})
#: ... unless that is all of the name, which is then the mode or sets it, or the name has one of these, too.
_OTHER_WORDS = frozenset(["is", "eval", "evaluate", "evaluation", "val", "validation", "test", "infer", "inference", "predict"])
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


class Calls:
    """The calls of a project.

    Args:
        project: the linked files.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.held = Held(project)

    def owner_of(self, path: str, function: str) -> Owner | None:
        """The class whose instance is at hand in a function."""
        found = self.project.function(path, function)
        return self.project.owner(path, found.owner) if found is not None and found.owner else None

    def callees(self, path: str, call: CallFact) -> Iterator[Value]:
        """What a call calls, resolved: each alternative, attributes of the instance being what the class assigned."""
        owner = self.owner_of(path, call.function)
        seen: list[Value] = []
        for value in dict.fromkeys((call.callee.train, call.callee.eval)):
            for arm in arms(self.project.localize(value, path)):
                for found in self._alternatives(arm, owner):
                    if found not in seen:
                        seen.append(found)
                        yield found

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

    def targets(self, path: str, call: CallFact) -> Iterator[Target]:
        """The functions of the project that a call can lead to."""
        owner = self.owner_of(path, call.function)
        for callee in self.callees(path, call):
            yield from self.functions(callee, owner, path)

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

    @cached_property
    def by_function(self) -> dict[tuple[str, str], tuple[CallFact, ...]]:
        """The calls in each function, those of functions nested in it included."""
        found: dict[tuple[str, str], list[CallFact]] = {}
        for path, file in self.project.files.items():
            for call in file.calls:
                for name in self._functions_around(path, call.function):
                    found.setdefault((path, name), []).extend(split(call))
        return {key: tuple(calls) for key, calls in found.items()}

    def top_level(self, path: str, function: str) -> str:
        """The method or module-level function that a function is nested in, or itself; empty outside any."""
        return next(reversed(self._functions_around(path, function)), "")

    def _functions_around(self, path: str, function: str) -> tuple[str, ...]:
        """A function and those that it is nested in, innermost first, up to the class or the file that holds them."""
        scopes = takewhile(lambda scope: isinstance(scope, FunctionFacts), self.project.enclosing(path, function))
        return tuple(scope.name for scope in scopes)

    def never_runs(self, path: str, function: str, world: World) -> bool:
        """Whether a function never runs in a world: a training step, or a function whose every call is gated.

        A function that other code may call by a name of its own (``forward``) runs in both.
        """
        return (path, self.top_level(path, function)) in self._kept_out[world]

    @cached_property
    def callers(self) -> dict[tuple[str, str], tuple[tuple[tuple[str, str], CallFact], ...]]:
        """For each function, by file and name, the calls that can lead to it, each with the function around the call."""
        found: dict[tuple[str, str], list[tuple[tuple[str, str], CallFact]]] = {}
        for path, file in self.project.files.items():
            for call in (part for whole in file.calls for part in split(whole)):
                caller = (path, self.top_level(path, call.function))
                for target in self.targets(path, call):
                    found.setdefault((target.path, target.function.name), []).append((caller, call))
        return {key: tuple(calls) for key, calls in found.items()}

    @cached_property
    def _kept_out(self) -> Worlds[frozenset[tuple[str, str]]]:
        """For each world, the functions that never run in it."""
        steps = {key for key in self.project.methods if _is_training_step(key[1].rpartition(".")[2])}
        return Worlds(self._unreached(World.TRAIN, set()), self._unreached(World.EVAL, steps))

    def _unreached(self, world: World, known: set[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """The functions with at least one call in the project, none of which is reached in a world; and those known."""
        callers = {
            key: [(caller, self._is_reached(caller[0], call, world)) for caller, call in calls]
            for key, calls in self.callers.items()
            if not key[1].rpartition(".")[2].startswith(("__", "forward"))
        }
        found = set(known)
        while True:
            more = {key for key, calls in callers.items() if all(not reached or caller in found for caller, reached in calls)}
            if more <= found:
                return frozenset(found)
            found |= more

    def is_given_mode(self, path: str, parameter: Param, seen: frozenset[Param] = frozenset()) -> bool:
        """Whether a call in the project passes what depends on the mode for a parameter, whatever its name.

        Args:
            path: the file of its function.
            parameter: the parameter.
            seen: parameters that it may have come from.
        """
        if parameter in seen:
            return False
        for (caller, _), call in self.callers.get((path, parameter.function), ()):
            for target in self.targets(caller, call):
                if (target.path, target.function.name) == (path, parameter.function):
                    value = self._passed(caller, call, target).get(parameter.name)
                    if value is not None and self._depends_on_mode(caller, call, value.value, seen | {parameter}):
                        return True
        return False

    def _passed(self, path: str, call: CallFact, target: Target) -> dict[str, Passed]:
        """What a call passes for the parameters of a function, unresolved."""
        taken = [item for item in target.function.parameters[target.skip :] if not item.name.startswith("*")]
        partial = self.in_both_worlds(path, call, target.partial) if target.partial else None
        keyword_only = sum(item.keyword_only for item in taken)
        return bind(tuple(item.name for item in taken), call.arguments, partial, keyword_only).named

    def _depends_on_mode(self, path: str, call: CallFact, value: Worlds[Value], seen: frozenset[Param]) -> bool:
        resolved = Worlds(*(self._resolve(path, call, value, world) for world in World))
        if resolved.train != resolved.eval:
            return True
        return isinstance(resolved.eval, Param) and self.is_given_mode(path, resolved.eval, seen)

    def _resolve(self, path: str, call: CallFact, value: Worlds[Value], world: World) -> Value:
        """A value of a call with what the project knows put in."""
        return Resolver(self.project, world, self.owner_of(path, call.function)).resolve(
            self.project.localize(value[world], path)
        )

    def _is_reached(self, path: str, call: CallFact, world: World) -> bool:
        return truth(self._resolve(path, call, call.reach, world)) is not False

    @cached_property
    def reached(self) -> frozenset[tuple[str, str]]:
        """The functions that a method of a Module reaches, other than to make it."""
        pending = [
            (path, function.name)
            for path, file in self.project.files.items()
            for function in file.functions
            if function.owner and self._is_used(path, function)
        ]
        seen = set(pending)
        while pending:
            path, name = pending.pop()
            for call in self.by_function.get((path, name), ()):
                if _is_up_to_caller(call):
                    continue
                for target in self.targets(path, call):
                    key = (target.path, target.function.name)
                    if key not in seen:
                        seen.add(key)
                        pending.append(key)
        return frozenset(seen)

    def _is_used(self, path: str, function: FunctionFacts) -> bool:
        owner = self.project.owner(path, function.owner)
        if owner is None or self.project.construction.only_runs(path, function):
            return False
        return self.project.moduleness(owner) in {Moduleness.YES, Moduleness.LIKELY}


def _is_training_step(method: str) -> bool:
    """Whether a method is for training only by its name, such as ``training_step`` or ``forward_train``."""
    words = name_words(method)
    return len(words) > 1 and not words.isdisjoint(_TRAINING_WORDS) and words.isdisjoint(_OTHER_WORDS)


def _is_up_to_caller(call: CallFact) -> bool:
    """Whether a parameter switches a call on or off: it may be the mode."""
    switches = (part.args[0] if isinstance(part, Op) and part.name == "not" else part for part in conjuncts(call.reach.eval))
    return any(isinstance(switch, Param) for switch in switches)


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
