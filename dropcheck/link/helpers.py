"""Helpers: functions whose dropout their caller decides, and what each call of one decides.

A site that depends on the parameters of its function is a hole of that function. Where the function is called, the hole is judged
with what the call passes; if it still depends on the parameters of the caller, it is a hole of the caller, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dropcheck.facts import CallFact, as_written
from dropcheck.frozen import dataclass
from dropcheck.levels import Behaviour
from dropcheck.link.behaviour import Verdict, parameters
from dropcheck.link.binding import bind
from dropcheck.link.callees import Target
from dropcheck.link.calls import Calls
from dropcheck.link.linker import Linker
from dropcheck.link.project import Project
from dropcheck.link.site import Flag, Form, HelperLink, Passed, Site, worst
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
    both,
    conjuncts,
    mode_symbol,
    negate,
    truth,
)

_MARK = "dropcheck: always-on"
#: A helper with more holes than this says nothing new with the next one.
_MAX_HOLES = 8


@dataclass(frozen=True, slots=True)
class Hole:
    """Dropout in a function that depends on the parameters of the function.

    Args:
        site: where the dropout is, in this function or in one that it calls.
        reach: the condition under which it is reached, over the parameters.
        flag: its flag.
        p: its probability.
    """

    site: Site
    reach: Worlds[Value]
    flag: Worlds[Value]
    p: Worlds[Value]

    @property
    def key(self) -> object:
        """What tells one hole of a function from another."""
        return self.site.file.path, self.site.call.span, self.reach, self.flag, self.p


class Helpers:
    """The holes of every function of a project.

    Args:
        project: the linked files.
        calls: their calls.
    """

    def __init__(self, project: Project, calls: Calls) -> None:
        self.project = project
        self.calls = calls
        self._holes: dict[tuple[str, str], tuple[Hole, ...]] = {}
        self._complete = False
        self._linkers: dict[int, Linker] = {}

    def linker(self, path: str, call: CallFact) -> Linker:
        """What links a call of the project."""
        if id(call) not in self._linkers:  # which it holds, so that no other has its identity
            self._linkers[id(call)] = Linker(self.project, self.calls, path, call)
        return self._linkers[id(call)]

    def site(self, path: str, call: CallFact) -> Site | None:
        """The call of a helper as a site: the worst of what it leads to; None where it leads to no dropout."""
        targets = self.calls.targets(path, call)
        if len(targets) > 1:  # an argument that one of them takes may be none of another's
            linker = Linker(self.project, self.calls, path, replace(call, insertion=None))
        else:
            linker = self.linker(path, call)
        return worst(
            self._helper_site(linker, target, hole, alone=len(targets) == 1)
            for target in targets
            for hole in self._leads_to(linker, target)
        )

    def holes(self, path: str, function: str) -> tuple[Hole, ...]:
        """The holes of a function."""
        if not self._complete:
            self._complete = True
            self._work_out()
        return self._holes.get((path, function), ())

    def _work_out(self) -> None:
        """Find the holes of every function, from those with dropout in them to their callers until nothing new is found."""
        waiting = sorted(self.calls.by_function)
        while waiting:
            path, function = waiting.pop()
            known = self._holes.get((path, function), ())
            seen = {hole.key for hole in known}
            fresh: dict[object, Hole] = {hole.key: hole for hole in self._find(path, function) if hole.key not in seen}
            if fresh and len(known) < _MAX_HOLES:
                self._holes[path, function] = (*known, *fresh.values())[:_MAX_HOLES]
                waiting.extend(caller for caller, _ in self.calls.callers.get((path, function), ()))

    def _find(self, path: str, function: str) -> Iterator[Hole]:
        for call in self.calls.by_function.get((path, function), ()):
            for hole, judged in self._made_by(self.linker(path, call)):
                yield from _open(hole, judged, function)

    def _made_by(self, linker: Linker) -> Iterator[tuple[Hole, Verdict]]:
        """The dropout that one call leads to, over the parameters of the function around it."""
        site = linker.site
        if site is not None:
            if site.form in {Form.FUNCTION, Form.FRESH_MODULE, Form.FRESH_CONTAINER} and not _is_meant(site):
                yield Hole(site, linker.reach, site.flag.value, site.p.value), site.verdict
            return
        for target in self.calls.targets(linker.file.path, linker.call):
            for hole in self._leads_to(linker, target):
                yield self._substitute(linker, target, hole, self._passed(linker, target))

    def _leads_to(self, linker: Linker, target: Target) -> Iterator[Hole]:
        """The holes of a helper in one call of it: its own, and those of functions that the call passes to it."""
        yield from self.holes(target.path, target.function.name)
        called = [call for call in self.calls.by_function.get((target.path, target.function.name), ()) if _is_passed(call)]
        passed = self._passed(linker, target) if called else {}
        for call in called:
            callee = call.callee.train
            given = passed.get(callee.name) if isinstance(callee, Param) else None
            if given is not None and isinstance(given.value.train, (Imported, Defined, CallOf)):
                called_so = Linker(self.project, self.calls, target.path, replace(call, callee=given.value))
                for hole, _ in self._made_by(called_so):
                    yield hole

    def _helper_site(self, linker: Linker, target: Target, hole: Hole, *, alone: bool) -> Site:
        passed = self._passed(linker, target)
        found, judged = self._substitute(linker, target, hole, passed)
        flag, p = _deciders(hole, target.function.name)
        link = HelperLink(hole.site, as_written(target.function.name), flag, p, alone)
        place = linker.place(Form.HELPER, hole.site.entry, hole.site.module, Passed(found.p), Passed(found.flag))
        return replace(
            place,
            p=replace(passed.get(p, Passed(found.p)), value=found.p),
            flag=replace(passed.get(flag.name, Passed(found.flag)), value=found.flag),
            verdict=judged,
            helper=link,
        )

    def _passed(self, linker: Linker, target: Target) -> dict[str, Passed]:
        """What a call passes for each parameter of a helper, resolved where the call is; defaults included."""
        taken = target.function.parameters[target.skip :]
        plain = [parameter for parameter in taken if not parameter.name.startswith("*")]
        keyword_only = sum(parameter.keyword_only for parameter in plain)
        names = tuple(parameter.name for parameter in plain)
        partial = self.calls.in_both_worlds(linker.file.path, linker.call, target.partial) if target.partial else None
        bound = bind(names, linker.call.arguments, partial, keyword_only)
        passed = {name: replace(item, value=linker.resolve(item.value)) for name, item in bound.named.items()}
        for parameter in taken:
            if parameter.name.startswith("*"):
                several = bound.all_named(names) if parameter.name.startswith("**") else bound.all_positional()
                passed[parameter.name] = Passed(linker.resolve(several))
            elif parameter.name not in passed:
                default = parameter.default and self.project.localize(parameter.default, target.path)
                found = bound.get(parameter.name, default)
                if found is not None:
                    passed[parameter.name] = found
        return passed

    def _substitute(self, linker: Linker, target: Target, hole: Hole, passed: dict[str, Passed]) -> tuple[Hole, Verdict]:
        """A hole of a helper as the call makes it, and the verdict."""
        name = target.function.name

        def put(value: Worlds[Value]) -> Worlds[Value]:
            new = []
            for world in World:
                known = {Param(name, key): item.value[world] for key, item in passed.items()}
                inner = value[world] if target.same_object else _foreign(value[world])
                new.append(linker.resolvers[world].resolve(inner, known))
            return Worlds(*new)

        inside = put(hole.reach)
        outside = linker.reach
        reach = Worlds(both(outside.train, inside.train), both(outside.eval, inside.eval))
        found = Hole(hole.site, reach, put(hole.flag), put(hole.p))
        return found, linker.judge(found.reach, found.flag, found.p)


def _is_meant(site: Site) -> bool:
    """Whether the author marked the dropout as meant, at the call or on a ``def`` or ``class`` line around it."""
    headers = [scope.header for scope in site.enclosing]
    marks = [comment.span.start for comment in site.file.comments if _MARK in comment.text.lower()]
    marked = any(header.start <= mark <= header.end + len(_MARK) for header in headers for mark in marks)
    return marked or any(_MARK in comment for comment in site.call.comments)


def _is_passed(call: CallFact) -> bool:
    """Whether what is called is a parameter of the function around the call."""
    return isinstance(call.callee.train, Param) and call.callee.train.function == call.function


def _open(hole: Hole, judged: Verdict, function: str) -> Iterator[Hole]:
    """The hole, if it is the caller of this very function who decides."""
    if judged.behaviour is not Behaviour.CALLER_DECIDES:
        return
    values = (hole.reach.eval, hole.flag.eval, hole.p.eval)
    if any(parameter.function == function for value in values for parameter in parameters(value)):
        yield hole


def _deciders(hole: Hole, function: str) -> tuple[Flag, str]:
    """The parameters of a function that are the flag and the p of a hole, where they are nothing but that."""
    # Any parameter may decide whether the dropout is reached, such as ``causal``; one is the flag only if it is named as a mode.
    switches = [hole.flag.eval, *(part for part in conjuncts(hole.reach.eval) if mode_symbol(part) is not None)]
    match hole.p.eval:
        case Op(name="choice", args=(condition, _, otherwise)) if truth(otherwise) is False:
            switches.append(condition)
        case Op(name="choice", args=(condition, then, _)) if truth(then) is False:
            switches.append(negate(condition))
    flags = (Flag(_parameter(switch, function)) for switch in switches)
    negated = (Flag(_parameter(negate(switch), function), negated=True) for switch in switches)
    return next((flag for flag in (*flags, *negated) if flag.name), Flag()), _parameter(hole.p.eval, function)


def _parameter(value: Value, function: str) -> str:
    """The name of the parameter that a value is, also of one that ``**kwargs`` hand on; empty where it is anything else."""
    if isinstance(value, Op) and value.name == "taken" and _is_own(value.args[0], function):
        key = value.args[1]
        return key.value if isinstance(key, Const) and isinstance(key.value, str) else ""
    if isinstance(value, Param) and value.function == function and not value.name.startswith("*"):
        return value.name
    return ""


def _is_own(handed: Value, function: str) -> bool:
    return isinstance(handed, Param) and handed.function == function and handed.name.startswith("**")


def _foreign(value: Value) -> Value:
    """A value in which the receiver is another object: its attributes are not those of the caller's."""
    match value:
        case Receiver():
            return Opaque("another object")
        case Attr(base=base):
            return replace(value, base=_foreign(base))
        case Op(args=args):
            return replace(value, args=tuple(_foreign(arg) for arg in args))
        case CallOf(callee=callee, args=args):
            return replace(value, callee=_foreign(callee), args=tuple(_foreign(arg) for arg in args))
        case Display(items=items):
            return replace(value, items=tuple(_foreign(item) for item in items))
    return value
