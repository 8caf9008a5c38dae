"""Makes a project at random: helpers, layers, a base, a mixin and a model, in one file or in several.

What a project leaves open is decided by ``self.open0`` and so on, given to the constructor of ``Net``: running it with every
combination of them shows all that it can do.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from proof.generated.helpers import FIRST, FULL, HELPERS, Helper
from proof.generated.layout import PACKAGE, Layout
from proof.generated.parts import LAYERS, METHODS, MODULES, STATEMENTS, Part

OPENS = ("open0", "open1", "open2")
MODES = (
    *["self.training"] * 8,
    "(not self.training)",
    "(self.training == True)",
    "(self.training is True)",
    "bool(self.training)",
    "getattr(self, 'training')",
    "self.drop.training",
    "(True if self.training else False)",
    "(self.training is not False)",
    "(self.training != False)",
    "(not (not self.training))",
    "(self.training == False)",
    "(self.training is False)",
)
FORMATTER = string.Formatter()


@dataclass(frozen=True, slots=True)
class Project:
    """The files of a project by their paths, and the module that defines ``Net``."""

    files: Mapping[str, str]
    net: str


@dataclass(slots=True)
class Holder:
    """A class while it is written."""

    name: str
    section: str
    init: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Values:
    """What placeholders of a template stand for, made anew for each of them."""

    make: "Maker"
    section: str
    fixed: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.fixed[key] if key in self.fixed else self.make.value(key, self.section)


@dataclass(slots=True)
class Maker:
    """Makes one project."""

    random: Random
    layout: Layout
    helpers: list[tuple[str, Helper]] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)

    def fill(self, template: str, section: str, **fixed: str) -> str:
        """A template with its placeholders filled in."""
        return FORMATTER.vformat(template, (), Values(self, section, fixed))

    def value(self, key: str, section: str) -> str:
        """What a placeholder stands for."""
        torch = self.layout.files[section].torch
        match key:
            case "dropout" | "sdpa":
                return torch.function.format("dropout" if key == "dropout" else "scaled_dot_product_attention")
            case "torch_dropout":
                return "torch.dropout"
            case "nn":
                return torch.nn
            case "other":
                return self.layout.spelt(self.plain(), section)
            case "inner" | "inner_of_x" | "inner_on":
                on = "True" if key == "inner_on" else "training"
                p = "0.5" if key == "inner_of_x" else "p"
                name = self.layout.spelt(self.plain(), section)
                return self.fill(self.random.choice(FULL), section, name=name, x="x", p=p, on=on)
            case "call":
                return self.call(section)
            case "made":
                return self.made(section)
            case "key":
                return self.random.choice(("'one'", "'two'", "('one' if self.open0 else 'two')"))
            case "on":
                return self.flag()
            case "off":
                return f"(not {self.flag()})"
            case "p":
                return self.rate(section)
        return {"me": "self", "x": "x"}[key]

    def plain(self) -> str:
        """The name of a helper that takes ``x``, a rate and a flag."""
        return self.random.choice([name for name, helper in self.helpers if helper.plain])

    def call(self, section: str) -> str:
        """A call of a helper."""
        name, helper = self.random.choice(self.helpers)
        return self.fill(self.random.choice(helper.calls), section, name=self.layout.spelt(name, section))

    def made(self, section: str) -> str:
        """What makes a Module that holds dropout."""
        rate = self.random.choice(("0.5", "0.5", "0.25", "p=0.5", "0.0", "self.p"))
        if not self.layers or section == "layers" or self.random.random() < 0.5:
            return f"{self.value('nn', section)}.Dropout({rate})"
        return f"{self.layout.spelt(self.random.choice(self.layers), section)}({rate.removeprefix('p=')})"

    def flag(self, *, members: bool = True) -> str:
        """An expression that is a bool."""
        mode = self.random.choice(MODES if members else [one for one in MODES if ".drop" not in one])
        options = [mode] * 12 + ["True", "False"]
        if members:
            other = f"self.{self.random.choice(OPENS)}"
            options += [other, f"({mode} and {other})", f"({mode} or {other})", f"({other} if {mode} else False)"]
        return self.random.choice(options)

    def rate(self, section: str) -> str:
        """An expression that is a rate."""
        plain = ["0.5", "0.25", "self.p", "self.p", "self.drop.p", "self.limit"]
        zero = ["0.0", "0", "self.none", self.layout.spelt("OFF", section)]
        rate = self.random.choice([*plain, self.layout.spelt("RATE", section)])
        gated = [
            f"({rate} if {self.flag()} else 0.0)",
            f"(0.0 if {self.flag()} else {rate})",
            f"{rate} * {self.random.choice(MODES)}",
        ]
        return self.random.choice([*[rate] * 8, self.random.choice(zero), *gated])

    # The sections

    def write(self, section: str, *lines: str) -> None:
        self.layout.files[section].lines += [*lines, ""]

    def settings(self) -> None:
        for name, value in (("RATE", "0.25"), ("OFF", "0.0")):
            self.layout.define(name, "settings")
            self.write("settings", f"{name} = {value}")

    def ops(self) -> None:
        for number, helper in enumerate([FIRST, *self.random.sample(HELPERS, self.random.randint(2, 6))]):
            name = f"helper{number}"
            self.layout.define(name, "ops")
            self.write("ops", *(self.fill(line, "ops", name=name) for line in helper.lines))
            self.helpers.append((name, helper))

    def layer_classes(self) -> None:
        for number, lines in enumerate(self.random.sample(LAYERS, self.random.randint(1, 3))):
            name = f"Layer{number}"
            self.layout.define(name, "layers")
            on = self.flag(members=False)
            self.write("layers", *(self.fill(line, "layers", name=name, on=on) for line in lines))
            self.layers.append(name)

    def classes(self) -> None:
        holders = [Holder("Net", "net")]
        if self.random.random() < 0.6:
            holders.insert(0, Holder("Base", "base"))
        if self.random.random() < 0.3:
            holders.insert(-1, Holder("Mixin", "base"))
        uses = self.parts(holders)
        net, first = holders[-1], holders[0]
        body = [*uses, *self.statements()]
        self.random.shuffle(body)
        self.add_forward(first if first.name == "Base" and self.random.random() < 0.3 else net, net, body)
        for holder in holders:
            self.write_class(holder, holders)

    def parts(self, holders: list[Holder]) -> list[str]:
        """Give each class some parts; gives the statements that use them."""
        uses: list[str] = []
        trains = False
        for number in range(self.random.randint(1, 4)):
            part = self.random.choice(self.random.choice((MODULES, METHODS)))
            holder = self.random.choice([one for one in holders if one.name != "Mixin" or not part.init])
            if trains and any("def train" in line for line in part.methods):
                continue
            trains = trains or any("def train" in line for line in part.methods)
            self.add(holder, part, str(number))
            uses += [self.fill(use, "net", n=str(number)) for use in self.random.sample(part.uses, 1)]
        return uses

    def add(self, holder: Holder, part: Part, number: str) -> None:
        holder.init += [self.fill(line, holder.section, n=number) for line in part.init]
        holder.methods += [self.fill(line, holder.section, n=number) for line in part.methods]

    def statements(self) -> list[str]:
        drawn = self.random.choices(STATEMENTS, k=self.random.randint(1, 4))
        return [self.fill(line, "net") for line in drawn]

    def add_forward(self, owner: Holder, net: Holder, body: list[str]) -> None:
        lines = [f"    {line}" for statement in body for line in statement.split(";")]
        if owner is net:
            net.methods += ["def forward(self, x):", *lines, "    return x"]
            return
        net.methods += ["def body(self, x):", *lines, "    return x"]
        owner.methods += [
            "def forward(self, x):",
            "    return self.body(x)",
            "def body(self, x):",
            "    raise NotImplementedError",
        ]

    def write_class(self, holder: Holder, holders: list[Holder]) -> None:
        names = [one.name for one in holders]
        self.layout.define(holder.name, holder.section)
        nn = self.value("nn", holder.section)
        bases = {"Base": f"{nn}.Module", "Mixin": ""}.get(holder.name, "")
        if holder.name == "Net":
            known = [self.layout.spelt(name, "net") for name in ("Mixin", "Base") if name in names]
            bases = ", ".join(known if "Base" in names else [*known, f"{nn}.Module"])
        lines = [f"class {holder.name}({bases}):", "    limit = 0.125"]
        if holder.name != "Mixin":
            lines += [f"    {line}" for line in self.constructor(holder, first=holder.name == "Base" or "Base" not in names)]
        lines += [f"    {line}" for line in holder.methods]
        self.write(holder.section, *lines)

    def constructor(self, holder: Holder, *, first: bool) -> list[str]:
        given = ", ".join(OPENS)
        if not first:
            return [f"def __init__(self, {given}):", f"    super().__init__({given})", *(f"    {line}" for line in holder.init)]
        lines = ["super().__init__()", *(f"self.{name} = {name}" for name in OPENS), "self.p = 0.5", "self.none = 0.0"]
        lines += [f"self.drop = {self.value('nn', holder.section)}.Dropout(0.25)", *holder.init]
        return [f"def __init__(self, {given}):", *(f"    {line}" for line in lines)]


def generate(seed: int) -> Project:
    """The project of a seed: the same for ever, unless the generator changes."""
    random = Random(seed)
    maker = Maker(random, Layout.drawn(random))
    maker.settings()
    maker.ops()
    maker.layer_classes()
    maker.classes()
    return Project(maker.layout.texts(), f"{PACKAGE}.net" if maker.layout.is_package else "net")
