"""Sites: the calls of a file that drop, linked to what they call, where they are and what they do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from dropcheck.catalogue import MODULE_PARAMETERS, REQUIRED, DropoutFunction, DropoutModule, Kind
from dropcheck.facts import Argument, CallFact, ClassFacts, FileFacts, FunctionFacts
from dropcheck.link.behaviour import Verdict, verdict
from dropcheck.link.project import Moduleness, Project
from dropcheck.link.resolve import Resolver
from dropcheck.worlds import (
    TRUE,
    Attr,
    CallOf,
    Const,
    Display,
    Imported,
    Opaque,
    Receiver,
    Value,
    World,
    Worlds,
    arms,
)


class Form(Enum):
    """In which form dropout is written."""

    FUNCTION = "function"
    FRESH_MODULE = "fresh module"
    MODULE_CALL = "module call"
    CONSTRUCTION = "construction"


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
        inplace: whether it writes into its input.
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
    inplace: Worlds[Value] = _NOT_INPLACE

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

    @property
    def in_tests(self) -> bool:
        """Whether the file is a test or a benchmark."""
        parts = self.file.path.replace(os.sep, "/").split("/")
        stem = parts[-1].rpartition(".")[0]
        return (
            stem.startswith("test_")
            or stem.endswith("_test")
            or stem == "conftest"
            or not {"tests", "test", "testing", "benchmarks", "benchmark"}.isdisjoint(parts[:-1])
        )


def sites(project: Project, path: str) -> Iterator[Site]:
    """The sites of a file, in order.

    Args:
        project: the linked files.
        path: one of them.
    """
    file = project.files[path]
    for call in file.calls:
        site = _Linker(project, file, call).site()
        if site is not None:
            yield site


class _Linker:
    """Links one call."""

    def __init__(self, project: Project, file: FileFacts, call: CallFact) -> None:
        self.project = project
        self.file = file
        self.call = call
        self.enclosing = tuple(project.enclosing(file.path, call.function))
        self.function = next((scope for scope in self.enclosing if isinstance(scope, FunctionFacts)), None)
        owner_name = self.function.owner if self.function else ""
        self.owner = project.owner(file.path, owner_name) if owner_name else None
        self.resolvers = Worlds(Resolver(project, World.TRAIN, self.owner), Resolver(project, World.EVAL, self.owner))

    def resolve(self, value: Worlds[Value]) -> Worlds[Value]:
        """A value of the call with what the project knows put in."""
        return Worlds(self.resolvers.train.resolve(value.train), self.resolvers.eval.resolve(value.eval))

    def site(self) -> Site | None:
        catalogue = self.project.catalogue
        for callee in self._callees():
            if isinstance(callee, Imported) and callee.path in catalogue.functions:
                return self._function_site(catalogue.functions[callee.path], None)
            if isinstance(callee, Imported) and callee.path in catalogue.modules:
                return self._module_site(catalogue.modules[callee.path], Form.CONSTRUCTION, self.call.arguments)
            if not isinstance(callee, CallOf) or not isinstance(callee.callee, Imported):
                continue
            if callee.callee.path == "functools.partial" and callee.args:
                target = callee.args[0]
                if isinstance(target, Imported) and target.path in catalogue.functions:
                    return self._function_site(catalogue.functions[target.path], callee)
            elif callee.callee.path in catalogue.modules:
                module = catalogue.modules[callee.callee.path]
                if self.call.constructor is not None:
                    return self._module_site(module, Form.FRESH_MODULE, self.call.constructor_arguments)
                if self._is_own_attribute():
                    return self._registered_site(module, callee)
        return None

    def _is_own_attribute(self) -> bool:
        callee = self.call.callee.train
        return isinstance(callee, Attr) and isinstance(callee.base, Receiver)

    def _callees(self) -> Iterator[Value]:
        """What is called: each alternative, an attribute of the instance being what the class assigned to it."""
        for arm in (*arms(self.call.callee.train), *arms(self.call.callee.eval)):
            if isinstance(arm, Attr) and isinstance(arm.base, Receiver) and self.owner is not None:
                for value in self.project.attribute_values(self.owner, arm.name, World.TRAIN) or ():
                    yield from arms(value)
            else:
                yield arm

    # Forms

    def _function_site(self, entry: DropoutFunction, partial: CallOf | None) -> Site:
        passed = bind(entry.parameters, self.call.arguments, partial, entry.keyword_only)
        inplace = Const(entry.inplace == "always")
        if entry.p:
            p = self._passed(passed, entry.p, Const(_default(entry.p_default)))
        else:
            # An entry of the user's without a probability drops at a rate of its own.
            p = Passed(_pair(Opaque("a rate of its own")))
        if entry.flag is None:
            flag = Passed(Worlds(TRUE, TRUE))
        else:
            flag = self._passed(passed, entry.flag, Const(_default(entry.flag_default)))
        site = self._site(Form.FUNCTION, entry, None, p, flag)
        return replace(site, inplace=self._passed(passed, entry.inplace or "", inplace).value)

    def _module_site(self, module: DropoutModule, form: Form, arguments: tuple[Argument, ...]) -> Site:
        passed = bind(MODULE_PARAMETERS, arguments, None, 0)
        p = self._passed(passed, "p", Const(0.5))
        if form is Form.CONSTRUCTION:
            p = replace(p, value=_rate_of_module(p.value.train))
        return self._site(form, None, module, p, Passed(Worlds(TRUE, TRUE)))

    def _registered_site(self, module: DropoutModule, made: CallOf) -> Site:
        """The call of a Module that is an attribute: it follows the mode as the object it belongs to does."""
        rate = self.project.module_rate(made) or Opaque("a rate passed to the constructor")
        inplace = dict(made.keywords).get("inplace", made.args[1] if len(made.args) > 1 else Const(False))
        flag = Passed(Worlds(Const(True, mode=True), Const(False, mode=True)))
        p = Passed(_rate_of_module(self.resolvers.train.resolve(rate)))
        site = self._site(Form.MODULE_CALL, None, module, p, flag)
        return replace(site, inplace=_pair(inplace))

    def _site(self, form: Form, entry: DropoutFunction | None, module: DropoutModule | None, p: Passed, flag: Passed) -> Site:
        moduleness = self.project.moduleness(self.owner) if self.owner else Moduleness.NO
        return Site(
            file=self.file,
            call=self.call,
            form=form,
            entry=entry,
            module=module,
            p=p,
            flag=flag,
            verdict=verdict(self.resolve(self.call.reach), flag.value, p.value),
            function=self.function,
            owner=self.owner[1] if self.owner else None,
            moduleness=moduleness,
            mode=self._mode(moduleness),
            enclosing=self.enclosing,
            at_construction=self.function is not None and self.project.at_construction(self.file.path, self.function),
        )

    def _passed(self, passed: dict[str, Passed], name: str, default: Const) -> Passed:
        found = passed.get(name)
        if found is None and "**" in passed:
            return Passed(_pair(Opaque(f"{name}, which an unpacked argument may pass", mode=True)), given=None)
        if found is None:
            return Passed(_pair(default))
        return Passed(self.resolve(found.value), found.argument, found.given)

    def _mode(self, moduleness: Moduleness) -> ModeSource:
        function = self.function
        if function is None:
            return ModeSource()
        if function.receiver and self.owner is not None:
            text = f"{function.receiver}.training"
            cls = self.owner[1]
            if moduleness is Moduleness.YES or cls.reads_mode:
                return ModeSource(text, sure=True)
            if moduleness is not Moduleness.NO:
                doubt = f"{cls.name} inherits from a class outside the project, which may not be a torch.nn.Module."
                return ModeSource(text, doubt=doubt)
        for scope in self.enclosing:
            if isinstance(scope, FunctionFacts) and scope.modules:
                return ModeSource(f"{scope.modules[0]}.training", sure=True)
        return ModeSource()


def _rate_of_module(rate: Value) -> Worlds[Value]:
    """The p of a module: fixed when it is made, so what decides it there is no question of the mode."""
    return _pair(rate if isinstance(rate, Const) else Opaque("a rate given at construction"))


def _default(value: object) -> bool | float | None:
    return None if value is REQUIRED or not isinstance(value, (bool, int, float)) else value


def _pair(value: Value) -> Worlds[Value]:
    return Worlds(value, value)


def bind(
    parameters: tuple[str, ...], arguments: tuple[Argument, ...], partial: CallOf | None, keyword_only: int
) -> dict[str, Passed]:
    """Which argument a call passes for which parameter.

    Args:
        parameters: the names of the callee's parameters, in order.
        arguments: the arguments of the call.
        partial: the ``functools.partial`` in between, if any.
        keyword_only: how many of the last parameters must be named.

    Returns:
        What is passed, by parameter. The key ``**`` is there where an unpacked argument may pass more.
    """
    passed: dict[str, Passed] = {}
    positional = parameters[: len(parameters) - keyword_only]
    index = 0
    if partial is not None:
        for value in partial.args[1:]:
            if index < len(positional):
                passed[positional[index]] = Passed(_pair(value), given=True)
            index += 1
        for name, value in partial.keywords:
            passed["**" if name in {"*", "**"} else name] = Passed(_pair(value), given=True)
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
