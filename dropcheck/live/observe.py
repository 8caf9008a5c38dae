"""Runs a model once and notes what was random, and which lines and modules of dropout were reached."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from types import FrameType

import torch
from torch import nn

from dropcheck.errors import UserError
from dropcheck.frozen import dataclass
from dropcheck.live.frames import Stack, Stacks
from dropcheck.live.names import Held, Names
from dropcheck.live.numpy_draws import NumpyGenerators
from dropcheck.live.operations import Draw
from dropcheck.live.recorder import Arguments, Recorder
from dropcheck.live.restore import Untouched
from dropcheck.live.result import Place
from dropcheck.live.script import class_name, is_script, lines_of_script
from dropcheck.live.watch import Watch

Key = tuple[str, str, Place | None]

_UNSEEN = "unknown"
_WHY_UNSEEN = "torch's random generator moved out of sight: in another thread, or in a compiled extension"


@dataclass(slots=True)
class Seen:
    """A random operation that was active.

    Args:
        name: what drew.
        p: its drop probability.
        drops: whether dropout is what it is for; otherwise it only draws numbers.
        module: the qualified name of the module.
        module_class: the name of its class.
        stack: the lines outside of torch, innermost first.
        reason: why it was active, where the line does not say it.
        held: where the module is held, if it is a module of dropout.
        own: how many lines, counted from the innermost, belong to the module's method or to what that calls.
        count: how many times.
    """

    name: str
    p: float | None
    drops: bool
    module: str
    module_class: str
    stack: tuple[Place, ...]
    reason: str
    held: tuple[Held, ...]
    own: int
    count: int = 1


@dataclass(slots=True)
class Observation:
    """What one run showed.

    Args:
        seen: the active random operations, by key.
        reached: every line from which a function that can drop was called, or that led there.
        rated: those of them where its probability was not seen to be zero.
        modules: where reached modules of dropout are held, and whether one of them was active.
        rated_modules: those of them whose probability is not zero.
        training: whether the model was in training mode.
    """

    training: bool
    seen: dict[Key, Seen] = field(default_factory=dict)
    reached: set[Place] = field(default_factory=set)
    rated: set[Place] = field(default_factory=set)
    modules: dict[Held, bool] = field(default_factory=dict)
    rated_modules: set[Held] = field(default_factory=set)

    @property
    def active(self) -> frozenset[Place]:
        """Every line that led to an active random operation."""
        return frozenset(place for seen in self.seen.values() for place in seen.stack)


def observe(model: nn.Module, args: Sequence[object], kwargs: Mapping[str, object], *, training: bool = False) -> Observation:
    """Run a model once, and leave it as it was.

    Args:
        model: the model.
        args: the positional inputs of its forward.
        kwargs: the others.
        training: whether to run it in training mode.

    Returns:
        What was seen.

    Raises:
        UserError: the model cannot be run without changing it for good.
        Exception: whatever its forward raises.
    """
    refuse(model)
    observation = Observation(training)
    with Untouched(model, (args, kwargs)) as untouched:
        _Run(model, observation, untouched).run(args, kwargs)
    return observation


def key_of(name: str, stack: Stack, names: Names, model: nn.Module) -> Key:
    """What makes an operation the same one when the model runs again.

    Args:
        name: what draws.
        stack: where.
        names: the names of the modules.
        model: the model.
    """
    module = stack.modules[0] if stack.modules else model
    outer = stack.modules[1] if len(stack.modules) > 1 else None
    return name, names.of(module, outer), stack.places[0] if stack.places else None


def refuse(model: nn.Module) -> None:
    """Refuse what cannot be audited.

    Args:
        model: the model.

    Raises:
        UserError: it is one.
    """
    if any(isinstance(each, nn.UninitializedParameter | nn.UninitializedBuffer) for each in _tensors(model)):
        what = "has lazy layers, which their first input changes for good: call it once before the audit"
        raise UserError(f"{class_name(model)} {what}")


def _tensors(model: nn.Module) -> Iterator[torch.Tensor]:
    yield from model.parameters()
    yield from model.buffers()


@contextmanager
def in_mode(model: nn.Module, training: bool) -> Iterator[None]:
    """Put a model into a mode, without gradients and without compiled code.

    Args:
        model: the model.
        training: the mode.
    """
    # Compiled code fuses its operations out of sight: it runs as it was written.
    with torch.no_grad(), torch.compiler.set_stance("force_eager"):
        if training:
            model.train()
        else:
            model.eval()
        yield


class _Run:
    def __init__(self, model: nn.Module, observation: Observation, untouched: Untouched) -> None:
        self._model = model
        self._names = Names(model)
        self._found = observation
        self._recorder = Recorder(self._on_draw, untouched.before)
        self._drew = False

    def run(self, args: Sequence[object], kwargs: Mapping[str, object]) -> None:
        stacks = Stacks(sys._getframe())
        self._stacks = stacks
        self._watch = Watch(stacks, NumpyGenerators(self._model), self._on_other_draw)
        with self._recorder, in_mode(self._model, self._found.training):
            before = torch.get_rng_state()
            with self._watch:
                self._model(*args, **kwargs)
        if not (self._drew or torch.equal(before, torch.get_rng_state())):
            self._found.seen[_UNSEEN, "", None] = Seen(_UNSEEN, None, False, "", class_name(self._model), (), _WHY_UNSEEN, (), 0)
        self._found.reached, self._found.rated = self._watch.reached, self._watch.rated
        active = {held for seen in self._found.seen.values() for held in seen.held}
        for module, outer in self._watch.modules.values():
            for held in self._names.held(module, outer):
                self._found.modules[held] = held in active
                if getattr(module, "p", None) != 0:
                    self._found.rated_modules.add(held)

    def _on_draw(self, draw: Draw, frame: FrameType, _: Arguments) -> None:
        self._drew = True
        callee = self._watch.callee
        self._note(callee or draw.name, draw.p, draw.drops or bool(callee), self._stacks.read(frame))

    def _on_other_draw(self, name: str, stack: Stack) -> None:
        self._note(name, None, False, stack)

    def _note(self, name: str, p: float | None, drops: bool, stack: Stack) -> None:
        module = stack.modules[0] if stack.modules else self._model
        outer = stack.modules[1] if len(stack.modules) > 1 else None
        seen = Seen(
            name,
            p,
            drops,
            self._names.of(module, outer),
            class_name(module),
            stack.places,
            self._reason(module),
            self._names.held(module, outer) if id(module) in self._watch.modules else (),
            stack.own,
        )
        known = self._found.seen.setdefault(key_of(name, stack, self._names, self._model), seen)
        if known is not seen:
            known.count += 1

    def _reason(self, module: nn.Module) -> str:
        if is_script(module):
            return lines_of_script(module)
        if self._found.training or not module.training:
            return ""
        if not self._names.knows(module):
            return "it is not registered in the model, so eval() does not reach it"
        return "it is in training mode although the model is in evaluation mode: something calls train() on it"
