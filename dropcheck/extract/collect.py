"""Runs a file in one world: the module body first, then every function it defines."""

from __future__ import annotations

import libcst as cst

from dropcheck.extract.definitions import ClassRecord, Definitions, FunctionRecord, kind_of, method_names, replaced
from dropcheck.extract.frames import Closure, Frame, FunctionContext, State
from dropcheck.extract.libraries import is_of_project
from dropcheck.extract.records import FileRecord, Notes, Recorder
from dropcheck.extract.scopes import annotation_of, bindings, parameters_of
from dropcheck.extract.statements import Statements
from dropcheck.facts import FunctionKind
from dropcheck.worlds import (
    NONE,
    TRUE,
    CallOf,
    Defined,
    Imported,
    Opaque,
    Param,
    Receiver,
    Value,
    World,
    choice,
    conjuncts,
    every,
)

#: Local functions that call each other are followed this deep.
_MAX_DEPTH = 8


class Collector(Statements):
    """Runs a whole file in one world.

    Args:
        world: the world.
        shared: what both worlds share.
        definitions: classes and functions, filled here.
        path: the file.
        module: its dotted name.
        is_package: whether it is an ``__init__``.
    """

    def __init__(
        self,
        world: World,
        shared: FileRecord,
        definitions: Definitions,
        *,
        path: str,
        module: str,
        is_package: bool,
    ) -> None:
        super().__init__(world, Recorder(shared), path)
        self.definitions = definitions
        self.module_path = module
        self.is_package = is_package
        self._waiting: list[tuple[cst.FunctionDef | cst.Lambda, FunctionContext, Frame]] = []
        self._made: dict[int, tuple[Notes, tuple[int, ...]]] = {}
        self._running: list[Closure] = []
        self._roots = 0
        self._replaced: dict[int, str] = {}

    def run(self, tree: cst.Module, twin: Collector | None = None) -> None:
        """Walk the module, then its functions; functions may define classes whose methods follow.

        Args:
            tree: the file.
            twin: the same file in the other world, already run. A function that never mentions the mode is the same in both, so
                its notes are taken over instead of running it again.
        """
        self._replaced = replaced(tree.body)
        self.exec_block(tree.body)
        for node, _, _ in self._waiting:
            for name in self.definitions.functions[id(node)].bindings.outer:
                self.module.state.env[name] = Opaque(f"{name}, which a function sets", mode=True)
        if twin is not None and twin.module.state.env != self.module.state.env:
            twin = None
        while self._waiting:
            node, context, outer = self._waiting.pop(0)
            if twin is not None and not self.definitions.functions[id(node)].bindings.reads_mode:
                self._take_over(id(node), twin)
                continue
            before, waiting = self.recorder.marks(), len(self._waiting)
            self._run_function(node, context, outer)
            nested = tuple(id(later) for later, _, _ in self._waiting[waiting:])
            self._made[id(node)] = (self.recorder.since(before), nested)

    def _take_over(self, function: int, twin: Collector) -> None:
        notes, nested = twin._made[function]
        self.recorder.add(notes)
        for method in nested:
            self._take_over(method, twin)

    def absolute_module(self, name: str, level: int) -> str:
        """The absolute name of the module of a ``from`` import."""
        if not level:
            return name
        parts = self.module_path.split(".")
        keep = len(parts) - level + (1 if self.is_package else 0)
        return ".".join((*parts[: max(keep, 0)], *([name] if name else [])))

    # Definitions

    def exec_FunctionDef(self, node: cst.FunctionDef) -> None:
        decorators = [self.eval(decorator.decorator) for decorator in node.decorators]
        context = self.frame.context
        if not self.frame.body_scope:
            closure = self.make_closure(node, node.name.value)
            if node.decorators:
                self.escape(closure)
                self.bind(node.name.value, Opaque(f"{node.name.value}, a decorated local function"))
            else:
                self.bind(node.name.value, closure)
            return
        kind, suffix, decorated = kind_of(node, in_class=bool(context.owner))
        names = [name for name, _ in parameters_of(node)]
        takes_receiver = kind in {FunctionKind.METHOD, FunctionKind.PROPERTY} and names and not names[0].startswith("*")
        inner = FunctionContext(
            name=self._name(node, node.name.value) + suffix,
            owner=context.owner,
            receiver=names[0] if takes_receiver else "",
            methods=context.methods,
            kind=kind,
            node=node,
        )
        self._wait_for(node, inner, decorated=decorated)
        own = (value.callee if isinstance(value, CallOf) else value for value in decorators)
        self.definitions.functions[id(node)].decorators = tuple(value for value in own if is_of_project(value))
        if not suffix:
            self.bind(node.name.value, Defined(self.path, inner.name))

    def exec_Assign(self, node: cst.Assign) -> None:
        target = node.targets[0].target
        if (
            self.frame.body_scope
            and len(node.targets) == 1
            and isinstance(target, cst.Name)
            and isinstance(node.value, cst.Lambda)
        ):
            self._name_lambda(target.value, node.value)
        else:
            super().exec_Assign(node)

    def _name_lambda(self, name: str, node: cst.Lambda) -> None:
        """``drop = lambda x: ...`` in a module or class is a function of that name."""
        context = self.frame.context
        names = [parameter for parameter, _ in parameters_of(node)]
        takes_receiver = bool(context.owner and names) and not names[0].startswith("*")
        inner = FunctionContext(
            name=self._name(node, name),
            owner=context.owner,
            receiver=names[0] if takes_receiver else "",
            methods=context.methods,
            kind=FunctionKind.METHOD if context.owner else FunctionKind.FUNCTION,
            node=node,
        )
        self._wait_for(node, inner, decorated=False)
        self.bind(name, Defined(self.path, inner.name))

    def exec_ClassDef(self, node: cst.ClassDef) -> None:
        for decorator in node.decorators:
            self.eval(decorator.decorator)
        name = self._name(node, node.name.value)
        self._replaced |= replaced(node.body.body)
        bases = tuple(self.eval(arg.value) for arg in node.bases)
        for keyword in node.keywords:
            self.eval(keyword.value)
        methods = frozenset(method_names(node))
        self.definitions.classes.setdefault(id(node), ClassRecord(node, name, bases, methods))
        outer, statement = self.frame, self.statement
        context = FunctionContext(owner=name, methods=methods)
        frame = Frame(context, frozenset(), State(outer.state.reach, {}), outer=outer, body_scope=True)
        self.frame = frame
        self.exec(node.body)
        for attribute, value in frame.state.env.items():
            if not isinstance(value, Closure):
                self.class_attribute(node, attribute, value)
        self.frame, self.statement = outer, statement
        self.bind(node.name.value, Defined(self.path, name))

    def _name(self, node: cst.CSTNode, name: str) -> str:
        return self.frame.context.inner(self._replaced.get(id(node), name))

    def class_attribute(self, node: cst.ClassDef, name: str, value: Value) -> None:
        """Note what a name of a class body is in the end."""
        self.recorder.attribute(node, (name,), value, self.frame, node)

    def _define(self, node: cst.FunctionDef | cst.Lambda, context: FunctionContext, *, decorated: bool) -> None:
        record = FunctionRecord(node, context, bindings(node), self._defaults(node), decorated)
        self.definitions.functions.setdefault(id(node), record)
        for name, param in parameters_of(node):
            if self._may_name_class(annotation_of(param)):
                self.recorder.shared.annotated.add(Param(context.name, name))

    def _may_name_class(self, annotation: str) -> bool:
        """Whether an annotation may name a class of the project."""
        first, _, _ = annotation.partition(".")
        if not annotation.rpartition(".")[2][:1].isupper():
            return False
        known = self.lookup(first)
        return isinstance(known, Closure) or not isinstance(known, Imported) or is_of_project(known)

    def _defaults(self, node: cst.FunctionDef | cst.Lambda) -> dict[str, Value]:
        return {name: self.eval(param.default) for name, param in parameters_of(node) if param.default is not None}

    def _wait_for(self, node: cst.FunctionDef | cst.Lambda, context: FunctionContext, *, decorated: bool) -> None:
        """Define a function of a module or class, to be run when its names are known."""
        self._define(node, context, decorated=decorated)
        outer = self.frame.outer if context.owner and self.frame.outer is not None else self.frame
        self._waiting.append((node, context, outer))

    # Running functions

    def _run_function(self, node: cst.FunctionDef | cst.Lambda, context: FunctionContext, outer: Frame) -> None:
        self._roots += 1
        frame = self._frame(node, context, outer, TRUE, {})
        frame.root = self._roots
        self.recorder.function(node, self._run(frame, node))

    def _frame(
        self,
        node: cst.FunctionDef | cst.Lambda,
        context: FunctionContext,
        outer: Frame,
        reach: Value,
        passed: dict[str, Value],
    ) -> Frame:
        env: dict[str, Value | Closure] = {}
        for index, (name, _) in enumerate(parameters_of(node)):
            plain = name.lstrip("*")
            if index == 0 and plain == context.receiver and context.kind in {FunctionKind.METHOD, FunctionKind.PROPERTY}:
                env[plain] = Receiver(plain)
            elif index == 0 and context.kind is FunctionKind.CLASS and context.owner:
                env[plain] = Defined(self.path, context.owner)
            else:
                env[plain] = passed.get(plain, Param(context.name, name))
        local = self.definitions.functions[id(node)].bindings.local
        return Frame(context, local, State(reach, env), outer=outer, base=reach, root=outer.root)

    def _run(self, frame: Frame, node: cst.FunctionDef | cst.Lambda, definition: cst.CSTNode | None = None) -> Value:
        """Run a body in its frame and give what it returns; what a lambda holds is in the statement that defines it."""
        caller, statement = self.frame, self.statement
        self.frame = frame
        if isinstance(node, cst.Lambda):
            self.statement = definition
            frame.returns.append((frame.state.reach, self.eval(node.body)))
        else:
            self.exec(node.body)
            if not frame.state.dead:
                frame.returns.append((frame.state.reach, NONE))
        for closure in frame.closures:
            if not closure.used:
                self._run_open(closure, closure.reach)
        self.frame, self.statement = caller, statement
        frame.close()
        result: Value = frame.returns[-1][1] if frame.returns else Opaque("a function that does not return")
        known = conjuncts(frame.base)
        for reach, value in reversed(frame.returns[:-1]):
            condition = every(part for part in conjuncts(reach) if part not in known)
            result = choice(condition, value, result)
        return result

    # Local functions

    def make_closure(self, node: cst.FunctionDef | cst.Lambda, name: str) -> Closure:
        """A function defined inside a function (or a lambda anywhere)."""
        context = self.frame.context
        known = self.definitions.functions.get(id(node))
        if known is None:
            found = bindings(node)
            receiver = "" if context.receiver in found.local else context.receiver
            inner = FunctionContext(context.inner(name), context.owner, receiver, context.methods, node=node)
            self._define(node, inner, decorated=False)
            known = self.definitions.functions[id(node)]
            defaults = dict(known.defaults)
        else:
            defaults = self._defaults(node)
            known.defaults.update(
                {name: Opaque(f"the default of {name}", mode=True) for name in defaults if defaults[name] != known.defaults[name]}
            )
        for shared in known.bindings.outer:
            inner_frame = Frame(known.context, frozenset(), State(TRUE, {}), outer=self.frame)
            self.share(shared, inner_frame)
        closure = Closure(node, known.context, self.frame, self.frame.state.reach, self.statement, defaults)
        self.frame.closures.append(closure)
        if self.frame.body_scope and isinstance(node, cst.Lambda):
            self.escape(closure)
        return closure

    def call_closure(self, closure: Closure, args: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]) -> Value:
        """Run a local function where it is called, with what is passed to it."""
        closure.used = True
        if closure in self._running or len(self._running) >= _MAX_DEPTH:
            return Opaque("a recursive local function", self.recorder.ordinal(closure.node))
        names = [name for name, _ in parameters_of(closure.node)]
        passed = dict(closure.defaults)
        if all(key not in {"*", "**"} for key, _ in keywords):
            passed.update(zip((name for name in names if not name.startswith("*")), args, strict=False))
            passed.update(keywords)
        else:
            passed = {name: Opaque(f"{name}, passed with a star", mode=True) for name in names}
        return self._run_closure(closure, self.frame.state.reach, passed)

    def stand_in(self, closure: Closure) -> Value:
        """The value of a local function that escapes; of one that is not followed it is known whether it reads the mode."""
        record = self.definitions.functions[id(closure.node)]
        reads = record.bindings.reads_mode
        if isinstance(closure.node, cst.FunctionDef) and not reads and not record.decorated and not closure.node.decorators:
            return Defined(self.path, closure.context.name)
        return Opaque("a local function", self.recorder.ordinal(closure.node), mode=reads)

    def escape(self, closure: Closure) -> None:
        """Something else may call a local function, from here on."""
        if closure.used and closure in self._running:
            return
        closure.used = True
        self._run_open(closure, self.frame.state.reach)

    def _run_open(self, closure: Closure, reach: Value) -> None:
        if closure not in self._running and len(self._running) < _MAX_DEPTH:
            self._run_closure(closure, reach, {}, later=True)

    def _run_closure(self, closure: Closure, reach: Value, passed: dict[str, Value], *, later: bool = False) -> Value:
        self._running.append(closure)
        frame = self._frame(closure.node, closure.context, closure.frame, reach, passed)
        frame.later = later
        frame.root = self.frame.root
        value = self._run(frame, closure.node, closure.statement)
        self._running.pop()
        return value
