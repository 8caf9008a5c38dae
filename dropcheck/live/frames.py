"""Where code runs: the lines outside of torch on the stack, to the column, and the modules whose methods run."""

from __future__ import annotations

import linecache
import os
import random
from collections.abc import Iterator
from dataclasses import field
from itertools import islice
from types import CodeType, FrameType

import torch
from torch import nn

from dropcheck.frozen import dataclass
from dropcheck.live.result import Place

_TORCH = os.path.dirname(torch.__file__) + os.sep
_OWN = os.path.dirname(__file__) + os.sep
_OTHERS = frozenset({random.__file__})


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack at one moment, as far as it matters here.

    Args:
        places: the lines outside of torch, innermost first.
        modules: the modules of which a method runs, innermost first.
        own: how many of the lines, from the innermost, are those of a method of a module, or of what that calls.
    """

    places: tuple[Place, ...]
    modules: tuple[nn.Module, ...]
    own: int


@dataclass(slots=True)
class Stacks:
    """Reads stacks, and remembers what is slow to find out.

    Args:
        root: the frame that calls the model: what is above it does not matter.
    """

    root: FrameType
    _places: dict[tuple[CodeType, int], Place] = field(default_factory=dict)

    def read(self, frame: FrameType | None) -> Stack:
        """The stack from a frame up to the root.

        Args:
            frame: the innermost frame.
        """
        places: list[Place] = []
        modules: list[nn.Module] = []
        own = 0
        for each in self._frames(frame):
            module = first_argument(each)
            if not is_library(each.f_code):
                places.append(self._place(each))
                own = own or (len(places) if isinstance(module, nn.Module) else 0)
            if isinstance(module, nn.Module) and (not modules or modules[-1] is not module):
                modules.append(module)
        return Stack(tuple(places), tuple(modules), own or len(places))

    def _frames(self, frame: FrameType | None) -> Iterator[FrameType]:
        while frame is not None and frame is not self.root:
            yield frame
            frame = frame.f_back

    def _place(self, frame: FrameType) -> Place:
        key = frame.f_code, frame.f_lasti
        if key not in self._places:
            self._places[key] = _place(frame)
        return self._places[key]


def is_library(code: CodeType) -> bool:
    """Whether code belongs to torch, to this package or to the standard library's ``random``: nobody's model."""
    return is_library_file(code.co_filename)


def is_library_file(path: str) -> bool:
    """Whether a file belongs to torch, to this package or to the standard library's ``random``.

    Args:
        path: the file.
    """
    return path.startswith((_TORCH, _OWN)) or path in _OTHERS


def first_argument(frame: FrameType) -> object:
    """The first argument of the function of a frame, which in a method is ``self``."""
    code = frame.f_code
    return frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None


def _place(frame: FrameType) -> Place:
    # To the column, because two calls may stand in one row; of a call, this is where its expression starts.
    row, _, column, _ = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None, None, None, None))
    path = frame.f_code.co_filename
    if not path.startswith("<"):
        path = os.path.abspath(path)
    if row is None or column is None:
        return Place(path, frame.f_lineno)
    line = linecache.getline(path, row, frame.f_globals)
    return Place(path, row, len(line.encode()[:column].decode(errors="replace")) + 1)
