"""Whether drawn numbers change the output: models draw numbers that they then use in training only."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from dropcheck.live.frames import Stacks
from dropcheck.live.names import Names
from dropcheck.live.numpy_draws import NumpyGenerators
from dropcheck.live.observe import Key, in_mode, key_of
from dropcheck.live.operations import Draw
from dropcheck.live.recorder import Arguments, Recorder
from dropcheck.live.restore import Untouched, used_devices
from dropcheck.live.watch import Watch

#: With numbers of Python or numpy, which cannot be set to their extremes, more runs are made.
_RUNS, _MORE_RUNS = 2, 10
#: A loop that waits for a number must not wait for ever.
_MOST_FORCED = 10_000
_BELOW_ONE = 0.9999


def changes_output(model: nn.Module, args: Sequence[object], kwargs: Mapping[str, object], keys: frozenset[Key]) -> bool:
    """Run the model again and again with other numbers from some operations, and with the same from all others.

    Uniform numbers, which are compared with rates, are as low as they can be in one run and as high in the next.

    Args:
        model: the model.
        args: the positional inputs of its forward.
        kwargs: the others.
        keys: the operations.

    Returns:
        Whether two outputs differ.
    """
    torch_only = not any("." in name for name, _, _ in keys)
    first: tuple[object, ...] | None = None
    for run in range(_RUNS if torch_only else _MORE_RUNS):
        with Untouched(model, (args, kwargs)) as untouched:
            output = _Replay(model, untouched, keys, run).output(args, kwargs)
        parts = _comparable(output)
        if first is not None and not _same(first, parts):
            return True
        first = first or parts
    return False


class _Replay:
    """One run, with chosen numbers."""

    def __init__(self, model: nn.Module, untouched: Untouched, keys: frozenset[Key], run: int) -> None:
        self._model = model
        self._recorder = Recorder(self._choose, untouched.before, self._force)
        self._names = Names(model)
        self._keys = keys
        self._run = run
        self._draws = 0
        self._varies = False

    def output(self, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
        self._stacks = Stacks(sys._getframe())
        self._watch = Watch(self._stacks, NumpyGenerators(self._model), lambda *_: None)
        with self._recorder, in_mode(self._model, False), self._watch:
            _seed(self._run)
            random.seed(self._run)
            if "numpy" in sys.modules:
                sys.modules["numpy"].random.seed(self._run)
            return self._model(*args, **kwargs)

    def _choose(self, draw: Draw, frame: FrameType, arguments: Arguments) -> None:
        """Before numbers are drawn: other ones in each run, or the same in all."""
        self._draws += 1
        stack = self._stacks.read(frame)
        name = self._watch.callee or draw.name
        self._varies = key_of(name, stack, self._names, self._model) in self._keys
        seed = self._draws * _MORE_RUNS + (self._run if self._varies else 0)
        generator = arguments[1].get("generator")
        if isinstance(generator, torch.Generator):
            generator.manual_seed(seed)
        else:
            _seed(seed)

    def _force(self, draw: Draw, result: object, arguments: Arguments) -> None:
        """When they are drawn: the lowest possible in one run, the highest in the next."""
        if self._varies and self._run < _RUNS and self._draws < _MOST_FORCED and isinstance(result, torch.Tensor):
            extremes = _extremes(draw, arguments)
            if extremes is not None:
                result.fill_(extremes[self._run])


def _seed(seed: int) -> None:
    """Seed the generators there are; ``torch.manual_seed`` would also seed those of devices that are yet to be used."""
    torch.default_generator.manual_seed(seed)
    for device in used_devices():
        device.manual_seed_all(seed)
    if torch.backends.mps.is_available():
        torch.mps.manual_seed(seed)


def _extremes(draw: Draw, arguments: Arguments) -> tuple[float, float] | None:
    if draw.name in {"bernoulli", "rand", "rand_like"}:
        return 0.0, 1.0 if draw.name == "bernoulli" else _BELOW_ONE
    if draw.name == "uniform":
        given = [bound for bound in arguments[0][1:3] if isinstance(bound, float | int)]
        low, high = (*given, 0.0, 1.0)[:2] if len(given) != 1 else (given[0], 1.0)
        return low, low + (high - low) * _BELOW_ONE
    return None


def _comparable(output: object) -> tuple[object, ...]:
    """The parts of an output; those that are objects by their attributes."""
    parts: list[object] = []
    for leaf in tree_leaves(output):
        inner = getattr(leaf, "__dict__", None)
        parts.extend(_comparable(inner) if inner and not isinstance(leaf, torch.Tensor) else (leaf,))
    return tuple(parts)


def _same(first: Sequence[object], other: Sequence[object]) -> bool:
    return len(first) == len(other) and all(map(_equal, first, other))


def _equal(one: object, two: object) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(two, torch.Tensor):
        return one.shape == two.shape and not one.is_meta and bool(torch.allclose(one, two, rtol=0, atol=0, equal_nan=True))
    return bool(one == two) if isinstance(one, str | int | float | None) else type(one) is type(two)
