"""The generators of numpy: it draws in compiled code, so what tells is that their state has moved."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from typing import Protocol

    class _BitGenerator(Protocol):
        state: dict[str, object]


_State = tuple[object, ...]


class NumpyGenerators:
    """numpy's global generator and those that modules hold; none where numpy is not loaded.

    Args:
        model: the model.
    """

    def __init__(self, model: nn.Module) -> None:
        numpy = sys.modules.get("numpy")
        self._set_global = None if numpy is None else numpy.random.set_state
        self._global = None if numpy is None else numpy.random.get_state()
        shared = [] if numpy is None else [numpy.random.mtrand._rand._bit_generator]
        self._generators: list[_BitGenerator] = [*shared, *(_own_generators(model) if numpy is not None else ())]
        self._saved = [generator.state for generator in self._generators]

    def __bool__(self) -> bool:
        return bool(self._generators)

    def states(self) -> tuple[_State, ...]:
        """Where the generators are."""
        return tuple(_fingerprint(generator.state) for generator in self._generators)

    def rewind(self) -> None:
        """Put the generators back to where they were at first."""
        for generator, state in zip(self._generators, self._saved, strict=True):
            generator.state = state
        if self._set_global is not None:
            self._set_global(self._global)  # which also holds a normal number that is kept for the next call


def _own_generators(model: nn.Module) -> Iterator[_BitGenerator]:
    for module in model.modules():
        for value in vars(module).values():
            if type(value).__module__.startswith("numpy.random"):
                yield getattr(value, "_bit_generator", value)


def _fingerprint(state: dict[str, object]) -> _State:
    """What moves with each draw, of the long state of an old generator as of the short one of a new one."""
    inner = state.get("state")
    if not isinstance(inner, dict):
        return (repr(state),)
    key = inner.get("key")
    return (inner.get("pos"), inner.get("state"), state.get("uinteger"), None if key is None else int(key[0]))
