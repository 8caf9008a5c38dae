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
#: Forms of the flag that follow the mode.
FLAGS = ("self.training", "self.training", "self.training", "bool(self.training)", "True if self.training else False")
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
    ("if self.training:", "    x = $"),
    ("if self.training:", "    x = $", "    x = x * 2"),
    ("if not self.training:", "    x = x * 1", "else:", "    x = $"),
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
    """

    number: int
    kind: str
    slot: Slot
    inplace: bool
    lines: tuple[str, ...]
    expect: Expect

    @property
    def module(self) -> tuple[str, str, bool]:
        """What calls have in common that share a module."""
        return self.kind, self.slot.p, self.inplace


@st.composite
def arguments(draw: st.DrawFn, given: str, p: str, inplace: bool) -> str:
    """What a call is given: its input, then the rest by position as far as that goes, and by keyword."""
    flag, joint = draw(st.sampled_from(FLAGS)), draw(st.sampled_from(JOINTS))
    words = [("input", given), *([("p", p)] if p else []), ("training", flag), *([("inplace", "True")] if inplace else [])]
    plain = draw(st.sampled_from([0, 1, 1, 1, 2, 3])) if p else draw(st.integers(0, 1))
    return joint.join(value if index < plain else f"{name}={value}" for index, (name, value) in enumerate(words))


@st.composite
def sites(draw: st.DrawFn, number: int, functional: str, slot: Slot) -> Site:
    """A call, in place."""
    kind = draw(st.sampled_from([*TWINS, *["dropout"] * 6]))
    inplace = draw(st.integers(0, 3)) == 0
    discarded = inplace and draw(st.booleans())
    value = "y" if discarded else "x.clone()" if inplace else "x"
    if kind == "dropout3d":  # takes no less than four dimensions
        call = f"{functional}{kind}({draw(arguments(f'at({number}, {value}[None])', slot.p, inplace))})[0]"
    else:
        call = f"{functional}{kind}({draw(arguments(f'at({number}, {value})', slot.p, inplace))})"
    unsure = "#" in call or "bool(" in call or " if self.training else " in call
    expect = Expect.EITHER if unsure and slot.rate.expect is Expect.MODULE else slot.rate.expect
    if inplace and "alpha" in kind and expect is Expect.MODULE:  # the twin knows no in-place form
        expect = Expect.CALL if discarded else Expect.EITHER
    place = DISCARDED if discarded else draw(st.sampled_from(PLACES))
    lines = (*slot.lines("local"), *(line.replace("$", call) for line in place))
    return Site(number, kind, slot, inplace, lines, expect)
