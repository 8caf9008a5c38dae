"""The linked files, with what the attributes of their classes hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from dropcheck.catalogue import Catalogue
from dropcheck.facts import AttributeFact, FileFacts
from dropcheck.link.classes import Classes, Function, Moduleness, Owner, key_of
from dropcheck.link.construction import Construction
from dropcheck.link.modules import Finder
from dropcheck.worlds import Value, World, truth


class Project(Classes):
    """The facts of all files, indexed.

    Args:
        facts: the facts of each file.
        catalogue: what counts as dropout.
        finder: finds the files of modules.
    """

    def __init__(self, facts: Iterable[FileFacts], catalogue: Catalogue, finder: Finder) -> None:
        super().__init__(facts, catalogue, finder)
        self._assignments: dict[tuple[str, str, str], tuple[tuple[str, AttributeFact], ...] | None] = {}
        self._attribute_values: dict[tuple[str, str, str, World], tuple[Value, ...] | None] = {}

    @cached_property
    def construction(self) -> Construction:
        """Which methods run while objects are made."""
        return Construction(self)

    def assignments(self, owner: Owner, name: str) -> tuple[tuple[str, AttributeFact], ...] | None:
        """Every assignment to ``self.name`` in the class, its bases and its subclasses.

        Returns:
            The assignments with their files; None where the class sets attributes by computed names.
        """
        key = (*key_of(owner), name)
        if key not in self._assignments:
            self._assignments[key] = self._find_assignments(owner, name)
        return self._assignments[key]

    def _find_assignments(self, owner: Owner, name: str) -> tuple[tuple[str, AttributeFact], ...] | None:
        found: list[tuple[str, AttributeFact]] = []
        hidden = False  # whether a class further down says what the class body of a base says otherwise
        line = 1 + len(self.bases(owner))
        for place, (path, cls) in enumerate(self._with_siblings(owner, name)):
            if cls.dynamic:
                return None
            own = [fact for fact in cls.attributes if fact.path == (name,)]
            found.extend((path, fact) for fact in own if fact.function or not hidden or place >= line)
            hidden = hidden or any(not fact.function for fact in own)
        return tuple(found)

    def _with_siblings(self, owner: Owner, name: str) -> Iterator[Owner]:
        """The family of a class; if none of it sets an attribute, as with a mixin, the other bases of its subclasses, too."""
        family = self.family(owner)
        yield from family
        if not any(fact.path == (name,) for _, cls in family for fact in cls.attributes):
            keys = set(map(key_of, family))
            siblings = (base for subclass in self.subclasses(owner) for base in self.bases(subclass))
            yield from {key_of(base): base for base in siblings if key_of(base) not in keys}.values()

    def attribute_values(self, owner: Owner, name: str, world: World) -> tuple[Value, ...] | None:
        """What ``self.name`` can hold when the forward pass runs.

        While an object is made it is in training mode, so what a constructor assigns is the same in both worlds later.

        Returns:
            The values, one for each assignment that can be reached; None where that is not known.
        """
        key = (*key_of(owner), name, world)
        if key not in self._attribute_values:
            self._attribute_values[key] = self._find_values(owner, name, world)
        return self._attribute_values[key]

    def _find_values(self, owner: Owner, name: str, world: World) -> tuple[Value, ...] | None:
        found = self.assignments(owner, name)
        if not found:
            return None
        values: list[Value] = []
        for path, fact in found:
            function = self.function(path, fact.function)
            made = function is not None and self.construction.only_runs(path, function)
            seen = World.TRAIN if made else world
            other = World.EVAL if world is World.TRAIN else World.TRAIN
            if truth(fact.reach[seen]) is not False:
                values.append(self.localize(fact.value[seen], path))
                if seen is World.EVAL and function is not None and self.construction.also_runs(path, function):
                    values.append(self.localize(fact.value.train, path))  # left behind by the constructor
            elif not made and truth(fact.reach[other]) is not False:
                # What the other mode leaves behind is still there in this one.
                values.append(self.localize(fact.value[other], path))
        return tuple(values) or None

    def added_values(self, owner: Owner, name: str) -> tuple[Value, ...]:
        """What is put into the container ``self.name`` later on, in the class, its bases and its subclasses."""
        return tuple(
            self.localize(fact.value.train, path)
            for path, cls in self.family(owner)
            for fact in cls.attributes
            if fact.path == (name, "*")
        )

    def is_switched(self, owner: Owner, name: str) -> bool:
        """Whether ``train()`` or ``eval()`` of the class sets ``self.name``: a mode that its author keeps."""
        found = self.assignments(owner, name) or ()
        return any(fact.function.rpartition(".")[2] in {"train", "eval"} for _, fact in found)

    def is_set_by_mode(self, owner: Owner, name: str) -> bool:
        """Whether a method that runs after construction gives ``self.name`` another value in each mode."""
        found = ((self.function(path, fact.function), path, fact.value) for path, fact in self.assignments(owner, name) or ())
        return any(
            value.train != value.eval and function is not None and not self.construction.only_runs(path, function)
            for function, path, value in found
        )


__all__ = ["Function", "Moduleness", "Owner", "Project"]
