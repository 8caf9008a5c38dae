"""Links one call: what it calls, what it passes, where it is, and so what it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from dropcheck.catalogue import MODULE_PARAMETERS, REQUIRED, DropoutFunction, DropoutModule
from dropcheck.facts import Argument, CallFact, ClassFacts, FunctionFacts, as_written
from dropcheck.levels import Behaviour
from dropcheck.link.behaviour import Open, Verdict, Why, parameters, verdict
from dropcheck.link.binding import Bound, bind, pair
from dropcheck.link.calls import Calls
from dropcheck.link.construction import CONSTRUCTORS
from dropcheck.link.made import module_rate, registered_in
from dropcheck.link.project import Moduleness, Project
from dropcheck.link.site import Form, ModeSource, Passed, Site
from dropcheck.worlds import (
    MODE_SET,
    TRUE,
    Attr,
    CallOf,
    Const,
    Imported,
    Opaque,
    Param,
    Receiver,
    Value,
    World,
    Worlds,
    arms,
    both,
    conjuncts,
    join,
    truth,
)

#: Every call of the function is under a condition that its author, or a caller, ties to the mode.
_DOUBT = Opaque("what decides about the calls of the function", mode=True)


class Linker:
    """Links one call.

    Args:
        project: the linked files.
        calls: their calls.
        path: the file of the call.
        call: the call.
    """

    def __init__(self, project: Project, calls: Calls, path: str, call: CallFact) -> None:
        file = project.files[path]
        self.project = project
        self.calls = calls
        self.file = file
        self.call = call
        self.enclosing = project.enclosing(file.path, call.function)
        self.function = next((scope for scope in self.enclosing if isinstance(scope, FunctionFacts)), None)
        owner_name = self.function.owner if self.function else ""
        self.owner = project.owner(file.path, owner_name) if owner_name else None
        self._known = _fixed_before(self.enclosing)
        self.resolvers = calls.resolvers.of(self.owner)

    def resolve(self, value: Worlds[Value]) -> Worlds[Value]:
        """A value of the call with what the project knows put in."""
        train = self.resolvers.train.resolve(self.project.localize(value.train, self.file.path), self._known)
        return Worlds(train, self.resolvers.eval.resolve(self.project.localize(value.eval, self.file.path), self._known))

    @cached_property
    def reach(self) -> Worlds[Value]:
        """The condition under which the call is reached, resolved: false in a world where its function never runs."""
        reach = self.resolve(self.call.reach)
        return Worlds(*(self._where_function_runs(reach[world], world) for world in World))

    def _where_function_runs(self, reach: Value, world: World) -> Value:
        path, function = self.file.path, self.call.function
        if self.calls.never_runs(path, function, world):
            return Const(False, mode=True)
        return both(reach, _DOUBT) if self.calls.in_doubt(path, function, world) else reach

    def judge(self, reach: Worlds[Value], flag: Worlds[Value], p: Worlds[Value]) -> Verdict:
        """What dropout does here. A parameter in a condition that a call passes the mode for is a flag.

        Args:
            reach: the condition under which it is reached, resolved.
            flag: its flag.
            p: its drop probability.
        """
        judged = verdict(reach, flag, p)
        if judged.behaviour not in {Behaviour.ALWAYS_ON, Behaviour.INVERTED} or truth(reach.eval) is not None:
            return judged
        switches = dict.fromkeys(found for part in conjuncts(reach.eval) for found in parameters(part))
        switch = next((one for one in switches if self.calls.is_given_mode(self.file.path, one)), None)
        if switch is None:
            return judged
        reason = Open(Why.CALLER, switch.name)
        return replace(judged, behaviour=Behaviour.CALLER_DECIDES, reached=Worlds(reason, reason), reason=reason)

    @cached_property
    def site(self) -> Site | None:
        """The site that the call is; None where it is none."""
        catalogue = self.project.catalogue
        for callee in self.calls.callees(self.file.path, self.call):
            if isinstance(callee, Imported) and callee.path in catalogue.functions:
                return self._function_site(catalogue.functions[callee.path], None)
            if isinstance(callee, Imported) and callee.path in catalogue.modules:
                return self._module_site(catalogue.modules[callee.path], Form.CONSTRUCTION, self.call.arguments)
            if not isinstance(callee, CallOf) or not isinstance(callee.callee, Imported):
                continue
            if callee.callee.path == "functools.partial" and callee.args:
                target = callee.args[0]
                if isinstance(target, Imported) and target.path in catalogue.functions:
                    partial = self.calls.in_both_worlds(self.file.path, self.call, callee)
                    return self._function_site(catalogue.functions[target.path], partial)
            elif callee.callee.path in catalogue.modules:
                module = catalogue.modules[callee.callee.path]
                if self.call.constructor is not None:
                    site = self._module_site(module, Form.FRESH_MODULE, self.call.constructor_arguments)
                    return self._in_its_mode(site)
                if self._is_own_attribute():
                    return self._registered_site(module, callee)
            elif self.call.constructor is not None:
                return self._fresh_container(callee)
        return None

    def _is_own_attribute(self) -> bool:
        callee = self.call.callee.train
        return isinstance(callee, Attr) and isinstance(callee.base, Receiver)

    # Forms

    def _function_site(self, entry: DropoutFunction, partial: Worlds[CallOf] | None) -> Site:
        passed = bind(entry.parameters, self.call.arguments, partial, entry.keyword_only)
        inplace = Const(entry.inplace == "always")
        if entry.p:
            p = self._passed(passed, entry.p, Const(_default(entry.p_default)))
        else:
            # An entry of the user's without a probability drops at a rate of its own.
            p = Passed(pair(Opaque("a rate of its own")))
        if entry.flag is None:
            flag = Passed(Worlds(TRUE, TRUE))
        else:
            flag = self._passed(passed, entry.flag, Const(_default(entry.flag_default)))
        site = self.place(Form.FUNCTION, entry, None, p, flag)
        return replace(site, inplace=self._passed(passed, entry.inplace or "", inplace).value)

    def _module_site(self, module: DropoutModule, form: Form, arguments: tuple[Argument, ...]) -> Site:
        passed = bind(MODULE_PARAMETERS, arguments, None, 0)
        p = self._passed(passed, "p", Const(0.5))
        if form is Form.CONSTRUCTION:
            p = replace(p, value=_rate_of_module(p.value.train))
        return self.place(form, None, module, p, Passed(Worlds(TRUE, TRUE)))

    def _fresh_container(self, made: CallOf) -> Site | None:
        """The call of a container that is made where it is called, for the dropout in it."""
        for part in registered_in(made):
            rate = module_rate(self.project.catalogue, part)
            if rate is not None and isinstance(part.callee, Imported):
                module = self.project.catalogue.modules[part.callee.path]
                p = Passed(_rate_of_module(self.resolvers.train.resolve(rate)))
                return self._in_its_mode(self.place(Form.FRESH_CONTAINER, None, module, p, Passed(Worlds(TRUE, TRUE))))
        return None

    def _in_its_mode(self, site: Site) -> Site:
        """A fresh module with the mode it was put into where it was made; without that, it is in training mode."""
        flag = self.resolve(Worlds(_mode_set(self.call.callee.train), _mode_set(self.call.callee.eval)))
        return replace(site, flag=Passed(flag), verdict=self.judge(self.reach, flag, site.p.value))

    def _registered_site(self, module: DropoutModule, made: CallOf) -> Site:
        """The call of a Module that is an attribute: it follows the mode as the object it belongs to does."""
        rate = module_rate(self.project.catalogue, made) or Opaque("a rate passed to the constructor")
        inplace = dict(made.keywords).get("inplace", made.args[1] if len(made.args) > 1 else Const(False))
        flag = Passed(Worlds(Const(True, mode=True), Const(False, mode=True)))
        p = Passed(_rate_of_module(self.resolvers.train.resolve(rate)))
        site = self.place(Form.MODULE_CALL, None, module, p, flag)
        return replace(site, inplace=pair(inplace))

    def place(self, form: Form, entry: DropoutFunction | None, module: DropoutModule | None, p: Passed, flag: Passed) -> Site:
        """A site at this call, of any form."""
        moduleness = self.project.moduleness(self.owner) if self.owner else Moduleness.NO
        return Site(
            file=self.file,
            call=self.call,
            form=form,
            entry=entry,
            module=module,
            p=p,
            flag=flag,
            verdict=self.judge(self.reach, flag.value, p.value),
            function=self.function,
            owner=self.owner[1] if self.owner else None,
            moduleness=moduleness,
            mode=self._mode(moduleness),
            enclosing=self.enclosing,
            at_construction=self.function is not None and self.project.construction.only_runs(self.file.path, self.function),
            reached=(self.file.path, self.calls.top_level(self.file.path, self.call.function)) in self.calls.reached,
        )

    def _passed(self, bound: Bound, name: str, default: Const) -> Passed:
        found = bound.get(name, default) or Passed(pair(default))
        return replace(found, value=self.resolve(found.value))

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
                doubt = f"{as_written(cls.name)} inherits from a class outside the project, which may not be a torch.nn.Module."
                return ModeSource(text, doubt=doubt)
        for scope in self.enclosing:
            if isinstance(scope, FunctionFacts) and scope.modules:
                return ModeSource(f"{scope.modules[0]}.training", sure=True)
        return ModeSource()


def _fixed_before(enclosing: Iterable[FunctionFacts | ClassFacts]) -> dict[Param, Value]:
    """The parameters of functions around the class, and of the constructor around a function: settled before the call runs."""
    known: dict[Param, Value] = {}
    in_class = in_function = False
    for scope in enclosing:
        if isinstance(scope, ClassFacts):
            in_class = True
            continue
        if in_class or (in_function and scope.name.rpartition(".")[2] in CONSTRUCTORS):
            names = (parameter.name.lstrip("*") for parameter in scope.parameters)
            known |= {Param(scope.name, name): Opaque(f"{name}, given to {scope.name}()") for name in names}
        in_function = True
    return known


def _mode_set(callee: Value) -> Value:
    """The mode of a module that was just made: the last that was set; it starts in training mode."""
    return join(
        arm.keywords[-1][1] if isinstance(arm, CallOf) and arm.keywords and arm.keywords[-1][0] == MODE_SET else TRUE
        for arm in arms(callee)
    )


def _rate_of_module(rate: Value) -> Worlds[Value]:
    """The p of a module: fixed when it is made, so what decides it there is no question of the mode."""
    return pair(rate if isinstance(rate, Const) else Opaque("a rate given at construction"))


def _default(value: object) -> bool | float | None:
    return None if value is REQUIRED or not isinstance(value, (bool, int, float)) else value
