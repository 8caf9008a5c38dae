"""What a site does in each world: the verdict of the two-world analysis.

Three things decide it: whether the site is reached, whether its flag is on, and whether its p is zero. Each is yes, no, or open
for a reason. What does not depend on the mode counts as possible; what does, but stays open in evaluation, is its author's own
decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from dropcheck.frozen import dataclass
from dropcheck.levels import Behaviour
from dropcheck.worlds import (
    Attr,
    CallOf,
    Const,
    Defined,
    Display,
    Imported,
    Op,
    Opaque,
    Param,
    Receiver,
    Value,
    World,
    Worlds,
    arms,
    conjuncts,
    mode_symbol,
    negate,
    reads_mode,
    truth,
)


class Why(Enum):
    """Why something is open."""

    CALLER = "a parameter decides"
    DECISION = "the author decides"
    STORED = "an attribute decides"
    UNKNOWN = "not established"


@dataclass(frozen=True, slots=True)
class Open:
    """Neither yes nor no.

    Args:
        why: the kind of reason.
        name: the parameter, attribute or expression that is open.
        by_mode: whether it depends on the mode, in a way that is not followed.
    """

    why: Why
    name: str
    by_mode: bool = False


Answer = bool | Open


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a site does.

    Args:
        behaviour: in both worlds together.
        reached: whether it is reached, in each world.
        flag: whether its flag is on.
        p: whether its p is other than zero.
        reason: why it is open, if it is.
    """

    behaviour: Behaviour
    reached: Worlds[Answer]
    flag: Worlds[Answer]
    p: Worlds[Answer]
    reason: Open | None = None

    @property
    def inert(self) -> bool:
        """Whether p is zero in training, so that the site drops nothing whatever its flag says."""
        return self.p.train is False


def verdict(reach: Worlds[Value], flag: Worlds[Value], p: Worlds[Value]) -> Verdict:
    """Judge a site.

    Args:
        reach: the condition under which it is reached, resolved, in each world.
        flag: its flag; constant true for a site without one.
        p: its drop probability.
    """
    reaches = Worlds(*(reached(reach, world) for world in World))
    flag, p = (Worlds(*(_chosen_under(value[world], reach[world]) for world in World)) for value in (flag, p))
    on = _compare(Worlds(_flag(flag.train), _flag(flag.eval)), flag)
    drops = _compare(Worlds(_nonzero(p.train), _nonzero(p.eval)), p, rates=True)
    train = _all_of(reaches.train, on.train, drops.train)
    evaluation = _all_of(reaches.eval, on.eval, drops.eval)
    reason = next((answer for answer in (evaluation, train) if isinstance(answer, Open)), None)
    return Verdict(_behaviour(train, evaluation, reason), reaches, on, drops, reason)


def _chosen_under(value: Value, reach: Value) -> Value:
    """What a value is where a condition holds that it is chosen by."""
    known = conjuncts(reach)
    match value:
        case Op(name="choice", args=(condition, then, _)) if condition in known:
            return _chosen_under(then, reach)
        case Op(name="choice", args=(condition, _, otherwise)) if negate(condition) in known:
            return _chosen_under(otherwise, reach)
    return value


def _behaviour(train: Answer, evaluation: Answer, reason: Open | None) -> Behaviour:
    if evaluation is False and train is not False:
        # Off in evaluation by the mode; what else decides in training does not matter here.
        return Behaviour.FOLLOWS_MODE
    if evaluation is True and isinstance(train, Open) and train.why is Why.DECISION and not train.by_mode:
        # Evaluation always gets here, training under a further condition: what decides there cannot switch this off.
        return Behaviour.ALWAYS_ON
    if reason is not None:
        return Behaviour.CALLER_DECIDES if reason.why is Why.CALLER else Behaviour.UNDECIDED
    if train:
        return Behaviour.ALWAYS_ON if evaluation else Behaviour.FOLLOWS_MODE
    return Behaviour.INVERTED if evaluation else Behaviour.NEVER_ON


def _all_of(*answers: Answer) -> Answer:
    """No if any is no; else open if any is open; else yes."""
    if any(answer is False for answer in answers):
        return False
    return next((answer for answer in answers if isinstance(answer, Open)), True)


def reached(reach: Worlds[Value], world: World) -> Answer:
    """Whether something is reached in a world.

    Args:
        reach: the condition for it, resolved, in each world.
        world: the world.
    """
    if truth(reach[world]) is False:
        return False
    other = reach[World.EVAL if world is World.TRAIN else World.TRAIN]
    others = conjuncts(other)
    for condition in conjuncts(reach[world]):
        if truth(condition) is not None:
            continue
        if condition not in others and truth(other) is not False:
            # The other world gets here without this condition: the author ties it to the mode.
            by_mode = reads_mode(condition) or (isinstance(condition, Op) and condition.name == "loop that may return")
            return Open(Why.DECISION, describe(condition), by_mode=by_mode)
        blamed = _blame(condition)
        if blamed is not None:
            return blamed
    return True


def _compare(answers: Worlds[Answer], values: Worlds[Value], *, rates: bool = False) -> Worlds[Answer]:
    """A value that is open in evaluation and another one in training is the author's decision."""
    evaluated = values.eval
    if answers.eval is False or answers.train is not True or values.train == evaluated:
        return answers
    if isinstance(evaluated, Const) and not rates:
        return answers
    return Worlds(answers.train, Open(Why.DECISION, describe(evaluated)))


def _blame(value: Value) -> Open | None:
    """Why an open condition must not be taken as possible; None where it may."""
    if reads_mode(value):
        return Open(Why.DECISION, describe(value), by_mode=True)
    packed = _packed(value)
    if packed is not None:
        return packed
    symbol = mode_symbol(value)
    if symbol is None:
        return None
    if isinstance(symbol, Param):
        return Open(Why.CALLER, symbol.name)
    return Open(Why.STORED if isinstance(symbol, Attr) else Why.UNKNOWN, describe(symbol))


def _packed(value: Value) -> Open | None:
    """A bare condition that is an item of something, such as ``inputs[1]``: a switch that somebody else packs."""
    bare = value.args[0] if isinstance(value, Op) and value.name == "not" else value
    for whole, index in _wholes(bare):
        if isinstance(whole, Param):
            return Open(Why.CALLER, whole.name)
        # A key in words is an entry of a configuration, which holds in both worlds.
        if isinstance(whole, (Opaque, CallOf)) and isinstance(index, Const) and isinstance(index.value, int):
            return Open(Why.UNKNOWN, describe(whole))
    return None


def _wholes(value: Value, index: Value | None = None) -> Iterator[tuple[Value, Value]]:
    """What a value may be an item of, each with the index."""
    for arm in arms(value):
        if isinstance(arm, Op) and arm.name == "item":
            yield from _wholes(arm.args[0], arm.args[-1])
        elif index is not None:
            yield arm, index


def _flag(value: Value) -> Answer:
    answer = truth(value)
    if answer is not None:
        return answer
    parameter = next(parameters(value), None)
    if parameter is not None:
        return Open(Why.CALLER, parameter.name)
    if reads_mode(value):
        return Open(Why.DECISION, describe(value), by_mode=True)
    if is_mode_method(value):
        return True
    return Open(Why.STORED if isinstance(value, Attr) else Why.UNKNOWN, describe(value))


def is_mode_method(value: Value) -> bool:
    """Whether the value is ``self.train`` or ``self.eval``, uncalled; the project knows no other use of the name."""
    return isinstance(value, Attr) and value.name in {"train", "eval"} and isinstance(value.base, Receiver)


def _nonzero(value: Value) -> Answer:
    """Whether p is other than zero; p that cannot be proved zero counts as other than zero."""
    match value:
        case Const(value=None | str()):
            return False
        case Const(value=rate):
            return rate != 0
        case Op(name="choice", args=(condition, then, otherwise)):
            return _chosen(condition, _nonzero(then), _nonzero(otherwise))
        case Op(name="and", args=(*conditions, last)):
            return _chosen(Op("and", tuple(conditions)) if len(conditions) > 1 else conditions[0], _nonzero(last), False)
        case Op(name="join" | "or", args=args):
            answers = [_nonzero(arg) for arg in args]
            opens = next((answer for answer in answers if isinstance(answer, Open)), None)
            return opens if opens is not None else any(answer is True for answer in answers)
        case Op(name="min", args=args):  # no rate is below zero
            return _all_of(*map(_nonzero, args))
        case Op(name="max", args=args):
            answers = [_nonzero(arg) for arg in args]
            return True if True in answers else next((answer for answer in answers if answer is not False), False)
    parameter = next(parameters(value), None)
    if parameter is not None:
        return Open(Why.CALLER, parameter.name)
    return Open(Why.DECISION, describe(value), by_mode=True) if reads_mode(value) else True


def _chosen(condition: Value, then: Answer, otherwise: Answer) -> Answer:
    if then == otherwise:
        return then
    blamed = _blame(condition)
    if blamed is not None:
        return blamed
    parameter = next(parameters(condition), None)
    if parameter is not None:
        return Open(Why.CALLER, parameter.name)
    return next((answer for answer in (then, otherwise) if isinstance(answer, Open)), True)


def parameters(value: Value) -> Iterator[Param]:
    """Every parameter in a value."""
    match value:
        case Param():
            yield value
        case Attr(base=base):
            yield from parameters(base)
        case Op(args=args) | Display(items=args):
            for arg in args:
                yield from parameters(arg)
        case CallOf(callee=callee, args=args, keywords=keywords):
            for arg in (callee, *args, *(item for _, item in keywords)):
                yield from parameters(arg)


def describe(value: Value) -> str:
    """A value in a few words, for people."""
    match value:
        case Const(value=constant):
            return repr(constant)
        case Receiver(name=name) | Param(name=name) | Defined(name=name):
            return name
        case Imported(path=path):
            return path
        case Attr(base=base, name=name):
            return f"{describe(base)}.{name}"
        case CallOf(callee=callee):
            return f"{describe(callee)}()"
        case Op(name="not", args=(operand,)):
            return f"not {describe(operand)}"
        case Op(name="choice", args=(condition, _, _)):
            return f"a choice by {describe(condition)}"
        case Op(name="taken", args=(base, key, _)):
            return f"{describe(base).lstrip('*')}[{describe(key)}]"
        case Op(name="and" | "or" as name, args=args):
            return f" {name} ".join(describe(arg) for arg in args)
        case Op(name=name, args=(left, right)) if not name[0].isalpha() or name in {"is", "is not", "in", "not in"}:
            return f"{describe(left)} {name} {describe(right)}"
        case Opaque(reason=reason):
            return reason
        case Op(name=name) | Display(kind=name):
            return f"a {name}"
