"""Who calls whom: the functions of the project that a call can lead to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile

from dropcheck.facts import CallFact, FunctionFacts
from dropcheck.link.behaviour import Answer, Open, Why, parameters, reached
from dropcheck.link.binding import bind
from dropcheck.link.callees import Callees, Target
from dropcheck.link.project import Moduleness
from dropcheck.link.site import Passed
from dropcheck.worlds import TRUE, Op, Param, Value, World, Worlds, conjuncts, name_words, truth

#: A method with one of these words in its name is what a training loop calls and evaluation does not ...
_TRAINING_WORDS = frozenset({"train", "training"})
#: ... unless that is all of the name, which is then the mode or sets it, or the name has one of these, too.
_OTHER_WORDS = frozenset(["is", "eval", "evaluate", "evaluation", "val", "validation", "test", "infer", "inference", "predict"])


class Calls(Callees):
    """Who calls whom, and when that runs."""

    @cached_property
    def by_function(self) -> dict[tuple[str, str], tuple[CallFact, ...]]:
        """The calls in each function, those of functions nested in it included."""
        found: dict[tuple[str, str], list[CallFact]] = {}
        for path, file in self.project.files.items():
            for call in file.calls:
                for name in self._functions_around(path, call.function):
                    found.setdefault((path, name), []).extend(self.parts(call))
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
            for call in (part for whole in file.calls for part in self.parts(whole)):
                caller = (path, self.top_level(path, call.function))
                for target in self.targets(path, call):
                    found.setdefault((target.path, target.function.name), []).append((caller, call))
        return {key: tuple(calls) for key, calls in found.items()}

    @cached_property
    def _kept_out(self) -> Worlds[frozenset[tuple[str, str]]]:
        """For each world, the functions that never run in it."""
        steps = {key for key in self.project.methods if _is_training_step(key[1].rpartition(".")[2])}
        known = Worlds[set[tuple[str, str]]](set(), steps)
        left_out = Worlds(*({key for key, runs in self._decorated[world].items() if runs is False} for world in World))
        return Worlds(*(self._unreached(world, known[world] | left_out[world]) for world in World))

    @cached_property
    def _decorated(self) -> Worlds[dict[tuple[str, str], Answer]]:
        """For each world, whether functions with decorators of the project run in it when they are called."""
        files = self.project.files.items()
        decorated = [(path, function) for path, file in files for function in file.functions if function.decorators]
        return Worlds(*({(path, one.name): self._is_handed_on(path, one, world) for path, one in decorated} for world in World))

    def _is_handed_on(self, path: str, function: FunctionFacts, world: World) -> Answer:
        """Whether every decorator of a function calls what it is given: yes, too, where it is not seen what one does."""
        for decorator in function.decorators:
            found = self.project.function_of(self.project.localize(decorator, path))
            answers = [self._reached(found[0], call, world) for call in self._given_calls(*found)] if found is not None else []
            if answers and True not in answers:
                return next((answer for answer in answers if answer is not False), False)
        return True

    def _given_calls(self, path: str, decorator: FunctionFacts) -> Iterator[CallFact]:
        """The calls that a function inside a decorator makes of what the decorator is given."""
        for call in self.by_function.get((path, decorator.name), ()):
            callee = call.callee.train
            if isinstance(callee, Param) and call.function.startswith(f"{callee.function}."):
                yield call

    def in_doubt(self, path: str, function: str, world: World) -> bool:
        """Whether a function runs in a world only where its author, or who calls its callers, decides that by the mode."""
        key = (path, self.top_level(path, function))
        return key in self._unsure[world] and key not in self._kept_out[world]

    @cached_property
    def _unsure(self) -> Worlds[frozenset[tuple[str, str]]]:
        """For each world, the functions that never run in it or that are in doubt."""
        doubted = Worlds(*({key for key, runs in self._decorated[world].items() if runs is not True} for world in World))
        return Worlds(*(self._unreached(world, doubted[world] | self._kept_out[world], surely=True) for world in World))

    def _unreached(self, world: World, known: set[tuple[str, str]], *, surely: bool = False) -> frozenset[tuple[str, str]]:
        """The functions with at least one call in the project, none of which is reached (surely) in a world; and those known."""
        is_reached = self._is_surely_reached if surely else self._is_reached
        callers = {
            key: [(caller, is_reached(caller[0], call, world)) for caller, call in calls]
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
        return self.resolvers.of(self.owner_of(path, call.function))[world].resolve(self.project.localize(value[world], path))

    def _is_reached(self, path: str, call: CallFact, world: World) -> bool:
        return truth(self._resolve(path, call, call.reach, world)) is not False

    def _reached(self, path: str, call: CallFact, world: World) -> Answer:
        return reached(Worlds(*(self._resolve(path, call, call.reach, each) for each in World)), world)

    def _is_surely_reached(self, path: str, call: CallFact, world: World) -> bool:
        """Whether a call is reached in a world, whatever is decided by the mode but not by ``training``."""
        if call.reach.train == call.reach.eval == TRUE:
            return True
        answer = self._reached(path, call, world)
        if not isinstance(answer, Open) or answer.why is not Why.CALLER:
            return answer is True
        reach = self._resolve(path, call, call.reach, world)
        switches = [found for part in conjuncts(reach) for found in parameters(part) if found.name == answer.name]
        return all(self.callers.get((path, one.function)) and not self.is_given_mode(path, one) for one in switches)

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
