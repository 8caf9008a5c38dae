"""Which argument of a call goes to which parameter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from dropcheck.facts import Argument
from dropcheck.frozen import dataclass
from dropcheck.link.site import Passed
from dropcheck.worlds import UNPACKED, CallOf, Const, Display, Opaque, Value, World, Worlds, display, is_handed_on, taken


def pair(value: Value) -> Worlds[Value]:
    """The same value in both worlds."""
    return Worlds(value, value)


@dataclass(slots=True)
class Bound:
    """What a call passes.

    Args:
        positional: the names of the parameters that can be passed by position.
        named: what is passed, by parameter; further keywords, too.
        rest: the positional arguments behind those of the parameters.
        handed: the ``*args`` of the caller that are handed on, and the position of the first.
        handed_names: the ``**kwargs`` of the caller that are handed on.
        hidden: whether something is unpacked that cannot be seen.
    """

    positional: tuple[str, ...]
    named: dict[str, Passed] = field(default_factory=dict)
    rest: list[Worlds[Value]] = field(default_factory=list)
    handed: tuple[Value, int] | None = None
    handed_names: Value | None = None
    hidden: bool = False
    index: int = 0

    def get(self, name: str, default: Value | None) -> Passed | None:
        """What is passed for a parameter.

        Args:
            name: the parameter.
            default: its default; None where it has none.

        Returns:
            What is passed; None where that is nothing and there is no default.
        """
        if name in self.named:
            return self.named[name]
        if self.hidden:
            return Passed(pair(Opaque(f"{name}, which an unpacked argument may pass", mode=True)), given=None)
        if self.handed is None and self.handed_names is None:
            return None if default is None else Passed(pair(default))
        value = default or Opaque(f"{name}, which is not passed")
        if self.handed_names is not None:
            value = taken(self.handed_names, Const(name), value)
        if self.handed is not None and name in self.positional and self.positional.index(name) >= self.handed[1]:
            value = taken(self.handed[0], Const(self.positional.index(name) - self.handed[1]), value)
        return Passed(pair(value), given=None)

    def all_positional(self) -> Worlds[Value]:
        """What a parameter ``*args`` gets."""
        if self.handed is not None and not self.rest and self.handed[1] == len(self.positional):
            return pair(self.handed[0])
        if self.hidden or self.handed is not None:
            return pair(Opaque("what is unpacked", mode=True))
        train, other = (display("tuple", tuple(item[world] for item in self.rest)) for world in World)
        return Worlds(train, other)

    def all_named(self, parameters: Iterable[str]) -> Worlds[Value]:
        """What a parameter ``**kwargs`` gets.

        Args:
            parameters: the names that go to parameters of their own.
        """
        if self.hidden:
            return pair(Opaque("what is unpacked", mode=True))
        own = frozenset(parameters)
        more = {name: passed for name, passed in self.named.items() if name not in own}
        if not more and self.handed_names is not None:
            return pair(self.handed_names)
        unpacked = () if self.handed_names is None else (self.handed_names,)
        keys: tuple[Value, ...] = (*(UNPACKED for _ in unpacked), *map(Const, more))
        values = more.values()
        train = display("dict", (*unpacked, *(passed.value.train for passed in values)), keys)
        return Worlds(train, display("dict", (*unpacked, *(passed.value.eval for passed in values)), keys))

    def add(self, value: Worlds[Value], argument: Argument | None) -> None:
        """Bind the next positional argument."""
        if self.index < len(self.positional):
            self.named[self.positional[self.index]] = Passed(value, argument, given=True)
        else:
            self.rest.append(value)
        self.index += 1

    def add_named(self, name: Value | str, value: Worlds[Value], argument: Argument | None) -> None:
        """Bind a named argument; one whose name cannot be seen may be any."""
        if isinstance(name, Const) and isinstance(name.value, str):
            name = name.value
        if isinstance(name, str) and not name.startswith("*"):
            self.named[name] = Passed(value, argument, given=True)
        elif value.train == value.eval and is_handed_on(value.train) and self.handed_names is None and name in {UNPACKED, "**"}:
            self.handed_names = value.train
        else:
            self.hidden = True

    def unpack(self, argument: Argument) -> None:
        """Bind ``*args`` or ``**kwargs`` as far as what it holds is visible."""
        train, other = argument.value.train, argument.value.eval
        if argument.star == "*" and train == other and is_handed_on(train) and self.handed is None:
            self.handed = (train, self.index)
        elif argument.star == "**" and (is_handed_on(train) or is_handed_on(other)):
            self.add_named("**", argument.value, None)
        elif isinstance(train, Display) and isinstance(other, Display) and _alike(train, other, argument.star):
            if argument.star == "*":
                for ours, theirs in zip(train.items, other.items, strict=True):
                    self.add(Worlds(ours, theirs), None)
            keys = train.keys or ()
            for index, key in enumerate(keys):
                later = [place for place, known in enumerate(keys) if place > index and known == UNPACKED]
                found = (_overridden(side, index, later) for side in (train, other))
                self.add_named(key, Worlds(*found), None)
        else:
            self.hidden = True


def bind(
    parameters: tuple[str, ...], arguments: tuple[Argument, ...], partial: Worlds[CallOf] | None, keyword_only: int
) -> Bound:
    """Which argument a call passes for which parameter.

    Args:
        parameters: the names of the callee's parameters, in order.
        arguments: the arguments of the call.
        partial: the ``functools.partial`` in between, if any, as it is in each world.
        keyword_only: how many of the last parameters must be named.
    """
    bound = Bound(parameters[: len(parameters) - keyword_only])
    if partial is not None:
        for values in zip(partial.train.args[1:], partial.eval.args[1:], strict=True):
            bound.add(Worlds(*values), None)
        for (name, ours), (_, theirs) in zip(partial.train.keywords, partial.eval.keywords, strict=True):
            bound.add_named(name, Worlds(ours, theirs), None)
    for argument in arguments:
        if argument.keyword is not None:
            bound.named[argument.keyword] = Passed(argument.value, argument, given=True)
        elif argument.star:
            bound.unpack(argument)
        else:
            bound.add(argument.value, argument)
    return bound


def _overridden(mapping: Display, index: int, later: Iterable[int]) -> Value:
    """What a mapping holds at a place, if none of the mappings unpacked behind it says otherwise."""
    value, key = mapping.items[index], (mapping.keys or ())[index]
    if isinstance(key, Const):
        for place in later:
            value = taken(mapping.items[place], key, value)
    return value


def _alike(train: Display, other: Display, star: str) -> bool:
    """Whether what is unpacked has the same shape in both worlds."""
    if star == "*":
        return train.keys is None and other.keys is None and len(train.items) == len(other.items)
    return train.keys is not None and train.keys == other.keys and len(train.items) == len(other.items)
