"""Sees every operation that reaches torch's kernels: also those of compiled C++, TorchScript and fused layers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

import torch
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from dropcheck.live.operations import Draw, active_draw

Arguments = tuple[Sequence[object], Mapping[str, object]]
OnDraw = Callable[[Draw, FrameType, Arguments], None]
Before = Callable[[OpOverload, Arguments], None]
After = Callable[[Draw, object, Arguments], None]


class Recorder(TorchDispatchMode):
    """A dispatch mode that tells of random operations, and of every operation before it runs.

    A dispatch mode, not a function mode: with a function mode, the attention layers of torch leave their fast path.

    Args:
        on_draw: is told of each active random operation before it runs.
        before: is told of each operation before it runs.
        after: is told of each active random operation when it has run, with its result.
    """

    def __init__(self, on_draw: OnDraw, before: Before, after: After | None = None) -> None:
        super().__init__()
        self._on_draw = on_draw
        self._before = before
        self._after = after

    def __torch_dispatch__(
        self, func: object, types: object, args: Sequence[object] = (), kwargs: Mapping[str, object] | None = None
    ) -> object:
        """Run one operation."""
        kwargs = kwargs or {}
        if not isinstance(func, OpOverload):
            return func(*args, **kwargs) if callable(func) else NotImplemented
        if torch.is_inference_mode_enabled():
            # There, operations come as they were called, and what they are made of would not be seen.
            with self:
                result = func.decompose(*args, **kwargs)
            if result is not NotImplemented:
                return result
        self._before(func, (args, kwargs))
        draw = active_draw(func, args, kwargs)
        if draw is not None:
            self._on_draw(draw, sys._getframe(1), (args, kwargs))
        result = func(*args, **kwargs)
        if draw is not None and self._after is not None:
            self._after(draw, result, (args, kwargs))
        return result
