"""Random expressions: modes, flags, rates and calls that drop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

MAX_OPEN = 6


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
class Expressions:
    """Writes lines and makes up expressions.

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
                lambda: f"[0.0, 0.5][{self.mode(scope)}]",
                lambda: f"({self.positive(scope)}, {self.positive(scope)})[int({on()})]",
                lambda: f"(0.0, {self.positive(scope)})[int({self.mode(scope)})]",
                lambda: f"{{True: 0.5, False: 0.0}}[{self.mode(scope)}]",
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
