"""A site: a place where dropout can happen, linked to what it calls, where it is and what it does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import Enum

from dropcheck.catalogue import DropoutFunction, DropoutModule, Kind
from dropcheck.facts import Argument, CallFact, ClassFacts, FileFacts, FunctionFacts
from dropcheck.frozen import dataclass
from dropcheck.levels import Behaviour
from dropcheck.link.behaviour import Verdict
from dropcheck.link.project import Moduleness
from dropcheck.worlds import Const, Value, Worlds


class Form(Enum):
    """In which form dropout is written."""

    FUNCTION = "function"
    FRESH_MODULE = "fresh module"
    FRESH_CONTAINER = "fresh container"
    MODULE_CALL = "module call"
    CONSTRUCTION = "construction"
    HELPER = "helper call"


@dataclass(frozen=True, slots=True)
class Passed:
    """What a parameter of a site is.

    Args:
        value: its value, resolved, in each world.
        argument: the argument that passes it; None for a default and for what a partial or a mapping passes.
        given: whether it is passed at all; None where an unpacked argument may pass it.
    """

    value: Worlds[Value]
    argument: Argument | None = None
    given: bool | None = False


@dataclass(frozen=True, slots=True)
class ModeSource:
    """How the mode is spelt at a site.

    Args:
        text: such as ``self.training``; empty where no module is at hand.
        sure: whether it is certain that it works; otherwise ``doubt`` says why not.
        doubt: one sentence.
    """

    text: str = ""
    sure: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """The parameter of a helper that switches its dropout.

    Args:
        name: the parameter; empty where there is none.
        negated: whether it turns the dropout off, such as ``deterministic``.
    """

    name: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class HelperLink:
    """How the call of a helper leads to dropout in it, or in a helper of the helper.

    Args:
        site: the place where the dropout is.
        name: the helper that is called.
        flag: the parameter of the helper that switches the dropout.
        p: the parameter of the helper that is its probability; empty where there is none.
        alone: whether the call can lead nowhere else.
    """

    site: Site
    name: str
    flag: Flag = Flag()
    p: str = ""
    alone: bool = True


_NOT_INPLACE: Worlds[Value] = Worlds(Const(False), Const(False))


@dataclass(frozen=True, slots=True)
class Site:
    """A place where dropout can happen, linked.

    Args:
        file: the facts of its file.
        call: the call.
        form: how it is written.
        entry: what it calls, for a function.
        module: what it makes or calls, for a Module.
        p: its drop probability.
        flag: its flag; ``given`` is false and the value true where there is none.
        verdict: what it does.
        function: the function around it.
        owner: the class around it.
        moduleness: whether that class is a Module; NO outside any class.
        mode: how the mode is spelt here.
        enclosing: the functions and classes around it, innermost first.
        at_construction: whether it runs only while an object is made, which is then in training mode.
        reached: whether a Module reaches it when it is used.
        inplace: whether it writes into its input.
        helper: for a helper call, how it leads to the dropout.
        told_at_helper: for a helper call, whether its mistake is every caller's and is reported at the helper.
        hit_by: for dropout in a helper that every call leaves on, these calls.
    """

    file: FileFacts
    call: CallFact
    form: Form
    entry: DropoutFunction | None
    module: DropoutModule | None
    p: Passed
    flag: Passed
    verdict: Verdict
    function: FunctionFacts | None
    owner: ClassFacts | None
    moduleness: Moduleness
    mode: ModeSource
    enclosing: tuple[FunctionFacts | ClassFacts, ...]
    at_construction: bool
    reached: bool
    inplace: Worlds[Value] = _NOT_INPLACE
    helper: HelperLink | None = None
    told_at_helper: bool = False
    hit_by: tuple[Site, ...] = ()

    @property
    def name(self) -> str:
        """What is called, by its short name, such as ``dropout``."""
        known = self.entry or self.module
        assert known is not None
        return known.name.rpartition(".")[2]

    @property
    def attention(self) -> bool:
        """Whether dropout is part of an attention function."""
        return self.entry is not None and self.entry.kind is Kind.ATTENTION

    @property
    def mode_is_p(self) -> bool:
        """Whether p is the mode itself, or its opposite: a flag that landed in the wrong slot."""
        train, other = self.p.value.train, self.p.value.eval
        return (
            isinstance(train, Const)
            and isinstance(other, Const)
            and isinstance(train.value, bool)
            and isinstance(other.value, bool)
            and train.value is not other.value
        )


def in_tests(path: str) -> bool:
    """Whether a file is a test or a benchmark.

    Args:
        path: the file.
    """
    parts = path.replace(os.sep, "/").split("/")
    stem = parts[-1].rpartition(".")[0]
    return (
        stem.startswith("test_")
        or stem.endswith("_test")
        or stem == "conftest"
        or not {"tests", "test", "testing", "benchmarks", "benchmark"}.isdisjoint(parts[:-1])
    )


_WORST_FIRST = (
    Behaviour.ALWAYS_ON,
    Behaviour.INVERTED,
    Behaviour.UNDECIDED,
    Behaviour.CALLER_DECIDES,
    Behaviour.FOLLOWS_MODE,
    Behaviour.NEVER_ON,
)


def worst(sites: Iterable[Site]) -> Site | None:
    """What one call does, by the worst of what it can lead to; None where that is nothing.

    Args:
        sites: what it can lead to.
    """
    return min(sites, key=lambda site: _WORST_FIRST.index(site.verdict.behaviour), default=None)
