"""The same call behind an alias, in a closure or through another import: the same verdict."""

from hypothesis import given
from hypothesis import strategies as st

import dropcheck
from properties.texts import QUICK

CALLS = (
    ("dropout", "x, {p}, {on}"),
    ("dropout", "x, p={p}, training={on}"),
    ("dropout", "x, {p}"),
    ("dropout", "x, training={on}"),
    ("alpha_dropout", "x, {p}, {on}"),
    ("scaled_dot_product_attention", "x, x, x, dropout_p={p}"),
)
RATES = (
    "0.5",
    "0.0",
    "self.p",
    "RATE",
    "(self.p if self.training else 0.0)",
    "(0.0 if self.training else 0.5)",
    "0.5 * self.training",
)
FLAGS = ("self.training", "True", "False", "not self.training", "self.training and self.deep", "bool(self.training)", "self.on")
#: How torch.nn.functional is imported, and how a function of it is then spelt.
IMPORTS = (
    ("import torch.nn.functional as F", "F.{}"),
    ("from torch.nn import functional", "functional.{}"),
    ("from torch import nn", "nn.functional.{}"),
    ("import torch", "torch.nn.functional.{}"),
    ("from torch.nn.functional import {}", "{}"),
    ("from torch.nn.functional import {} as reduce", "reduce"),
    ("import torch.nn.functional as F\nops = F", "ops.{}"),
    ("import torch.nn.functional as F\nreduce = F.{}", "reduce"),
    ("import torch.nn.functional as F\nfirst = F.{}\nreduce = first", "reduce"),
    ("try:\n    import torch.nn.functional as F\nexcept ImportError:\n    F = None", "F.{}"),
    ("import torch.nn.functional as F\nreduce = getattr(F, '{}')", "reduce"),
)
#: Where the call stands; ``$`` is the call.
PLACES = (
    ("return $",),
    ("x = $", "return x"),
    ("return torch.relu($)",),
    ("def inner(x):", "    return $", "return inner(x)"),
    ("return (lambda x: $)(x)",),
    ("inner = lambda x: $", "return inner(x)"),
    ("return [$ for _ in range(2)][0]",),
    ("with torch.no_grad():", "    x = $", "return x"),
    ("try:", "    return $", "finally:", "    pass"),
    ("if (y := $) is not None:", "    x = y", "return x"),
    ("def outer(x):", "    def inner(x):", "        return $", "    return inner(x)", "return outer(x)"),
)


def source(name: str, arguments: str, imports: tuple[str, str], place: tuple[str, ...]) -> str:
    lines, spelling = imports
    call = f"{spelling.format(name)}({arguments})"
    body = "".join(f"        {line.replace('$', call)}\n" for line in place)
    return (
        f"import torch\n{lines.format(name)}\n\nRATE = 0.25\n\n\nclass Net(torch.nn.Module):\n    def __init__(self, on, deep):\n"
        "        super().__init__()\n        self.p = 0.5\n        self.on = on\n        self.deep = deep\n\n"
        f"    def forward(self, x):\n{body}"
    )


def verdicts(text: str) -> list[tuple[object, ...]]:
    return [(one.code, one.confidence, one.behaviour, one.fix and one.fix.applicability) for one in dropcheck.check_source(text)]


@given(st.sampled_from(CALLS), st.sampled_from(RATES), st.sampled_from(FLAGS), st.sampled_from(IMPORTS), st.sampled_from(PLACES))
@QUICK
def test_the_verdict_does_not_hang_on_the_spelling(call, p, on, imports, place) -> None:
    name, arguments = call
    filled = arguments.format(p=p, on=on)
    assert verdicts(source(name, filled, imports, place)) == verdicts(source(name, filled, IMPORTS[0], PLACES[0]))
