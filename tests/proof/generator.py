"""Random sources of a Module with dropout behind all sorts of gates, to be judged and to be run.

What the source leaves open is decided by ``self.open0``, ``self.open1`` and so on, each read at one place only and given
to the constructor: running the model with every combination of them shows all that it can do.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

MAX_OPEN = 4
HEADER = """\
import contextlib
import functools
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.functional import dropout, scaled_dot_product_attention as attend

RATE = 0.25
OFF = 0.0
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What can be named at a place.

    Args:
        receiver: the instance.
        flags: local names that hold a bool.
        rates: local names that hold a rate.
        drops: local names of functions from a tensor to a tensor.
        members: whether the properties and methods of the class may be used; not in those themselves.
        loop: whether ``break`` and ``continue`` may be written.
        yields: what ``return`` gives; empty where nothing may return.
    """

    receiver: str = "self"
    flags: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    members: bool = True
    loop: bool = False
    yields: str = "x"


@dataclass(slots=True)
class Generator:
    """Writes one source.

    Args:
        random: where the choices come from.
        lines: what is written so far.
        opened: how many open attributes there are.
    """

    random: Random
    lines: list[str] = field(default_factory=list)
    opened: int = 0
    depth: int = 0
    names: int = 0

    def write(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        self.write(header)
        self.depth += 1
        yield
        self.depth -= 1

    def pick(self, *options: Callable[[], str] | str) -> str:
        chosen = self.random.choice(options)
        return chosen if isinstance(chosen, str) else chosen()

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"

    # Expressions

    def open(self, scope: Scope) -> str:
        """A condition that only the constructor's caller decides; the mode where too many are open."""
        if self.opened == MAX_OPEN:
            return f"{scope.receiver}.training"
        self.opened += 1
        return f"{scope.receiver}.open{self.opened - 1}"

    def mode(self, scope: Scope) -> str:
        me = scope.receiver
        return self.pick(
            f"{me}.training",
            f"{me}.training",
            f"{me}.training",
            f"(not {me}.training)",
            f"({me}.training == True)",
            f"({me}.training is True)",
            f"({me}.training is not False)",
            f"({me}.training != True)",
            f"bool({me}.training)",
            f"{me}.drop.training",
            f"getattr({me}, 'training')",
            f"(True if {me}.training else False)",
            f"(False if {me}.training else True)",
            f"({me}.training in (True,))",
            f"all([{me}.training])",
            f"any(({me}.training, False))",
            f"(int({me}.training) > 0)",
            f"({me}.training & True)",
            f"({me}.training ^ True)",
            f"(True, {me}.training)[1]",
            f"{{True: True, False: False}}[{me}.training]",
        )

    def flag(self, scope: Scope, level: int = 0) -> str:
        """An expression that is a bool."""
        options: list[Callable[[], str] | str] = [lambda: self.mode(scope)] * 8
        options += [lambda: self.open(scope)] * 2 + [lambda: self.pick("True", "False")]
        options += scope.flags * 2
        if scope.members:
            options += [f"{scope.receiver}.active", f"{scope.receiver}.ask()", f"{scope.receiver}.always"]
        if level < 2:

            def deeper() -> str:
                return self.flag(scope, level + 1)

            options += [
                lambda: f"({deeper()} and {deeper()})",
                lambda: f"({deeper()} or {deeper()})",
                lambda: f"(not {deeper()})",
                lambda: f"({deeper()} if {deeper()} else {deeper()})",
            ]
        return self.pick(*options)

    def rate(self, scope: Scope, level: int = 0) -> str:
        """An expression that is a rate."""
        me = scope.receiver
        options: list[Callable[[], str] | str] = ["0.5", "0.25", "0.0", "0", "RATE", "OFF"]
        options += [f"{me}.p", f"{me}.p", f"{me}.none", f"{me}.limit", f"{me}.drop.p", *scope.rates, *scope.rates]
        if scope.members:
            options += [f"{me}.rate", f"{me}.choose()", f"{me}.fixed"]
        if level < 2:

            def deeper() -> str:
                return self.rate(scope, level + 1)

            def on() -> str:
                return self.flag(scope, level + 1)

            options += [
                lambda: f"({deeper()} if {on()} else 0.0)",
                lambda: f"({deeper()} if {on()} else 0.0)",
                lambda: f"(0.0 if {on()} else {deeper()})",
                lambda: f"({deeper()} if {on()} else {deeper()})",
                lambda: f"{deeper()} * {on()}",
                lambda: f"float({on()}) * 0.5",
                lambda: f"({on()} and {deeper()})",
                lambda: f"({on()} and {deeper()} or 0.0)",
                lambda: f"[0.0, 0.5][{on()}]",
                lambda: f"({self.positive(scope)}, {self.positive(scope)})[int({on()})]",
                lambda: f"(0.0, {self.positive(scope)})[int({self.mode(scope)})]",
                lambda: f"{{True: 0.5, False: 0.0}}[{on()}]",
                lambda: f"max(0.0, {self.positive(scope)})",
                lambda: f"min(0.5, {self.positive(scope)})",
                lambda: f"({self.positive(scope)} / 2)",
                lambda: f"({deeper()} or 0.0)",
            ]
        return self.pick(*options)

    def positive(self, scope: Scope) -> str:
        """A rate that is not zero, for places where a zero could not be proved: what cannot be proved zero counts as a rate."""
        return self.pick("0.5", "0.25", "RATE", *(f"{scope.receiver}.{name}" for name in ("p", "limit", "drop.p")))

    def site(self, scope: Scope, h: str = "x") -> str:
        """An expression that may drop."""
        me = scope.receiver
        p, on = self.rate(scope), self.flag(scope)
        options: list[str] = [
            f"F.dropout({h}, {p}, {on})",
            f"F.dropout({h}, p={p}, training={on})",
            f"F.dropout({h}, {p}, training={on})",
            f"nn.functional.dropout(training={on}, p={p}, input={h})",
            f"dropout({h}, {p}, {on}, False)",
            f"F.dropout({h}, {p})",
            f"F.dropout({h}, training={on})",
            f"F.dropout({h}, **{{'p': {p}, 'training': {on}}})",
            f"F.dropout({h}, *({p}, {on}))",
            f"F.dropout({h}, **dict(p={p}, training={on}))",
            f"torch.dropout({h}, {p}, {on})",
            f"F.alpha_dropout({h}, {p}, {on})",
            f"F.alpha_dropout({h}, {p})",
            f"F.dropout1d({h}, {p}, training={on})",
            f"F.feature_alpha_dropout({h}, p={p}, training={on})",
            f"F.dropout({h}, {p}, {on}).relu()",
            f"functools.partial(F.dropout, p={p})({h}, training={on})",
            f"nn.Dropout({p})({h})",
            f"nn.Dropout({p}).train({on})({h})",
            f"nn.Dropout({p}).eval()({h})",
            f"F.scaled_dot_product_attention({h}, {h}, {h}, dropout_p={p})",
            f"F.scaled_dot_product_attention({h}, {h}, {h}, None, {p})",
            f"attend({h}, {h}, {h}, None, {p}, is_causal=False)",
            f"{me}.attend({h}, {h}, {h}, dropout_p={p})",
            f"{me}.partial({h}, training={on})",
            f"{me}.function({h}, {p}, {on})",
            f"{me}.drop({h})",
            f"{me}.late({h})",
            f"(lambda h: F.dropout(h, {p}, {on}))({h})",
            f"sum(F.dropout({h}, {p}, {on}) for _ in range(2))",
            f"[F.dropout(h, {p}, {on}) for h in ({h},)][0]",
            f"list(map(lambda h: F.dropout(h, {p}, {on}), [{h}]))[0]",
        ]
        options += [f"{drop}({h})" for drop in scope.drops] * 4
        if scope.members:
            options += [f"{me}.shake({h}, {p}, {on})", f"{me}.shake({h}, p={p})", f"block({me}, {h})"]
        return self.random.choice(options)

    # Statements

    def body(self, scope: Scope, level: int, size: int) -> Scope:
        """Statements; gives the scope behind them."""
        for _ in range(size):
            scope = self.statement(scope, level)
        return scope

    def inner(self, header: str, scope: Scope, level: int, *, loop: bool | None = None) -> None:
        """A block whose new names end with it."""
        held = replace(scope, loop=scope.loop if loop is None else loop)
        with self.block(header):
            self.body(held, level + 1, self.random.randint(1, 3))
            if held.yields and self.chance(0.2):
                self.write(f"return {held.yields}")
            elif held.loop and self.chance(0.3):
                self.write(self.random.choice(("break", "continue")))

    def statement(self, scope: Scope, level: int) -> Scope:
        simple: list[Callable[[Scope], Scope]] = [self.drop] * 6 + [self.assign] * 4
        compound: list[Callable[[Scope, int], None]] = [
            self.if_else,
            self.if_else,
            self.if_else,
            self.leave,
            self.leave,
            self.loop_for,
            self.loop_while,
            self.attempt,
            self.matching,
            self.within,
            self.short_circuit,
        ]
        if level == 0 and self.chance(0.3):
            return self.local_function(scope)
        if level < 3 and self.chance(0.45):
            self.random.choice(compound)(scope, level)
            return scope
        return self.random.choice(simple)(scope)

    def drop(self, scope: Scope) -> Scope:
        self.write(
            self.pick(
                lambda: f"x = {self.site(scope)}",
                lambda: f"x = {self.site(scope)}",
                lambda: f"x = x + {self.site(scope)}",
                lambda: f"x = {self.site(scope)} if {self.flag(scope)} else x",
                lambda: f"{self.flag(scope)} and {self.site(scope)}",
                lambda: f"{self.flag(scope)} or {self.site(scope)}",
                lambda: f"x = {self.site(scope, self.site(scope))}",
                lambda: f"_ = {self.site(scope)}",
            )
        )
        return scope

    def assign(self, scope: Scope) -> Scope:
        if self.chance(0.5):
            name = self.random.choice(scope.flags) if scope.flags and self.chance(0.6) else self.fresh("on")
            value = self.flag(scope)
            lines = [f"{name} = {value}", f"{name}: bool = {value}", f"{name}, _ = {value}, 1"]
            lines += [f"_ = {name} = {value}", f"({name} := {value})"]
            if name in scope.flags:
                lines += [f"{name} &= {value}", f"{name} = {name} and {value}"]
            self.write(self.random.choice(lines))
            return scope if name in scope.flags else replace(scope, flags=(*scope.flags, name))
        name = self.random.choice(scope.rates) if scope.rates and self.chance(0.6) else self.fresh("p")
        value = self.rate(scope)
        lines = [f"{name} = {value}", f"{name} = {value}", f"_, {name} = 1, {value}"]
        lines += [f"[{name}, _] = [{value}, 1]", f"{name} = float({value})"]
        if name in scope.rates and self.chance(0.3):
            lines = [f"{name} *= {self.flag(scope)}", f"{name} /= 2"]
        self.write(self.random.choice(lines))
        return scope if name in scope.rates else replace(scope, rates=(*scope.rates, name))

    def if_else(self, scope: Scope, level: int) -> None:
        self.inner(f"if {self.flag(scope)}:", scope, level)
        if self.chance(0.2):
            self.inner(f"elif {self.flag(scope)}:", scope, level)
        if self.chance(0.5):
            self.inner("else:", scope, level)

    def leave(self, scope: Scope, level: int) -> None:
        ways = [f"return {scope.yields}"] if scope.yields else []
        ways += ["break", "continue"] if scope.loop else []
        if not ways or self.chance(0.1):
            self.write(f"assert {self.flag(scope)}")
            return
        with self.block(f"if {self.flag(scope)}:"):
            self.write(self.random.choice(ways))

    def loop_for(self, scope: Scope, level: int) -> None:
        self.inner(f"for _ in range({self.random.choice((1, 2, 3))}):", scope, level, loop=True)
        if self.chance(0.3):
            self.inner("else:", scope, level)

    def loop_while(self, scope: Scope, level: int) -> None:
        step = self.fresh("step")
        self.write(f"{step} = 0")
        with self.block(f"while {step} < 3:"):
            self.write(f"{step} += 1")
            self.body(replace(scope, loop=True), level + 1, self.random.randint(1, 3))
        if self.chance(0.3):
            self.inner("else:", scope, level)

    def attempt(self, scope: Scope, level: int) -> None:
        if self.opened == MAX_OPEN:
            self.drop(scope)
            return
        with self.block("try:"):
            # Any statement may raise, whatever the mode: what is judged so must also happen.
            self.write(f"if {self.open(scope)}: raise ValueError")
            self.body(scope, level + 1, self.random.randint(1, 2))
            if self.chance(0.6):
                with self.block(f"if {self.flag(scope)}:"):
                    self.write("raise ValueError")
                self.body(scope, level + 1, 1)
            if scope.yields and self.chance(0.2):
                self.write(f"return {scope.yields}")
        self.inner("except ValueError:", scope, level)
        if self.chance(0.3):
            self.inner("else:", scope, level)
        if self.chance(0.3):
            with self.block("finally:"):
                self.body(replace(scope, yields="", loop=False), level + 1, 1)

    def matching(self, scope: Scope, level: int) -> None:
        with self.block(f"match {self.pick(self.flag(scope), f'({self.mode(scope)}, {self.flag(scope)})')}:"):
            first = self.random.choice(("True", "False", "(True, _)", "(_, True)", "(False, True)", "True | (False, _)"))
            self.inner(f"case {first}:", scope, level)
            if self.chance(0.4):
                self.inner(f"case {self.random.choice(('True', '(True, True)', '_'))} if {self.flag(scope)}:", scope, level)
            if self.chance(0.6):
                self.inner("case _:", scope, level)

    def within(self, scope: Scope, level: int) -> None:
        manager = self.random.choice(("torch.no_grad()", "contextlib.nullcontext()", "contextlib.suppress(ValueError)"))
        with self.block(f"with {manager}:"):
            self.body(scope, level + 1, self.random.randint(1, 2))
            if "suppress" in manager:
                with self.block(f"if {self.flag(scope)}:"):
                    self.write("raise ValueError")
                self.body(scope, level + 1, 1)

    def short_circuit(self, scope: Scope, level: int) -> None:
        name = self.fresh("on")
        with self.block(f"if ({name} := {self.flag(scope)}) and {self.flag(scope)}:"):
            self.body(replace(scope, flags=(*scope.flags, name)), level + 1, 2)

    def local_function(self, scope: Scope) -> Scope:
        name = self.fresh("drop")
        nested = replace(scope, loop=False, yields="h")
        if self.chance(0.4):
            self.write(f"{name} = lambda h: {self.site(nested, 'h')}")
        else:
            with self.block(f"def {name}(h):"):
                if nested.rates and self.chance(0.3):
                    changed = self.random.choice(nested.rates)
                    self.write(f"nonlocal {changed}")
                    self.write(f"{changed} = {self.rate(nested)}")
                if self.chance(0.3):
                    self.write(f"if {self.flag(nested)}: return h")
                self.write(f"return {self.site(nested, 'h')}")
        self.write(f"x = {name}(x)")
        return replace(scope, drops=(*scope.drops, name))

    # The whole

    def source(self) -> str:
        self.helper()
        with self.block("class Net(nn.Module):"):
            self.write("limit = 0.125")
            self.members()
            with self.block("def forward(self, x):"):
                # What stands in a helper is judged by itself, so it must be called in both modes.
                self.write("x = self.late(block(self, x))")
                self.write(f"x = self.shake(x, {self.rate(Scope())}, {self.flag(Scope())})")
                self.body(Scope(), 0, self.random.randint(3, 7))
                self.write("return x")
            self.constructor()
        return HEADER + "\n\n" + "\n".join(self.lines) + "\n"

    def helper(self) -> None:
        with self.block("def block(net: nn.Module, h):"):
            scope = Scope(receiver="net", members=False, yields="h")
            if self.chance(0.4):
                self.write(f"if {self.flag(scope)}: return h")
            self.write(f"return {self.site(scope, 'h')}")

    def members(self) -> None:
        plain = Scope(members=False, yields="")
        for name, value in (("active", self.flag), ("rate", self.rate)):
            self.write("@property")
            with self.block(f"def {name}(self):"):
                self.returns(plain, value)
        for name, value in (("ask", self.flag), ("choose", self.rate)):
            with self.block(f"def {name}(self):"):
                self.returns(plain, value)
        with self.block("def shake(self, h, p=0.5, train=True):"):
            inside = Scope(members=False, flags=("train",), rates=("p",), yields="h")
            if self.chance(0.3):
                self.write(f"if {self.flag(inside)}: return h")
            self.write(f"return {self.site(inside, 'h')}")

    def returns(self, scope: Scope, value: Callable[[Scope], str]) -> None:
        if self.chance(0.4):
            with self.block(f"if {self.flag(scope)}:"):
                self.write(f"return {value(scope)}")
        self.write(f"return {value(scope)}")

    def constructor(self) -> None:
        plain = Scope(members=False)
        late = self.site(Scope(members=False), "h") if self.chance(0.5) else "h"
        opens = [f"open{number}" for number in range(MAX_OPEN)]
        with self.block(f"def __init__(self, {', '.join(opens)}):"):
            self.write("super().__init__()")
            for name in opens:
                self.write(f"self.{name} = {name}")
            self.write("self.p = 0.5")
            self.write("self.none = 0.0")
            self.write("self.drop = nn.Dropout(0.25)")
            self.write(f"self.always = {self.flag(plain)}")
            self.write(f"self.fixed = {self.rate(plain)}")
            self.write("self.attend = F.scaled_dot_product_attention")
            self.write("self.function = F.dropout")
            self.write("self.partial = functools.partial(F.dropout, p=0.25)")
            self.write(f"self.late = lambda h: {late if '.late(' not in late else 'h'}")


def generate(seed: int) -> str:
    """The source of a seed: the same for ever, unless the generator changes."""
    return Generator(Random(seed)).source()
