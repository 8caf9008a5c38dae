"""Whole sources around generated dropout calls: imports, base classes, ``__init__``, names that are taken, comments."""

import re
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from proof.refactor.edits import OWNERS
from proof.refactor.modules import IMPORTS, Imports, Lines, Site, Slot, sites
from proof.refactor.rates import CHANGING, FIXED, HARD, Expect

NAMES = ("dropout", "dropout_layer", "dropout1", "dropout2", "dropout_1", "drop", "dropout_module", "attn_dropout")
#: Ways for a name to be taken, by the part of a class that they are in.
TAKEN = {
    "construct": (
        "self.NAME = 0.1",
        "self.NAME: float = 0.1",
        "self.NAME = torch.nn.Identity()",
        'self.register_buffer("NAME", torch.zeros(1))',
        'self.add_module("NAME", torch.nn.Identity())',
        'setattr(self, "NAME", 0.1)',
    ),
    "head": ("NAME = 0.1", "NAME: float = 0.1"),
    "methods": ("def NAME(self, x):\n    return x", "@property\ndef NAME(self):\n    return 0.1", "NAME = staticmethod(abs)"),
}
#: Where the ``__init__`` of ``Net`` is. "inherited" and "handed on" have a base in the same file that sets the attributes.
CONSTRUCTORS = ("own", "own", "own", "own, with a base", "inherited", "handed on", "none")
STARTS = ("super().__init__()", "super().__init__()", "super(Net, self).__init__()", "torch.nn.Module.__init__(self)")
SIGNATURE = "def __init__(self, p=0.3, config=CONFIG):"
PASSING = "def __init__(self, *args, **kwargs):"
PASSED = "super().__init__(*args, **kwargs)"
REMARKS = ((), (), ("# dropout: F.dropout(x, p=0.5)",), ('"""Text about self.dropout = 0.1."""',), ("", "# A remark.", ""))
HEADS = ((), (), ('"""A model."""', ""), ("# A model.", '"""A model."""', "from __future__ import annotations"))
LEAVING = ("if p > 0.9:", "    return")
INDENTS = ("    ", "    ", "  ", "\t")
NEWLINES = ("\n", "\n", "\r\n")
TAIL = """
def make():
    net = {name}()
    {tune}
    return net


def example():
    return (torch.linspace(-1, 1, 24).view(2, 3, 4),)
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A generated source.

    Args:
        text: the source.
        sites: its dropout calls.
        newline: ends its lines.
    """

    text: str
    sites: tuple[Site, ...]
    newline: str


@dataclass(slots=True)
class Class:
    """The parts of a class while it is written.

    Args:
        header: its first line.
        start: the call of the base's ``__init__``; empty for a class without one of its own.
        signature: the first line of ``__init__``.
        head: lines in front of the methods.
        early: lines of ``__init__`` in front of that call.
        construct: lines of ``__init__`` behind it.
        methods: the other methods.
    """

    header: str
    start: str = ""
    signature: str = SIGNATURE
    head: Lines = field(default_factory=list)
    early: Lines = field(default_factory=list)
    construct: Lines = field(default_factory=list)
    methods: Lines = field(default_factory=list)

    def lines(self) -> Lines:
        """Its source."""
        init = ["", self.signature, *indented([*self.early, self.start, *self.construct])] if self.start else []
        return ["", "", self.header, *indented([*self.head, *init, *self.methods] or ["pass"])]


def indented(lines: Lines) -> Lines:
    """Lines one block further in."""
    return [re.sub(r"(?m)^(?=.)", "    ", line) for line in lines]


def classes(constructor: str, module: str, start: str) -> tuple[Class, ...]:
    """``Net``, and its base behind it if it has one."""
    if constructor == "none":
        return (Class(f"class Net({module}):"),)
    if constructor == "own":
        return (Class(f"class Net({module}):", start),)
    base = Class(f"class Base({module}):", "super().__init__()")
    if constructor == "inherited":
        return Class("class Net(Base):"), base
    if constructor == "handed on":
        return Class("class Net(Base):", PASSED, PASSING), base
    return Class("class Net(Base):", "super().__init__(p, config)"), base


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """A source that defines ``make`` and ``example`` (fixtures/README.md tells what they are)."""
    imports = draw(st.sampled_from(IMPORTS))
    constructor = draw(st.sampled_from(CONSTRUCTORS))
    rates = [rate for rate in FIXED * 2 + HARD + CHANGING if rate.bare or constructor != "none"]
    slots = [Slot(number, rate) for number, rate in enumerate(draw(st.lists(st.sampled_from(rates), min_size=1, max_size=3)))]
    found = [draw(sites(number, imports.functional, draw(st.sampled_from(slots)))) for number in range(draw(st.integers(1, 4)))]
    net, *bases = classes(constructor, imports.module, draw(st.sampled_from(STARTS)))
    owner = bases[0] if constructor in {"inherited", "handed on"} else net
    heir = Class("class Child(Net):")
    for slot in {site.slot.number: site.slot for site in found}.values():
        add_rate(slot, net, owner, heir)
    add_forward(draw, net, owner, found, imports)
    aloof = constructor == "own" and not heir.start and draw(st.integers(0, 7)) == 0
    if aloof:  # sets all that its base sets, and passes its base over
        heir.early, heir.start, heir.construct = [*net.early], "torch.nn.Module.__init__(self)", [*net.construct]
    with_heir = bool(heir.head or heir.start) or draw(st.booleans())
    every = [*bases, net, *([heir] if with_heir else [])]
    take_names(draw, every)
    if aloof or constructor == "inherited":
        found = [replace(site, expect=Expect.EITHER) if site.expect is Expect.MODULE else site for site in found]
    lines = [*prelude(draw, imports, found), *(line for item in every for line in item.lines()), ""]
    tune = "; ".join(line for site in found for line in site.slot.lines("tune")) or "pass"
    text = "\n".join(lines) + TAIL.format(name="Child" if with_heir else "Net", tune=tune)
    return written(draw, text, found)


def add_rate(slot: Slot, net: Class, owner: Class, heir: Class) -> None:
    """Write what a rate needs into the classes."""
    net.head += slot.lines("variables")
    owner.early += slot.lines("early")
    owner.construct += slot.lines("construct")
    heir.head += slot.lines("heirs")
    if slot.rate.child:
        heir.signature, heir.start = PASSING, PASSED
        heir.construct += slot.lines("child")
    if slot.rate.method:
        net.methods += ["", f"def change{slot.number}(self):", *indented(slot.lines("method"))]


def add_forward(draw: st.DrawFn, net: Class, owner: Class, found: list[Site], imports: Imports) -> None:
    """Write ``forward``, and a method of its own for some of the calls."""
    body = list(draw(st.sampled_from(REMARKS)))
    if owner.start:
        owner.construct.insert(0, "self.linear = torch.nn.Linear(4, 4)")
        body.append("x = self.linear(x)")
    if imports.functional and draw(st.booleans()):
        body.append(f"x = {imports.functional}relu(x)")
    for site in found:
        if not site.slot.rate.parameter and draw(st.integers(0, 3)) == 0:
            net.methods += ["", f"def part{site.number}(self, x):", *indented([*site.lines, "return x"])]
            body.append(f"x = self.part{site.number}(x)")
        else:
            body += site.lines
    slots = {site.slot.number: site.slot for site in found}.values()
    body += [f"self.change{slot.number}()" for slot in slots if slot.rate.method]
    parameters = "".join(f", {slot.rate.parameter.replace('@', str(slot.number))}" for slot in slots if slot.rate.parameter)
    decorators = draw(st.sampled_from(((), (), ("@keep",), ("@keep  # as it is", "@keep"))))
    net.methods += ["", *decorators, f"def forward(self, x{parameters}):", *indented([*body, "return x"])]
    net.head[:0] = draw(st.sampled_from(REMARKS))
    if net.start:
        net.construct += draw(st.sampled_from(((), (), ("# The end.",), *([LEAVING] if net.signature == SIGNATURE else []))))


def take_names(draw: st.DrawFn, every: list[Class]) -> None:
    """Give some of the names that a refactor might like to others."""
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True)):
        item = draw(st.sampled_from(every))
        part = draw(st.sampled_from(sorted(TAKEN) if item.start else ["head", "methods"]))
        getattr(item, part).append(draw(st.sampled_from(TAKEN[part])).replace("NAME", name))


def prelude(draw: st.DrawFn, imports: Imports, found: list[Site]) -> Lines:
    """Everything in front of the classes."""
    slots = {site.slot.number: site.slot for site in found}.values()
    head = draw(st.sampled_from(HEADS))
    return [
        *head,
        "import types",
        *imports.lines,
        "",
        "CONFIG = types.SimpleNamespace(rate=0.3)",
        *(line for slot in slots for line in slot.lines("outside")),
        *("", "", "def at(number, value):", "    return value"),
        *("", "", "def keep(function):", "    return function"),
    ]


def written(draw: st.DrawFn, text: str, found: list[Site]) -> Source:
    """The text with its own width of blocks and ends of lines."""
    indent, newline = draw(st.sampled_from(INDENTS)), draw(st.sampled_from(NEWLINES))
    text = re.sub(r"\bself\b", draw(st.sampled_from(OWNERS)), text)
    text = re.sub(r"(?m)^( {4})+", lambda match: indent * (len(match[0]) // 4), text)
    if draw(st.integers(0, 4)) == 0:
        text = text.rstrip("\n")
    return Source(text.replace("\n", newline), tuple(found), newline)
