"""Which argument of a call goes to which parameter."""

from __future__ import annotations

from dropcheck.facts import Argument
from dropcheck.link.site import Passed
from dropcheck.worlds import CallOf, Const, Display, Value, Worlds


def pair(value: Value) -> Worlds[Value]:
    """The same value in both worlds."""
    return Worlds(value, value)


def bind(
    parameters: tuple[str, ...], arguments: tuple[Argument, ...], partial: Worlds[CallOf] | None, keyword_only: int
) -> dict[str, Passed]:
    """Which argument a call passes for which parameter.

    Args:
        parameters: the names of the callee's parameters, in order.
        arguments: the arguments of the call.
        partial: the ``functools.partial`` in between, if any, as it is in each world.
        keyword_only: how many of the last parameters must be named.

    Returns:
        What is passed, by parameter. The key ``**`` is there where an unpacked argument may pass more.
    """
    passed: dict[str, Passed] = {}
    positional = parameters[: len(parameters) - keyword_only]
    index = 0
    if partial is not None:
        for values in zip(partial.train.args[1:], partial.eval.args[1:], strict=True):
            if index < len(positional):
                passed[positional[index]] = Passed(Worlds(*values), given=True)
            index += 1
        for (name, ours), (_, theirs) in zip(partial.train.keywords, partial.eval.keywords, strict=True):
            passed["**" if name in {"*", "**"} else name] = Passed(Worlds(ours, theirs), given=True)
    for argument in arguments:
        if argument.keyword is not None:
            passed[argument.keyword] = Passed(argument.value, argument, given=True)
        elif argument.star:
            index = _bind_star(passed, positional, index, argument)
        else:
            if index < len(positional):
                passed[positional[index]] = Passed(argument.value, argument, given=True)
            index += 1
    return passed


def _bind_star(passed: dict[str, Passed], positional: tuple[str, ...], index: int, argument: Argument) -> int:
    """Bind ``*args`` or ``**kwargs`` as far as what it holds is visible; gives the next position."""
    train, other = argument.value.train, argument.value.eval
    if isinstance(train, Display) and isinstance(other, Display) and len(train.items) == len(other.items):
        if argument.star == "*" and train.keys is None:
            for ours, theirs in zip(train.items, other.items, strict=True):
                if index < len(positional):
                    passed[positional[index]] = Passed(Worlds(ours, theirs), given=True)
                index += 1
            return index
        if argument.star == "**" and train.keys is not None and train.keys == other.keys:
            for key, ours, theirs in zip(train.keys, train.items, other.items, strict=True):
                name = key.value if isinstance(key, Const) and isinstance(key.value, str) else "**"
                passed[name] = Passed(Worlds(ours, theirs), given=True)
            return index
    passed["**"] = Passed(argument.value, argument, given=True)
    return index
