"""Random sources of a Module with dropout behind all sorts of gates, to be judged and to be run.

What the source leaves open is decided by ``self.open0``, ``self.open1`` and so on, each read at one place only and given
to the constructor: running the model with every combination of them shows all that it can do.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from proof.expressions import MAX_OPEN, Expressions, Scope

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


@dataclass(slots=True)
class Generator(Expressions):
    """Writes one source."""

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
        if self.opened == MAX_OPEN:
            self.drop(scope)
            return
        # A loop may run or not, whatever the mode: what is judged so must also happen.
        self.inner(f"for _ in range(2 * {self.open(scope)}):", scope, level, loop=True)
        if self.chance(0.3):
            self.inner("else:", scope, level)

    def loop_while(self, scope: Scope, level: int) -> None:
        if self.opened == MAX_OPEN:
            self.drop(scope)
            return
        step = self.fresh("step")
        self.write(f"{step} = 0")
        with self.block(f"while {step} < 3 * {self.open(scope)}:"):
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
        positive = self.positive(plain)
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
            fixed = self.pick("0.0", positive, f"({positive} if self.training else 0.0)", f"{positive} * self.training")
            self.write(f"self.fixed = {fixed}")
            self.write("self.attend = F.scaled_dot_product_attention")
            self.write("self.function = F.dropout")
            self.write("self.partial = functools.partial(F.dropout, p=0.25)")
            self.write(f"self.late = lambda h: {late if '.late(' not in late else 'h'}")


def generate(seed: int) -> str:
    """The source of a seed: the same for ever, unless the generator changes."""
    return Generator(Random(seed)).source()
