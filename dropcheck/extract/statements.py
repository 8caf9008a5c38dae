"""Statements: how paths part, end and meet again, one world at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import libcst as cst

from dropcheck.extract.assignments import Assignments, mode_of
from dropcheck.extract.frames import Closure, State, meet, merge
from dropcheck.extract.patterns import matches
from dropcheck.extract.scopes import dotted, names_bound_in
from dropcheck.worlds import (
    TRUE,
    CallOf,
    Const,
    Display,
    Imported,
    Opaque,
    Value,
    both,
    conjuncts,
    every,
    join,
    negate,
    ran_through,
    truth,
)

_SUITES = frozenset({cst.SimpleStatementLine, cst.SimpleStatementSuite, cst.IndentedBlock})
_COMPOUND = frozenset(cst.BaseCompoundStatement.__subclasses__())
#: How often a loop body is walked until its names are taken as open.
_LOOP_PASSES = 3
#: The body of a loop in so many others is walked once: each level would double the time, and there may be twenty.
_DEEP_LOOPS = 5


class Statements(Assignments):
    """Walks statements; classes and functions are left to the collector."""

    _loops = 0  # that are being walked, those around calls of local functions too

    def exec_block(self, body: Sequence[cst.CSTNode]) -> None:
        """Walk statements in order, unreachable ones too: a site there must be known as unreachable."""
        for node in body:
            self.exec(node)

    def exec(self, node: cst.CSTNode) -> None:
        """Walk one statement."""
        kind = type(node)
        if kind in _SUITES:
            for child in cast("cst.BaseSuite", node).body:
                if kind is not cst.IndentedBlock:
                    self.statement = node if kind is cst.SimpleStatementLine else child
                self.exec(child)
            return
        if kind in _COMPOUND:
            self.statement = node
        method: Callable[[cst.CSTNode], None] = getattr(self, f"exec_{kind.__name__}", self.exec_other)
        method(node)

    def exec_other(self, node: cst.CSTNode) -> None:
        """Statements that change nothing here: ``pass``, ``global``, type aliases."""

    # Imports

    def exec_Import(self, node: cst.Import) -> None:
        for alias in node.names:
            path = dotted(alias.name)
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                self.bind(alias.asname.name.value, Imported(path))
            else:
                root = path.partition(".")[0]
                self.bind(root, Imported(root))

    def exec_ImportFrom(self, node: cst.ImportFrom) -> None:
        module = self.absolute_module(dotted(node.module), len(node.relative))
        if isinstance(node.names, cst.ImportStar):
            self.star_imports.append(module)
            return
        for alias in node.names:
            name = dotted(alias.name)
            bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else name
            self.bind(bound, Imported(f"{module}.{name}" if module else name))

    exec_LazyImport = exec_Import
    exec_LazyImportFrom = exec_ImportFrom

    def absolute_module(self, name: str, level: int) -> str:
        """The absolute name of the module of a ``from`` import."""
        raise NotImplementedError

    # Ends of paths

    def exec_Return(self, node: cst.Return) -> None:
        value = Const(None) if node.value is None else self.eval(node.value)
        state = self.frame.state
        if not state.dead:
            self.frame.returns.append((state.reach, value))
        state.stop()

    def exec_Raise(self, node: cst.Raise) -> None:
        if node.exc is not None:
            self.eval(node.exc)
        self._leave(self.frame.raises)

    def exec_Assert(self, node: cst.Assert) -> None:
        condition = self.eval(node.test)
        if node.msg is not None:
            self.under(negate(condition), node.msg)
        state = self.frame.state
        state.reach = both(state.reach, condition)

    def exec_Break(self, node: cst.Break) -> None:  # noqa: ARG002
        self._leave(self.frame.breaks)

    def exec_Continue(self, node: cst.Continue) -> None:  # noqa: ARG002
        self._leave(self.frame.continues)

    def _leave(self, exits: list[list[State]]) -> None:
        state = self.frame.state
        if exits and not state.dead:
            exits[-1].append(State(state.reach, dict(state.env)))
        state.stop()

    # Branches

    def exec_If(self, node: cst.If) -> None:
        condition = self.test(node.test)
        frame = self.frame
        before = frame.state
        frame.state = before.fork(condition)
        self.exec(node.body)
        then, frame.state = frame.state, before.fork(negate(condition))
        if node.orelse is not None:
            self.exec(node.orelse.body if isinstance(node.orelse, cst.Else) else node.orelse)
        frame.state = merge(condition, then, frame.state, self.blend)

    def exec_Match(self, node: cst.Match) -> None:
        subject = self.eval(node.subject)
        frame = self.frame
        ends: list[tuple[Value, State]] = []
        for case in node.cases:
            before = frame.state
            condition, captured = matches(case.pattern, subject, self.eval)
            frame.state = before.fork(condition)
            for name, value in captured:
                self.bind(name, value)
            if case.guard is not None:
                guard = self.eval(case.guard)
                frame.state.reach = both(frame.state.reach, guard)
                condition = both(condition, guard)
            self.exec(case.body)
            ends.append((condition, frame.state))
            frame.state = before.fork(negate(condition))
        for condition, end in reversed(ends):
            frame.state = merge(condition, end, frame.state, self.blend)

    # Loops

    def exec_While(self, node: cst.While) -> None:
        self._loop(node.body, node.orelse, lambda: self.eval(node.test))

    def exec_For(self, node: cst.For) -> None:
        iterated = self.eval(node.iter)

        def enter() -> Value:
            self.assign(node.target, Opaque("what a loop runs over", self.recorder.ordinal(node), mode_of(iterated)))
            for name, element in self.elements(node.target, node.iter):
                self.bind(name, element)
            if isinstance(iterated, Display) and not iterated.items:
                return Opaque("a loop over what is empty", mode=True)  # here, but perhaps not in the other mode
            # It may run or not, whatever the mode; the state behind the loop allows for both.
            return TRUE

        self._loop(node.body, node.orelse, enter, may_end=True)

    def _loop(self, body: cst.BaseSuite, orelse: cst.Else | None, enter: Callable[[], Value], *, may_end: bool = False) -> None:
        frame = self.frame
        before = frame.state
        head = State(before.reach, dict(before.env))
        condition: Value = TRUE
        returned = len(frame.returns)
        passes = _LOOP_PASSES
        if self._loops >= _DEEP_LOOPS:
            head, passes = _opened(head, names_bound_in(body)), 1
        self._loops += 1
        for turn in range(passes):
            del frame.returns[returned:]  # what the last turn returns is all that any turn does
            frame.state = State(head.reach, dict(head.env))
            condition = enter()
            entered = frame.state
            runs = None if may_end else truth(condition)
            frame.state = entered.fork(condition)
            frame.breaks.append([])
            frame.continues.append([])
            self.exec(body)
            breaks, continues = frame.breaks.pop(), frame.continues.pop()
            again = meet((frame.state, *continues), self.blend)
            after = meet((head, again), self.blend)
            after.reach = head.reach
            if runs is False or after.env == head.env:
                break
            head = after if turn < _LOOP_PASSES - 2 else _widen(head, after)
        self._loops -= 1
        # Behind the loop the condition is false, which says nothing worth keeping, except that ``while True`` never ends.
        known = conjuncts(before.reach)
        leaves = [every(part for part in conjuncts(reach) if part not in known) for reach, _ in frame.returns[returned:]]
        behind = both(before.reach, ran_through(leaves))
        ended = State(behind, dict(entered.env if runs is False else head.env))
        if runs is True:
            ended.stop()
        frame.state = ended
        if orelse is not None:
            self.exec(orelse.body)
        left = meet((frame.state, *breaks), self.blend)
        if breaks and not ended.dead:
            left.reach = behind
        frame.state = left

    # Blocks with other ways out

    def exec_With(self, node: cst.With) -> None:
        suppresses = False
        for item in node.items:
            value = self.eval(item.item)
            suppresses = suppresses or (isinstance(value, CallOf) and value.callee == Imported("contextlib.suppress"))
            if item.asname is not None:
                self.assign(item.asname.name, Opaque("what a with statement gives", self.recorder.ordinal(item), mode_of(value)))
        if not suppresses:
            self.exec(node.body)
            return
        frame = self.frame
        before = State(frame.state.reach, dict(frame.state.env))
        frame.raises.append([])
        self.exec(node.body)
        # Where the body raised, the code behind it runs all the same.
        ends = [end for end in (frame.state, *frame.raises.pop()) if not end.dead]
        after = meet(ends, self.blend)
        frame.state = State(after.reach, _either_env(before, after, self.blend).env)

    def exec_Try(self, node: cst.Try) -> None:
        frame = self.frame
        before = State(frame.state.reach, dict(frame.state.env))
        frame.raises.append([])
        self.exec(node.body)
        raised = frame.raises.pop()
        if not node.handlers and frame.raises:
            frame.raises[-1].extend(raised)
        if node.orelse is not None:
            body_end = State(frame.state.reach, dict(frame.state.env))
            self.exec(node.orelse.body)
        else:
            body_end = frame.state
        ends = [frame.state]
        # An exception can come before or after any assignment of the body.
        failed = _either_env(before, body_end, self.blend)
        for handler in node.handlers:
            frame.state = State(before.reach, dict(failed.env))
            if handler.name is not None:
                self.assign(handler.name.name, Opaque("an exception"))
            self.exec(handler.body)
            ends.append(frame.state)
        frame.state = meet(ends, self.blend)
        if node.finalbody is not None:
            reach = frame.state.reach
            if frame.state.dead:
                frame.state.env = dict(failed.env)
            frame.state.reach = before.reach
            self.exec(node.finalbody.body)
            if not frame.state.dead:
                frame.state.reach = reach

    exec_TryStar = exec_Try


def _opened(state: State, names: frozenset[str]) -> State:
    """The state in which these names, and every attribute, may be anything."""
    env = {name: value for name, value in state.env.items() if "." not in name and name not in names}
    return State(state.reach, env | {name: Opaque(f"{name}, which changes in a loop", mode=True) for name in names})


def _widen(old: State, new: State) -> State:
    """Names that still change after several turns are open."""
    env = dict(new.env)
    for name, value in new.env.items():
        if name in old.env and old.env[name] != value and not isinstance(value, Closure):
            env[name] = Opaque(f"{name}, which changes in a loop", mode=mode_of(value))
    return State(new.reach, env)


def _either_env(left: State, right: State, blend: Callable[[Value | Closure, Value | Closure], Value]) -> State:
    """The names where it is not known whether a block ran."""
    env = dict(left.env)
    for name, value in right.env.items():
        known = env.get(name)
        if known is None or known is value:
            env[name] = value
        elif isinstance(known, Closure) or isinstance(value, Closure):
            env[name] = blend(known, value)
        else:
            env[name] = join((known, value))
    return State(left.reach, env)
