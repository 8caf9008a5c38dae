"""Sees calls as they happen: of functions that can drop, also where they drop nothing, and of Python's and numpy's generators.

Torch's dispatcher shows only what acts. Which lines of dropout were reached and did nothing, and who asked for a random mask,
is told by the interpreter, through ``sys.setprofile``: no function is replaced, so the model takes the paths it always takes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from types import BuiltinFunctionType, CodeType, FrameType

from torch import nn

from dropcheck.catalogue import build_catalogue
from dropcheck.frozen import dataclass
from dropcheck.live.frames import Stack, Stacks, first_argument, is_library
from dropcheck.live.numpy_draws import NumpyGenerators
from dropcheck.live.result import Place

_RECURRENT = frozenset({"lstm", "gru", "rnn_tanh", "rnn_relu"})
_PYTHON_DRAWS = frozenset({"random", "getrandbits"})

OnDraw = Callable[[str, Stack], object]


@dataclass(slots=True)
class Watch:
    """Watches the calls of one run.

    Args:
        stacks: reads the stack.
        numpy: the generators of numpy.
        on_draw: is told of each draw from a generator of Python or numpy.
        reached: every line that a function or module that can drop was called from, or that led there.
        rated: those of them where its probability was not seen to be zero.
        modules: the modules of dropout that ran, each with the module that called it.
    """

    stacks: Stacks
    numpy: NumpyGenerators
    on_draw: OnDraw
    reached: set[Place] = field(default_factory=set)
    rated: set[Place] = field(default_factory=set)
    modules: dict[int, tuple[nn.Module, nn.Module | None]] = field(default_factory=dict)
    _generators: dict[int, Callable[[], None]] = field(default_factory=dict)
    _numpy_at: object = None
    _callees: list[str] = field(default_factory=list)
    _functions: dict[CodeType, tuple[str, str]] = field(default_factory=dict)
    _forwards: dict[CodeType, str] = field(default_factory=dict)
    _builtins: frozenset[str] = frozenset()
    _before: object = None

    @property
    def callee(self) -> str:
        """The outermost function that can drop of which a call is under way; empty if there is none."""
        return self._callees[0].rstrip("_") if self._callees else ""

    def __enter__(self) -> Watch:
        catalogue = build_catalogue()
        known = tuple(_resolved(catalogue.functions))
        rates = {name.rpartition(".")[2]: entry.p for name, entry in catalogue.functions.items()}
        self._functions = {function.__code__: (name, rates[name]) for name, function in known if hasattr(function, "__code__")}
        classes = tuple(_resolved(catalogue.modules))
        self._forwards = {cls.forward.__code__: name for name, cls in classes if hasattr(cls, "forward")}
        self._builtins = frozenset(name for name, function in known if not hasattr(function, "__code__")) | _RECURRENT
        self._numpy_at = self.numpy.states()
        self._before = sys.getprofile()
        sys.setprofile(self._event)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)  # type: ignore[arg-type]  # what getprofile gave
        for undo in self._generators.values():
            undo()

    def _event(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            self._python(frame)
        elif event == "return":
            if self._callees and frame.f_code in self._functions:
                self._callees.pop()
            if self.numpy and not is_library(frame.f_code):
                self._look_at_numpy(frame)
        elif isinstance(argument, BuiltinFunctionType) or event != "c_call":
            self._builtin(frame, event, argument)

    def _python(self, frame: FrameType) -> None:
        code = frame.f_code
        if code in self._functions:
            name, rate = self._functions[code]
            self._enter(name, frame, frame.f_locals.get(rate))
        elif code in self._forwards:
            module = first_argument(frame)
            if isinstance(module, nn.Module):
                stack = self.stacks.read(frame)
                self._reach(stack, getattr(module, "p", None))
                self.modules[id(module)] = module, stack.modules[1] if len(stack.modules) > 1 else None

    def _enter(self, name: str, frame: FrameType, rate: object) -> None:
        if not self._callees:  # what it calls in turn is called with what it was given
            self._reach(self.stacks.read(frame), rate)
        self._callees.append(name)

    def _reach(self, stack: Stack, rate: object) -> None:
        self.reached.update(stack.places)
        if rate != 0:
            self.rated.update(stack.places)

    def _builtin(self, frame: FrameType, event: str, function: object) -> None:
        name = getattr(function, "__name__", "")
        if name in self._builtins:
            if event == "c_call":
                self._enter(name, frame, None)
            elif self._callees:
                self._callees.pop()
        elif event == "c_call":
            self._generator(frame, name, getattr(function, "__self__", None))

    def _look_at_numpy(self, frame: FrameType) -> None:
        """When a function returns, see whether a generator of numpy has moved in it; the line cannot be told."""
        states = self.numpy.states()
        if states != self._numpy_at:
            self._numpy_at = states
            stack = self.stacks.read(frame)
            definition = Place(stack.places[0].path, frame.f_code.co_firstlineno)
            self.on_draw("numpy.random", replace(stack, places=(definition, *stack.places[1:])))

    def _generator(self, frame: FrameType, name: str, owner: object) -> None:
        if isinstance(owner, random.Random) and name in _PYTHON_DRAWS:
            state = owner.getstate()
            self._generators.setdefault(id(owner), lambda: owner.setstate(state))
            self.on_draw("random.random", self.stacks.read(frame))


def _resolved(names: Iterable[str]) -> Iterator[tuple[str, type]]:
    """What is loaded of some qualified names, by their last word."""
    for name in names:
        module, _, word = name.rpartition(".")
        found = getattr(sys.modules.get(module), word, None)
        if found is not None:
            yield word, found
