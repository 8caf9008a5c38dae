"""What the interpreter knows while it walks: paths, names, and the functions it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field

import libcst as cst

from dropcheck.facts import FunctionKind
from dropcheck.frozen import dataclass
from dropcheck.worlds import FALSE, TRUE, Value, any_path, both, choice, join, truth


@dataclass(frozen=True, slots=True)
class FunctionContext:
    """Where in the file some code is.

    Args:
        name: qualified name of the function; empty at module and class level.
        owner: qualified name of the class whose instance ``receiver`` is.
        receiver: the name of the instance; empty where it is not at hand.
        methods: the names the class defines with ``def``.
        kind: how the function is bound.
        node: the function; None at module and class level.
    """

    name: str = ""
    owner: str = ""
    receiver: str = ""
    methods: frozenset[str] = frozenset()
    kind: FunctionKind = FunctionKind.FUNCTION
    node: cst.FunctionDef | cst.Lambda | None = None

    def inner(self, name: str) -> str:
        """The qualified name of something defined here."""
        prefix = self.name or self.owner
        return f"{prefix}.{name}" if prefix else name


@dataclass(slots=True, eq=False)
class Closure:
    """A function defined inside a function: run where it is called, or where it escapes.

    Args:
        context: where it is.
        frame: the frame that defines it.
        reach: the condition under which it is defined.
        statement: the statement that defines it.
        defaults: what its parameters are where nothing is passed, as found where it is defined.
        used: whether it was called or escaped, so that it needs no run of its own.
    """

    node: cst.FunctionDef | cst.Lambda
    context: FunctionContext
    frame: Frame
    reach: Value
    statement: cst.CSTNode | None
    defaults: dict[str, Value]
    used: bool = False


Bound = Value | Closure

#: Turns a name that is one local function on one path and something else on another into an open value.
Blend = Callable[[Bound, Bound], Value]


@dataclass(slots=True)
class State:
    """One point on one path.

    Args:
        reach: the condition under which the point is reached; false behind a ``return``.
        env: what each name is; attributes assigned in this function are kept as ``self.name``.
    """

    reach: Value
    env: dict[str, Bound]

    def fork(self, condition: Value) -> State:
        """The state on the branch where ``condition`` holds."""
        return State(both(self.reach, condition), dict(self.env))

    @property
    def dead(self) -> bool:
        """Whether no path leads here."""
        return truth(self.reach) is False

    def stop(self) -> None:
        """End the path: ``return``, ``raise``, ``break``, ``continue``."""
        self.reach = FALSE


@dataclass(slots=True, eq=False)
class Frame:
    """The run of one function body.

    Args:
        context: which function.
        local: the names it binds.
        state: the current point.
        outer: the frame of the function around it.
        base: the condition under which the body is entered.
        returns: what it returned, each with its condition.
        breaks: for each loop around, the states that left it by ``break``.
        continues: likewise by ``continue``.
        raises: for each block around that catches exceptions, the states in which one was raised.
        closures: functions defined in it.
        body_scope: whether it is the body of a module or class, where names not bound are looked up outside.
        later: whether it may run at another time than the code around it, when attributes may have changed.
        comprehension: whether it is the scope of a comprehension, where a walrus binds outside.
        root: identifies the outermost function that is running, to tell objects made in it from others.
    """

    context: FunctionContext
    local: frozenset[str]
    state: State
    outer: Frame | None = None
    base: Value = TRUE
    returns: list[tuple[Value, Value]] = field(default_factory=list)
    breaks: list[list[State]] = field(default_factory=list)
    continues: list[list[State]] = field(default_factory=list)
    raises: list[list[State]] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    body_scope: bool = False
    later: bool = False
    comprehension: bool = False
    root: int = 0

    def close(self) -> None:
        """Forget what the run knew: the functions defined in it refer to it, a cycle that keeps the syntax tree alive."""
        self.closures = []
        self.state = State(FALSE, {})


def merge(condition: Value, then: State, otherwise: State, blend: Blend) -> State:
    """The state behind an ``if``: names that differ become a choice of the condition.

    Args:
        condition: what was tested.
        then: the state at the end of the branch where it held.
        otherwise: the state at the end of the other branch.
        blend: what to make of a name that is a local function on one of the branches.
    """
    if then.dead:
        return otherwise
    if otherwise.dead:
        return then
    env: dict[str, Bound] = {}
    for name in {**then.env, **otherwise.env}:
        left, right = then.env.get(name), otherwise.env.get(name)
        if left is None or right is None or left is right:
            # A name that only one branch binds is that value wherever it can be read without an error.
            bound = left if left is not None else right
            if bound is not None and not ("." in name and (left is None or right is None)):
                # An attribute, unlike a local name, has a value from before the function, too.
                env[name] = bound
        elif isinstance(left, Closure) or isinstance(right, Closure):
            env[name] = blend(left, right)
        else:
            env[name] = choice(condition, left, right)
    return State(any_path(then.reach, otherwise.reach), env)


def meet(states: Iterable[State], blend: Blend) -> State:
    """The state where several paths come together without a condition that tells them apart."""
    alive = [state for state in states if not state.dead]
    if not alive:
        return State(FALSE, {})
    result = State(alive[0].reach, dict(alive[0].env))
    for state in alive[1:]:
        for name in {**result.env, **state.env}:
            left, right = result.env.get(name), state.env.get(name)
            if "." in name and (left is None or right is None):
                result.env.pop(name, None)
            elif left is None or right is None or left is right:
                bound = left if left is not None else right
                assert bound is not None
                result.env[name] = bound
            elif isinstance(left, Closure) or isinstance(right, Closure):
                result.env[name] = blend(left, right)
            else:
                result.env[name] = join((left, right))
        result.reach = any_path(result.reach, state.reach)
    return result
