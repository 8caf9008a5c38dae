"""The files of a run, the project they make, and the way from there to the findings of one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from dropcheck.catalogue import Catalogue
from dropcheck.config.settings import Settings
from dropcheck.engine.directives import Vocabulary, Word, read_directives
from dropcheck.engine.known import Known
from dropcheck.engine.modules import DiskFinder
from dropcheck.engine.modules_fix import ModuleFixes
from dropcheck.engine.pool import Task, extract_many, extract_one
from dropcheck.engine.select import SYNTAX_ERROR_CODE, enabled_codes, select
from dropcheck.engine.suppress import suppress
from dropcheck.engine.unused import UNUSED_CODE, unused_suppressions
from dropcheck.errors import SourceError
from dropcheck.facts import FileFacts
from dropcheck.levels import State
from dropcheck.link import Project, link
from dropcheck.model import Finding
from dropcheck.outcome import FileError
from dropcheck.rules.judge import judge
from dropcheck.rules.selectors import codes_for, nearest
from dropcheck.source.text import read_source

if TYPE_CHECKING:
    from dropcheck.engine.baseline import Baseline
    from dropcheck.engine.fix import FixResult
    from dropcheck.refactor.surroundings import Surroundings
    from dropcheck.refactor.tree import Trees

VOCABULARY = Vocabulary(codes_for, nearest)
"""The rules that comments may name."""


class InternalError(Exception):
    """A text that extraction could not work on: it is too much, or shows a bug of ours. ``str(error)`` is the line for the user.

    Args:
        message: that line.
        trace: the traceback of a bug of ours; empty otherwise.
    """

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


class Workspace:
    """Files whose texts may change, and what is found in them.

    A finding may depend on every file, so a change of one forgets the findings of all until they are asked for again.

    Args:
        catalogue: the entries in force.
        settings: the settings of each file, by path.
        baselines: the baselines that settings name, by path; one that is not among them is not applied.
        ignore_suppressions: whether comments silence nothing.
        obey_noqa: whether ``# noqa`` does.
        known: the facts that need no extraction.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        settings: Mapping[str, Settings],
        *,
        baselines: Mapping[str, Baseline] | None = None,
        ignore_suppressions: bool = False,
        obey_noqa: bool = True,
        known: Known | None = None,
    ) -> None:
        self.catalogue = catalogue
        self._settings = settings
        self._baselines = baselines or {}
        self._ignore_suppressions = ignore_suppressions
        self._obey_noqa = obey_noqa
        self.known = known or Known(None)
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
        return self._tasks[path].excerpt is not None

    def settings(self, path: str) -> Settings:
        """The settings of a file."""
        return self._settings[path]

    def checked_codes(self, path: str) -> frozenset[str]:
        """The codes of the rules that were checked in a file of the run: where it, or a cell of it, does not parse, only that."""
        enabled = enabled_codes(self._settings[path])
        facts = self._facts.get(path)
        unreadable = facts is not None and (facts.syntax_error is not None or bool(facts.broken_cells))
        return enabled & {SYNTAX_ERROR_CODE} if unreadable else enabled

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
            raise InternalError(outcome.message, outcome.trace)
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

    def fix(self, path: str, *, unsafe: bool, baselined: bool = False) -> FixResult:
        """Apply the fixes of a file to a fixed point; it holds the fixed text afterwards.

        Args:
            path: a file that was put in.
            unsafe: whether unsafe fixes are applied too.
            baselined: whether what the baseline holds is fixed too.

        Returns:
            The fixed text and what was done to it. If anything is raised, the file keeps its old text.
        """
        return self.rewrite(
            path,
            lambda: self.fixable()(path),
            lambda finding: finding.fix_applies(unsafe=unsafe, baselined=baselined),
        )

    def fixable(self) -> Callable[[str], tuple[Finding, ...]]:
        """Tells what is found in a file, at the places where it is to be fixed.

        Returns:
            A function of the path, good until a text changes. The fixes that it gives for several files go together.
        """
        modules = ModuleFixes(self)
        return lambda path: self._judge(path, modules, at_calls=True)

    def rewrite(self, path: str, view: Callable[[], tuple[Finding, ...]], wanted: Callable[[Finding], bool]) -> FixResult:
        """Apply edits to a file to a fixed point; it holds the edited text afterwards.

        Args:
            path: a file that was put in.
            view: what is found in the text that the file holds; the edits are the fixes of that.
            wanted: whether the fix of a finding is to be applied.

        Returns:
            As for ``fix``.
        """
        from dropcheck.engine.fix import fix_text  # noqa: PLC0415  (only where something is fixed)

        before = self.state(path)

        def judge(text: str) -> tuple[Finding, ...]:
            self.edit(path, text)
            return view()

        try:
            result = fix_text(self.text(path), judge, wanted)
            self.edit(path, result.text)
        except BaseException:
            self.put(*before)
            raise
        return result

    def state(self, path: str) -> tuple[Task, FileFacts]:
        """What ``put`` needs to make a file again what it is now."""
        return self._tasks[path], self._facts[path]

    def project(self) -> Project:
        """The linked facts of all files as they are now."""
        if self._project is None:
            everything = {**self._context, **self._facts}
            self._project = link(everything.values(), self.catalogue, self.finder)
        return self._project

    @cached_property
    def trees(self) -> Trees:
        """The syntax trees of the files."""
        from dropcheck.refactor.tree import Trees  # noqa: PLC0415  (LibCST, only where a refactor is asked for)

        return Trees(self.text)

    @cached_property
    def surroundings(self) -> Surroundings:
        """The text of every file of the run as it was read; what cannot be read is left out."""
        from dropcheck.refactor.surroundings import Surroundings  # noqa: PLC0415  (as above)

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
            self._findings[path] = self._judge(path, ModuleFixes(self), at_calls=False)
        return self._findings[path]

    def _judge(self, path: str, modules: ModuleFixes, *, at_calls: bool) -> tuple[Finding, ...]:
        settings = self._settings[path]
        selected = modules.give(path, self._selected(path, settings, at_calls=at_calls))
        findings: Iterable[Finding] = sorted(selected, key=lambda finding: finding.sort_key)
        baseline = self._baselines.get(settings.baseline or "")
        if baseline is not None:
            findings = baseline.mark(findings, self.text(path))
        return self._as_told(path, findings) if at_calls else tuple(findings)

    def _selected(self, path: str, settings: Settings, *, at_calls: bool) -> tuple[Finding, ...]:
        directives = read_directives(self._facts[path].comments, path, VOCABULARY)
        found = (*judge(self.project(), path, settings, at_calls=at_calls), *directives.problems)
        obeyed = () if self._ignore_suppressions else directives.valid
        if not self._obey_noqa:
            obeyed = tuple(directive for directive in obeyed if directive.word is not Word.NOQA)
        text = self.text(path)
        spoken = suppress(found, obeyed, text)
        unused = () if at_calls else unused_suppressions(spoken.uses, self.checked_codes(path), path, text)
        return select((*spoken.findings, *unused), settings)

    def findings_of(self, path: str, codes: Iterable[str]) -> tuple[Finding, ...]:
        """What some rules find in a file, whether its settings select them or not, with states.

        Args:
            path: the file.
            codes: the codes of the rules.
        """
        settings = replace(self._settings[path], select=tuple(codes), extend_select=(), ignore=())
        return self._selected(path, settings, at_calls=False)

    def _as_told(self, path: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings at calls, each with the state of the one that tells it at the helper; and the unused suppressions."""
        told = self.findings(path)
        here = {(finding.code, finding.span) for finding in told}
        states = (one if (one.code, one.span) in here else self._with_state_at_helper(one) for one in findings)
        unused = (finding for finding in told if finding.code == UNUSED_CODE)
        return tuple(sorted((*states, *unused), key=lambda finding: finding.sort_key))

    def _with_state_at_helper(self, finding: Finding) -> Finding:
        for related in finding.related:
            for other in self.findings(related.path) if related.path in self._facts else ():
                if other.code == finding.code and other.span == related.span and finding.state is State.ACTIVE:
                    return replace(finding, state=other.state, state_reason=other.state_reason)
        return finding
