"""What the refactor of one class needs to know of its run and of its file."""

from __future__ import annotations

from functools import cached_property

from dropcheck.facts import FileFacts, as_written
from dropcheck.levels import Behaviour
from dropcheck.link.linked import LinkedProject
from dropcheck.link.site import Site
from dropcheck.model import LineIndex
from dropcheck.refactor.candidates import NoTwinError, Wanted
from dropcheck.refactor.family import Family
from dropcheck.refactor.globals import Globals
from dropcheck.refactor.result import Declined, DeclinedError, Place, one_line
from dropcheck.refactor.surroundings import Surroundings
from dropcheck.refactor.tree import Tree, Trees


class RunContext:
    """A run: its files, and the names that new modules have got so far.

    Args:
        project: the linked files.
        trees: gives the tree of a file of the project.
        around: the files of the run.
        wanted: says which sites are not to be touched.
        one_per_call: whether each call gets a module of its own.
    """

    def __init__(
        self,
        project: LinkedProject,
        trees: Trees,
        around: Surroundings,
        wanted: Wanted,
        *,
        one_per_call: bool = False,
    ) -> None:
        self.project = project
        self.trees = trees
        self.around = around
        self.wanted = wanted
        self.one_per_call = one_per_call
        self._chosen: dict[tuple[str, str], set[str]] = {}

    def chosen(self, family: Family) -> frozenset[str]:
        """The names of new modules in a class and its relatives."""
        keys = ((path, cls.name) for path, cls in family.members)
        return frozenset(name for key in keys for name in self._chosen.get(key, ()))

    def choose(self, family: Family, name: str) -> None:
        """Take a name for a new module of a class."""
        self._chosen.setdefault(family.key, set()).add(name)


class FileContext:
    """A file, and the sites in it that were declined so far.

    Args:
        run: its run.
        path: the file.
    """

    def __init__(self, run: RunContext, path: str) -> None:
        self.run = run
        self.path = path
        self.facts: FileFacts = run.project.files[path]
        self.text = run.trees.text(path)
        self.declined: list[Declined] = []

    @cached_property
    def tree(self) -> Tree:
        """The tree of the file; many files need none, since no call in them comes into question."""
        return self.run.trees.tree(self.path)

    @cached_property
    def scope(self) -> Globals:
        """The names at the top level of the file."""
        return Globals(self.tree)

    @cached_property
    def _index(self) -> LineIndex:
        return LineIndex(self.text)

    def place(self, site: Site) -> Place:
        """Where a site of the file is."""
        span = site.call.span
        owner = as_written(site.owner.name) if site.owner is not None else ""
        text = one_line(self.text[span.start : span.end])
        return Place(self._index.position(span.start), span, owner, as_written(site.call.function), text)

    def decline(self, site: Site, error: DeclinedError) -> None:
        """Note that a site stays as it is."""
        stays_on = site.verdict.behaviour is Behaviour.ALWAYS_ON
        self.declined.append(Declined(self.place(site), as_written(str(error)), isinstance(error, NoTwinError), stays_on))
