"""The files of a run, the project they make, and the way from there to the findings of one file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from dropcheck.catalogue import Catalogue
from dropcheck.config.settings import Settings
from dropcheck.engine.directives import Vocabulary, read_directives
from dropcheck.engine.fix import FixResult, fix_text
from dropcheck.engine.modules import DiskFinder
from dropcheck.engine.modules_fix import with_module_fixes
from dropcheck.engine.pool import Task, extract_many, extract_one
from dropcheck.engine.select import select
from dropcheck.engine.suppress import suppress
from dropcheck.errors import SourceError
from dropcheck.facts import FileFacts
from dropcheck.link import Project, link
from dropcheck.model import FileError, Finding
from dropcheck.refactor.surroundings import Surroundings
from dropcheck.rules.judge import judge
from dropcheck.rules.selectors import codes_for, nearest
from dropcheck.source.text import read_source

_VOCABULARY = Vocabulary(codes_for, nearest)


class InternalError(Exception):
    """A text that extraction could not work on: a bug of ours. ``str(error)`` is the line for the user."""


class Workspace:
    """Files whose texts may change, and what is found in them.

    A finding may depend on every file, so a change of one forgets the findings of all until they are asked for again.

    Args:
        catalogue: the entries in force.
        settings: the settings of each file, by path.
        ignore_suppressions: whether comments silence nothing.
    """

    def __init__(self, catalogue: Catalogue, settings: Mapping[str, Settings], *, ignore_suppressions: bool = False) -> None:
        self.catalogue = catalogue
        self._settings = settings
        self._ignore_suppressions = ignore_suppressions
        self._tasks: dict[str, Task] = {}
        self._facts: dict[str, FileFacts] = {}
        self._context: dict[str, FileFacts] = {}
        self._project: Project | None = None
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._families_complete = False

    @cached_property
    def finder(self) -> DiskFinder:
        """Finds the files of modules, those of the run under the names it has for them."""
        return DiskFinder(self._settings)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, in the order they were put in."""
        return tuple(self._facts)

    def text(self, path: str) -> str:
        """The text of a file as it is now."""
        return self._tasks[path].text

    def is_cut(self, path: str) -> bool:
        """Whether only parts of a file were extracted."""
        return self._tasks[path].cut is not None

    def settings(self, path: str) -> Settings:
        """The settings of a file."""
        return self._settings[path]

    def put(self, task: Task, facts: FileFacts) -> None:
        """Add a file with its facts, or replace one."""
        self._tasks[task.path] = task
        self._facts[task.path] = facts
        self._forget()

    def put_context(self, task: Task, facts: FileFacts) -> None:
        """Add a file that is not checked itself, but that the verdict on others depends on."""
        self._tasks[task.path] = task
        self._context[task.path] = facts
        self.finder.add(task.path)
        self._forget()

    def _forget(self) -> None:
        self._project = None
        self._findings.clear()

    def add(self, task: Task) -> None:
        """Extract the facts of a file and put it in.

        Raises:
            InternalError: the text cannot be worked on; nothing changed.
        """
        outcome = extract_one(task, self.catalogue)
        if isinstance(outcome, FileError):
            raise InternalError(outcome.message)
        self.put(task, outcome)

    def edit(self, path: str, text: str) -> None:
        """Change the text of a file.

        Args:
            path: a file that was put in.
            text: what it shall hold.

        Raises:
            InternalError: the text cannot be worked on; the file keeps its old one.
        """
        if text != self.text(path):
            self.add(self._tasks[path].with_text(text))

    def edit_all(self, texts: Mapping[str, str], jobs: int | None) -> frozenset[str]:
        """Change the texts of several files at once.

        Args:
            texts: what each file shall hold, by path.
            jobs: how many processes at most.

        Returns:
            The files that cannot be worked on with their new text; they keep their old ones.
        """
        tasks = [self._tasks[path].with_text(text) for path, text in texts.items()]
        failed = set()
        for task, outcome in zip(tasks, extract_many(tasks, self.catalogue, jobs=jobs, tick=lambda: None), strict=True):
            if isinstance(outcome, FileError):
                failed.add(task.path)
            else:
                self.put(task, outcome)
        return frozenset(failed)

    def fix(self, path: str, *, unsafe: bool) -> FixResult:
        """Apply the fixes of a file to a fixed point; it holds the fixed text afterwards.

        Args:
            path: a file that was put in.
            unsafe: whether unsafe fixes are applied too.

        Returns:
            The fixed text and what was done to it. If anything is raised, the file keeps its old text.
        """
        before = self._tasks[path], self._facts[path]

        def judge(text: str) -> tuple[Finding, ...]:
            self.edit(path, text)
            return self._judge(path, at_calls=True)

        try:
            result = fix_text(self.text(path), judge, lambda finding: finding.fix_applies(unsafe=unsafe))
            self.edit(path, result.text)
        except BaseException:
            self.put(*before)
            raise
        return result

    def project(self) -> Project:
        """The linked facts of all files as they are now."""
        if self._project is None:
            everything = {**self._context, **self._facts}
            self._project = link(everything.values(), self.catalogue, self.finder)
        return self._project

    @cached_property
    def surroundings(self) -> Surroundings:
        """The text of every file of the run as it was read; what cannot be read is left out."""
        found = []
        for path in self._settings:
            try:
                found.append((path, self._tasks[path].text if path in self._tasks else read_source(path).text))
            except SourceError:
                continue
        return Surroundings(found)

    def complete_families(self, jobs: int | None = 1) -> None:
        """Add the files that hold relatives of classes with dropout, as a whole: the refactor must know them.

        Args:
            jobs: how many processes at most.
        """
        if not self._families_complete:
            self._families_complete = True
            from dropcheck.engine.families import load_families  # noqa: PLC0415  (only where a refactor is asked for)

            load_families(self, self.surroundings.texts, jobs)

    def findings(self, path: str) -> tuple[Finding, ...]:
        """What is found in a file by the rules its settings select, with states, sorted."""
        if path not in self._findings:
            self._findings[path] = self._judge(path, at_calls=False)
        return self._findings[path]

    def _judge(self, path: str, *, at_calls: bool) -> tuple[Finding, ...]:
        selected = with_module_fixes(self, path, self._selected(path, self._settings[path], at_calls=at_calls))
        return tuple(sorted(selected, key=lambda finding: finding.sort_key))

    def _selected(self, path: str, settings: Settings, *, at_calls: bool) -> tuple[Finding, ...]:
        directives = read_directives(self._facts[path].comments, path, _VOCABULARY)
        found = (*judge(self.project(), path, settings, at_calls=at_calls), *directives.problems)
        obeyed = () if self._ignore_suppressions else directives.valid
        return select(suppress(found, obeyed, self.text(path)).findings, settings)

    def findings_of(self, path: str, codes: Iterable[str]) -> tuple[Finding, ...]:
        """What some rules find in a file, whether its settings select them or not, with states.

        Args:
            path: the file.
            codes: the codes of the rules.
        """
        settings = replace(self._settings[path], select=tuple(codes), extend_select=(), ignore=())
        return self._selected(path, settings, at_calls=False)
