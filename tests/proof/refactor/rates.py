"""Where the probability of a dropout call comes from, in every way that people write it.

A *rate* is written with the placeholder ``@``, which becomes the number of its site, so that several live in one class.
"""

from dataclasses import dataclass
from enum import Enum


class Expect(Enum):
    """What a refactor must do with a call."""

    MODULE = "it must become a module"
    CALL = "it must stay a call"
    EITHER = "both are right: the reason to decline is a matter of how much is worked out"


@dataclass(frozen=True, slots=True)
class Rate:
    """One source of a probability.

    Args:
        name: says what it is.
        expression: what the call is given.
        expect: what must become of the call.
        outside: lines in front of the class.
        variables: lines at the head of the class.
        early: lines of ``__init__`` in front of the call of the base's.
        construct: lines of ``__init__``.
        method: lines of a method of its own, that ``forward`` calls in the end.
        parameter: a parameter of ``forward``.
        local: lines of ``forward`` in front of the call.
        tune: lines of ``make`` once ``net`` is there.
        heirs: lines at the head of a subclass.
        child: lines of the ``__init__`` of a subclass, after the base's.
    """

    name: str
    expression: str
    expect: Expect = Expect.MODULE
    outside: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    early: tuple[str, ...] = ()
    construct: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    parameter: str = ""
    local: tuple[str, ...] = ()
    tune: tuple[str, ...] = ()
    heirs: tuple[str, ...] = ()
    child: tuple[str, ...] = ()

    @property
    def bare(self) -> bool:
        """Whether the class needs no ``__init__`` for it."""
        return not (self.early or self.construct or self.heirs or self.child)


#: The same from construction on.
FIXED = (
    Rate("literal", "0.3"),
    Rate("default", ""),
    Rate("quotient", "1 / 4"),
    Rate("constant", "RATE@", outside=("RATE@ = 0.3",)),
    Rate("sum of constants", "RATE@ / 2", outside=("RATE@ = 0.3",)),
    Rate("parameter", "self.p@", construct=("self.p@ = p",)),
    Rate("annotated", "self.p@", construct=("self.p@: float = p",)),
    Rate("computed", "self.p@", construct=("half@ = p / 2", "self.p@ = half@")),
    Rate("parameter rebound later", "self.p@", construct=("self.p@ = p", "p = p / 2")),
    Rate("set twice", "self.p@", construct=("self.p@ = 0.1", "self.p@ = p")),
    Rate("unpacked", "self.p@", construct=("self.p@, self.q@ = p, p / 2",)),
    Rate("set before the base", "self.p@", early=("self.p@ = p",)),
    Rate("class variable", "self.rate@", variables=("rate@ = 0.3",)),
    Rate("configuration", "self.config@.rate", construct=("self.config@ = config",)),
    Rate("part of the configuration", "self.p@", construct=("self.p@ = config.rate",)),
    Rate("expression of an attribute", "self.p@ * 0.5", construct=("self.p@ = p",)),
)
#: Fixed all the same, but a tool may well decline to work that out.
HARD = (
    Rate("branches", "self.p@", Expect.EITHER, construct=("if p > 0.2:", "    self.p@ = p", "else:", "    self.p@ = 0.2")),
    Rate("guarded", "self.p@", Expect.EITHER, construct=("self.p@ = 0.1", "if p > 0.2:", "    self.p@ = p")),
    Rate("item", 'self.rates@["a"]', Expect.EITHER, construct=('self.rates@ = {"a": p}',)),
    Rate("augmented", "self.p@", Expect.EITHER, construct=("self.p@ = p", "self.p@ *= 0.5")),
    Rate("set in a loop", "self.p@", Expect.EITHER, construct=("for value in (0.1, p):", "    self.p@ = value")),
    Rate(
        "tried",
        "self.p@",
        Expect.EITHER,
        construct=("try:", "    self.p@ = float(p)", "except ValueError:", "    self.p@ = 0.2"),
    ),
    Rate(
        "configuration set once more",
        "self.config@.rate",
        Expect.EITHER,
        construct=("self.config@ = config", "config.rate = 0.6"),
    ),
    Rate("by dictionary", "self.p@", Expect.EITHER, construct=("self.p@ = 0.1", 'self.__dict__.update({"p@": p})')),
    Rate("by name", "self.p@", Expect.EITHER, construct=('setattr(self, "p@", p)',)),
    Rate("class variable of a subclass", "self.rate@", Expect.EITHER, variables=("rate@ = 0.3",), heirs=("rate@ = 0.6",)),
    Rate("local alias", "rate@", Expect.EITHER, construct=("self.p@ = p",), local=("rate@ = self.p@",)),
)
#: Different from call to call, or from outside.
CHANGING = (
    Rate("schedule", "self.p@", Expect.CALL, construct=("self.p@ = p",), method=("self.p@ = self.p@ / 2",)),
    Rate("augmented schedule", "self.p@", Expect.CALL, construct=("self.p@ = p",), method=("self.p@ *= 0.5",)),
    Rate("schedule by name", "self.p@", Expect.CALL, construct=("self.p@ = p",), method=('setattr(self, "p@", 0.1)',)),
    Rate("schedule by dictionary", "self.p@", Expect.CALL, construct=("self.p@ = p",), method=('self.__dict__["p@"] = 0.1',)),
    Rate("argument", "p@", Expect.CALL, parameter="p@=0.3"),
    Rate("of the input", "p@", Expect.CALL, local=("p@ = 0.3 if x.shape[0] == 2 else 0.1",)),
    Rate("of the input, inline", "0.3 if x.shape[0] == 2 else 0.1", Expect.CALL),
    Rate("set from outside", "self.p@", Expect.CALL, construct=("self.p@ = p",), tune=("net.p@ = 0.6",)),
    Rate("set from outside with another", "self.p@", Expect.CALL, construct=("self.p@ = p",), tune=("net.q@, net.p@ = 0, 0.6",)),
    Rate(
        "configuration set from outside",
        "self.config@.rate",
        Expect.CALL,
        construct=("self.config@ = config",),
        tune=("net.config@.rate = 0.6",),
    ),
    Rate("item of a global", 'RATES@["a"]', Expect.CALL, outside=('RATES@ = {"a": 0.3}',), method=('RATES@["a"] = 0.1',)),
    Rate("attribute of a global", "Rates@.p", Expect.CALL, outside=("class Rates@:", "    p = 0.3"), method=("Rates@.p = 0.1",)),
    Rate("set by a subclass", "self.p@", Expect.CALL, construct=("self.p@ = p",), child=("self.p@ = 0.6",)),
    Rate(
        "global that changes",
        "RATE@",
        Expect.CALL,
        outside=("RATE@ = 0.3",),
        method=("global RATE@", "RATE@ = 0.1"),
    ),
)
RATES = FIXED + HARD + CHANGING
