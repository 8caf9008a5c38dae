"""Sources of Modules with functional dropout, written by hypothesis in all the ways that people write them.

The class is called ``Net``. Every dropout call is given ``at(N, ...)`` as its input, which returns what it is given, so that
the call can be found again once it has become another one.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from proof.refactor.edits import TWINS
from proof.refactor.rates import Expect, Rate

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Imports:
    """How torch is imported, and what its parts are then called."""

    lines: tuple[str, ...]
    module: str
    functional: str


IMPORTS = (
    Imports(("import torch", "import torch.nn as nn", "import torch.nn.functional as F"), "nn.Module", "F."),
    Imports(("import torch", "from torch import nn", "from torch.nn import functional as F"), "nn.Module", "F."),
    Imports(("import torch", "from torch import nn"), "nn.Module", "nn.functional."),
    Imports(("import torch",), "torch.nn.Module", "torch.nn.functional."),
    Imports(("import torch", "import torch.nn as layers, torch.nn.functional as f"), "layers.Module", "f."),
    Imports(("import torch", "import torch.nn.functional as F", "from torch.nn import Module"), "Module", "F."),
    Imports(("import torch", f"from torch.nn.functional import {', '.join(TWINS)}", "from torch import nn"), "nn.Module", ""),
    Imports(("import torch", f"from torch.nn.functional import (\n    {', '.join(TWINS)},\n)"), "torch.nn.Module", ""),
)
#: Forms of the flag that follow the mode. The name ``mode`` is a local one.
FLAGS = ("self.training", "self.training", "self.training", "bool(self.training)", "True if self.training else False", "mode")
#: Forms of the flag, and no flag at all, that leave dropout on in some of the kinds: alpha dropout is off without a flag, and
#: ``dropout3d`` drops so little here that chance may hide it. Not where the data decides: that may be meant, and is not reported.
STUCK = ("", "True")
STUCK_KINDS = ("dropout", "dropout1d", "dropout2d")
JOINTS = (", ", ", ", ",", ",\n        ", ",  # why\n")
#: Statements around a call. ``$`` stands for the call; the input of every call is called ``x``.
PLACES = (
    ("x = $",),
    ("x = x + $",),
    ("x = ($).relu()",),
    ("x = $ if x.shape[0] > 1 else x",),
    ("if x.shape[0] > 1:", "    x = $"),
    ("if x.shape[0] > 1: x = $",),
    ("x = $; x = x + 1",),
    ("for _ in range(2):", "    x = $"),
    ("with torch.enable_grad():", "    x = $  # kept"),
    ("try:", "    x = $", "finally:", "    x = x * 2"),
    ("x = sum([$ for x in (x, x * 2)])",),
    ("x = (lambda x: $)(x)",),
    ("def inner(x):", "    return $", "x = inner(x)"),
    ("x = torch.relu(  # before", "    $  # behind", ")"),
)
#: Statements that reach the call in training only.
GATES = (
    ("if self.training:", "    x = $"),
    ("if self.training:", "    x = $", "    x = x * 2"),
    ("if self.training and x.shape[0] > 1:", "    x = $"),
    ("if not self.training:", "    x = x * 1", "else:", "    x = $"),
    ("x = $ if self.training else x",),
)
#: An in-place call whose result nobody takes.
DISCARDED = ("y = x * 1", "$", "x = y")


@dataclass(frozen=True, slots=True)
class Slot:
    """A rate of the class, which several calls may share."""

    number: int
    rate: Rate

    @property
    def p(self) -> str:
        """Its expression."""
        return self.rate.expression.replace("@", str(self.number))

    def lines(self, part: str) -> Lines:
        """What it needs in a part of the source."""
        return [line.replace("@", str(self.number)) for line in getattr(self.rate, part)]


@dataclass(frozen=True, slots=True)
class Site:
    """One dropout call.

    Args:
        number: names it.
        kind: the functional form.
        slot: where its probability comes from.
        inplace: whether it changes its input.
        lines: its statements.
        expect: what must become of it.
        stuck: whether it drops in evaluation.
    """

    number: int
    kind: str
    slot: Slot
    inplace: bool
    lines: tuple[str, ...]
    expect: Expect
    stuck: bool

    @property
    def module(self) -> tuple[str, str, bool]:
        """What calls have in common that share a module."""
        return self.kind, self.slot.p, self.inplace


@st.composite
def arguments(draw: st.DrawFn, given: str, p: str, flag: str, inplace: bool) -> str:
    """What a call is given: its input, then the rest by position as far as that goes, and by keyword."""
    words = [("input", given), ("p", p), ("training", flag), ("inplace", "True" if inplace else "")]
    full = next((index for index, (_, value) in enumerate(words) if not value), len(words))
    plain = draw(st.sampled_from([0, 1, 1, 1, 2, 3]))
    parts = [value if index < min(plain, full) else f"{name}={value}" for index, (name, value) in enumerate(words) if value]
    return draw(st.sampled_from(JOINTS)).join(parts)


@st.composite
def sites(draw: st.DrawFn, number: int, functional: str, slot: Slot) -> Site:
    """A call, in place."""
    kind = draw(st.sampled_from([*TWINS, *["dropout"] * 6]))
    inplace = draw(st.integers(0, 3)) == 0
    discarded = inplace and draw(st.booleans())
    gated = not discarded and draw(st.integers(0, 4)) == 0
    place = DISCARDED if discarded else draw(st.sampled_from(GATES if gated else PLACES))
    by_data = any("x.shape" in line for line in (*place, slot.rate.expression, *slot.rate.local))
    stuck = kind in STUCK_KINDS and not by_data and draw(st.integers(0, 4)) == 0
    flag = draw(st.sampled_from(STUCK if stuck else FLAGS))
    value = "y" if discarded else "x.clone()" if inplace else "x"
    if kind == "dropout3d":  # takes no less than four dimensions
        call = f"{functional}{kind}({draw(arguments(f'at({number}, {value}[None])', slot.p, flag, inplace))})[0]"
    else:
        call = f"{functional}{kind}({draw(arguments(f'at({number}, {value})', slot.p, flag, inplace))})"
    lines = [*(["mode = self.training"] if flag == "mode" else []), *slot.lines("local")]
    lines += [line.replace("$", call) for line in place]
    expect = fate(kind, slot.rate, call, inplace, discarded)
    return Site(number, kind, slot, inplace, tuple(lines), expect, stuck and not gated)


def fate(kind: str, rate: Rate, call: str, inplace: bool, discarded: bool) -> Expect:
    """What must become of a call, seen by itself."""
    if rate.expect is not Expect.MODULE:
        return rate.expect
    if inplace and "alpha" in kind:  # the twin knows no in-place form
        return Expect.CALL if discarded else Expect.EITHER
    unsure = ("#", "bool(", " if self.training else ", "mode")  # a comment would go, or a flag would have to be understood
    return Expect.EITHER if any(word in call for word in unsure) else Expect.MODULE
