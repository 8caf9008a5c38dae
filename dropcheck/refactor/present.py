"""The dropout modules that a class has already."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from dropcheck.frozen import dataclass
from dropcheck.refactor.candidates import Candidate
from dropcheck.refactor.context import RunContext
from dropcheck.refactor.family import Family, made_kind
from dropcheck.refactor.placement import Placement
from dropcheck.refactor.probability import Rate, RateReader
from dropcheck.refactor.result import one_line
from dropcheck.refactor.tree import Tree, attribute_path, walk

#: By these a module gets a mode that its parent may not be in.
_MODES = frozenset({"eval", "train", "training"})


@dataclass(frozen=True, slots=True)
class PresentModules:
    """Finds the modules that the author of a class made in ``__init__``.

    Args:
        run: the run.
        tree: the file of the class.
        family: the class and its relatives.
        placement: its ``__init__``.
        reader: reads its rates.
    """

    run: RunContext
    tree: Tree
    family: Family
    placement: Placement
    reader: RateReader

    def read_by(self, one: Candidate) -> str:
        """The module whose rate a call reads, as in ``F.dropout(x, self.drop.p, self.training)``; empty for any other call."""
        path = attribute_path(one.rate) if one.rate is not None else ()
        if len(path) != 3 or path[0] != one.receiver or path[2] != "p":
            return ""
        return path[1] if self._kind(path[1]) == (one.kind, one.inplace) else ""

    def with_rate(self, one: Candidate, rate: Rate) -> tuple[str, ...]:
        """The modules that do what a call does.

        Args:
            one: the call.
            rate: its rate, as ``__init__`` computes it.
        """
        made = dict(self._made())
        return tuple(
            name for name, text in made.items() if Rate(text).meant == rate.meant and self._kind(name) == (one.kind, one.inplace)
        )

    def _kind(self, name: str) -> tuple[str, bool] | None:
        """The class of the module that an attribute always is, and whether it works in place."""
        sets = self.family.sets((name,))
        if len(sets) != 1 or sets[0][1].function.rpartition(".")[2] != "__init__":
            return None
        (path, _), fact = sets[0]
        return made_kind(self.run.project.localize(fact.value.train, path), self.run.project.catalogue)

    def _made(self) -> Iterator[tuple[str, str]]:
        """The attributes that ``__init__`` sets in any case, before it can run the call, each with the rate of what it makes."""
        constructor = self.placement.constructor
        for statement in constructor.body[constructor.ready + 1 :]:
            if self.placement.may_run_the_site(statement):
                return
            for part in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
                if not isinstance(part, cst.Assign) or len(part.targets) != 1 or not isinstance(part.value, cst.Call):
                    continue
                path = attribute_path(part.targets[0].target)
                if len(path) == 2 and path[0] == constructor.receiver and self._keeps_its_rate(path[1]):
                    yield path[1], self._rate(part.value)

    def _keeps_its_rate(self, name: str) -> bool:
        """Whether nobody gives a module another rate, or a mode of its own."""
        below = (fact.path for _, cls in self.family.line for fact in cls.attributes if fact.path[0] == name)
        if sum(1 for _ in below) > 1 or self.run.around.store_below(name, "p", frozenset()):
            return False
        parts = (part for member in self.family.line for part in walk(self.family.definition(member)))
        modes = (part for part in parts if isinstance(part, cst.Attribute) and part.attr.value in _MODES)
        return all(attribute_path(part)[-2:-1] != (name,) for part in modes)

    def _rate(self, call: cst.Call) -> str:
        for arg in call.args:
            if arg.star or (arg.keyword is not None and arg.keyword.value == "inplace"):
                continue
            path = attribute_path(arg.value)
            own = path[:1] == (self.placement.constructor.receiver,)
            return (self.reader.parameter(path[1:]) if own else "") or one_line(self.tree.source(arg.value))
        return ""
