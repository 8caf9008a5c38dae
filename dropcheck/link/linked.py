"""The project with everything that linking works out about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from dropcheck.facts import CallFact, ClassFacts
from dropcheck.levels import Behaviour
from dropcheck.link.calls import Calls, split
from dropcheck.link.helpers import Helpers
from dropcheck.link.linker import Linker
from dropcheck.link.project import Project
from dropcheck.link.shared import Place, hit_by_all, with_shared
from dropcheck.link.site import Form, Site
from dropcheck.worlds import CallOf, Imported, World, arms


class LinkedProject(Project):
    """A project with its call graph and its helpers; both are worked out when they are first needed."""

    @cached_property
    def calls(self) -> Calls:
        """Who calls whom."""
        return Calls(self)

    @cached_property
    def helpers(self) -> Helpers:
        """The functions whose dropout their caller decides."""
        return Helpers(self, self.calls)

    def follow_imports(self) -> None:
        """Follow every import that a class, an attribute or a call hangs on, so that ``names.wanted`` is complete."""
        for path, file in self.files.items():
            acting = {name for call in file.calls if self._is_catalogued(call) for name in self._classes_around(path, call)}
            for cls in file.classes:
                if cls.reads_mode or "forward" in cls.methods or cls.name in acting or self._holds_modules(cls):
                    self.moduleness((path, cls))
                for fact in cls.attributes:
                    self.localize(fact.value.train, path)
            for call in file.calls:
                self.localize(call.callee.train, path)
                self.localize(call.callee.eval, path)
                for constant in self._imports_passed(call):
                    self.localize(constant, path)

    def _imports_passed(self, call: CallFact) -> Iterator[Imported]:
        """The names from other files that a call passes as they are: they may be rates and flags."""
        values = (value for argument in call.arguments for value in (argument.value.train, argument.value.eval))
        return (arm for value in values for arm in arms(value) if isinstance(arm, Imported))

    def _is_catalogued(self, call: CallFact) -> bool:
        names = (arm.path for arm in arms(call.callee.train) if isinstance(arm, Imported))
        return any(name in self.catalogue.functions or name in self.catalogue.modules for name in names)

    def _classes_around(self, path: str, call: CallFact) -> Iterator[str]:
        return (scope.name for scope in self.enclosing(path, call.function) if isinstance(scope, ClassFacts))

    def _holds_modules(self, cls: ClassFacts) -> bool:
        """Whether a class assigns a module of torch to an attribute."""
        made = (arm.callee for fact in cls.attributes for arm in arms(fact.value.train) if isinstance(arm, CallOf))
        return any(isinstance(callee, Imported) and self.catalogue.is_module_class(callee.path) for callee in made)

    def sites(self, path: str) -> tuple[Site, ...]:
        """The sites of a file, in order: calls that drop, and calls of helpers that do."""
        if path not in self._sites:
            self._sites[path] = tuple(self._find_sites(path))
        return self._sites[path]

    def shared_sites(self, path: str) -> tuple[Site, ...]:
        """The sites of a file; a helper that every call leaves on is told there, not at its calls."""
        return tuple(with_shared(site, self._shared) for site in self.sites(path))

    @cached_property
    def _shared(self) -> dict[Place, tuple[Site, ...]]:
        return hit_by_all(site for path in self.files for site in self.sites(path))

    def _find_sites(self, path: str) -> Iterator[Site]:
        for call in self.files[path].calls:
            parts = split(call)
            found = [site for part in parts if (site := self._site(path, part)) is not None]
            if found:
                worst = next((site for site in found if site.verdict.behaviour is Behaviour.ALWAYS_ON), found[0])
                yield (
                    worst
                    if len(parts) == 1 or worst.helper is None
                    else replace(worst, helper=replace(worst.helper, alone=False))
                )

    def _site(self, path: str, call: CallFact) -> Site | None:
        return Linker(self, self.calls, path, call).site() or self.helpers.site(path, call)

    @cached_property
    def _sites(self) -> dict[str, tuple[Site, ...]]:
        return {}

    @cached_property
    def left_on(self) -> frozenset[tuple[str, str]]:
        """The functions with dropout that is on in evaluation, or would be if they ran there, by file and name."""
        places = (
            (path, self.calls.top_level(path, site.call.function))
            for path in self.files
            for site in self.sites(path)
            if site.form is not Form.CONSTRUCTION and self._is_left_on(path, site)
        )
        return frozenset(places)

    def _is_left_on(self, path: str, site: Site) -> bool:
        kept_out = any(self.calls.never_runs(path, site.call.function, world) for world in World)
        return kept_out or site.verdict.behaviour is Behaviour.ALWAYS_ON
