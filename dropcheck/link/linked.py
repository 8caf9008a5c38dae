"""The project with everything that linking works out about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from dropcheck.facts import CallFact
from dropcheck.levels import Behaviour
from dropcheck.link.callees import Target
from dropcheck.link.calls import Calls
from dropcheck.link.helpers import Helpers
from dropcheck.link.linker import Linker
from dropcheck.link.project import Project
from dropcheck.link.shared import Place, hit_by_all, with_shared
from dropcheck.link.site import Form, Site, worst
from dropcheck.worlds import TRUE, World, Worlds


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
            parts = self.calls.parts(call)
            found = worst(site for part in parts if (site := self._site(path, part)) is not None)
            if found is None:
                continue
            if len(parts) > 1 and found.helper is not None:
                found = replace(found, helper=replace(found.helper, alone=False))
            yield found

    def _site(self, path: str, call: CallFact) -> Site | None:
        return self.helpers.linker(path, call).site or self.helpers.site(path, call)

    @cached_property
    def _sites(self) -> dict[str, tuple[Site, ...]]:
        return {}

    def runs_in_evaluation(self, path: str, function: str) -> bool | None:
        """Whether a Module in sight calls a function in evaluation as in training: nothing about the call asks for the mode.

        Args:
            path: the file of the function.
            function: its qualified name.

        Returns:
            The answer; None where no Module in sight calls it.
        """
        calls = self.calls.callers.get((path, function), ())
        used = [self.helpers.linker(caller[0], call) for caller, call in calls if caller in self.calls.reached]
        return any(map(self._is_ungated, used)) if used else None

    def _is_ungated(self, linker: Linker) -> bool:
        passed = (linker.resolve(argument.value) for argument in linker.call.arguments)
        if any(value.train != value.eval for value in passed):
            return False
        return linker.judge(linker.reach, Worlds(TRUE, TRUE), Worlds(TRUE, TRUE)).behaviour is Behaviour.ALWAYS_ON

    def behaviour(self, path: str, site: Site) -> Behaviour:
        """What a site does; for the call of a helper, together with dropout in the helper that is on whatever the call passes.

        Args:
            path: its file.
            site: the site.
        """
        verdict = site.verdict
        if site.form is not Form.HELPER or not verdict.reached.train is verdict.reached.eval is True:
            return verdict.behaviour
        targets = self.calls.targets(path, site.call)
        return Behaviour.ALWAYS_ON if any(map(self._is_on_inside, targets)) else verdict.behaviour

    def _is_on_inside(self, target: Target) -> bool:
        return any(
            site.verdict.behaviour is Behaviour.ALWAYS_ON and site.form not in {Form.CONSTRUCTION, Form.MODULE_CALL}
            for site in self.sites(target.path)
            if self.calls.top_level(target.path, site.call.function) == target.function.name
        )

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
        function = site.call.function
        by_calls = any(
            self.calls.never_runs(path, function, world) or self.calls.in_doubt(path, function, world) for world in World
        )
        return by_calls or site.verdict.behaviour is Behaviour.ALWAYS_ON
