"""The refactor of a run: plan, edit, verify, write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dropcheck.discover import Discovery
from dropcheck.engine.analysis import prepare_all
from dropcheck.engine.faults import file_error
from dropcheck.engine.modules_fix import REPAIRED
from dropcheck.engine.options import Progress, RunOptions
from dropcheck.engine.select import MODULE_RULE, SYNTAX_ERROR_CODE
from dropcheck.engine.time_limit import limited
from dropcheck.engine.workspace import Workspace
from dropcheck.errors import SourceError
from dropcheck.frozen import dataclass
from dropcheck.levels import Behaviour, State
from dropcheck.link.site import Site
from dropcheck.model import Finding
from dropcheck.outcome import FileError
from dropcheck.refactor.candidates import is_dropout
from dropcheck.refactor.context import RunContext
from dropcheck.refactor.plan import Planner
from dropcheck.refactor.result import Declined, FilePlan, RefactoredFile, RefactorReport, Unit
from dropcheck.source.edits import apply_edits
from dropcheck.source.text import SourceFile
from dropcheck.source.write import write_source


@dataclass(frozen=True, slots=True)
class RefactorOptions:
    """What holds for a whole run of the refactor.

    Args:
        write: write the files; otherwise only say what would become of them.
        one_per_call: give each call a module of its own.
        jobs: how many processes at most; None for one a core.
        timeout: how many seconds the work on one file may take; None for any number.
    """

    write: bool = True
    one_per_call: bool = False
    jobs: int | None = None
    timeout: float | None = None


def refactor(found: Discovery, options: RefactorOptions, *, progress: Progress | None = None) -> RefactorReport:
    """Turn the functional dropout of some files into registered modules.

    Args:
        found: the files, each with its settings.
        options: how.
        progress: is called after each file.

    Returns:
        What became of every site, and the files that could not be worked on.

    Raises:
        UserError: the settings of a file name a rule that does not exist.
    """
    prepared = prepare_all(found, RunOptions(jobs=options.jobs, timeout=options.timeout), progress, everything=True)
    workspace, errors = prepared.workspace, list(prepared.errors)
    workspace.complete_families(options.jobs)
    refusal = _Judged(workspace).refusal
    planner = Planner(
        RunContext(workspace.project(), workspace.trees, workspace.surroundings, refusal, one_per_call=options.one_per_call)
    )
    plans: list[FilePlan] = []
    for path in sorted(workspace.paths):
        try:
            with limited(path):
                plan = planner.plan(path)
        except Exception as error:  # a bug of ours in one file must not cost the others
            errors.append(file_error(path, error))
        else:
            plans += [plan] if plan is not None else []
    before = {path: workspace.text(path) for path in workspace.paths}
    applied = _apply(workspace, plans, options.jobs)
    files = [_result(plan, before[plan.path], workspace.text(plan.path)) for plan in applied]
    if options.write:
        files, failed = _write(files, prepared.sources)
        errors += failed
    return RefactorReport(tuple(files), len(found.files), tuple(sorted(errors, key=lambda one: one.path)), prepared.notes)


class _Judged:
    """What the rules say of the sites that a refactor may touch."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[str, tuple[Finding, ...]] = {}

    def refusal(self, site: Site) -> str:
        """Why a site is to be left alone: a comment says so, or it stays on in evaluation and that may be meant."""
        found = [one for one in self._findings(site.file.path) if one.span == site.call.span]
        if any(one.state is State.ACTIVE for one in found):
            return ""
        on = "it is always on, and " if site.verdict.behaviour is Behaviour.ALWAYS_ON else ""
        if not found:
            return f"{on}no rule reports it" if on else ""
        if found[0].state is State.BELOW_CONFIDENCE:
            return f"{on}that may be meant: `dropcheck check --min-confidence low` tells" if on else ""
        reason = f": {found[0].state_reason}" if found[0].state_reason else ""
        return f"{on}a comment or the configuration says to leave it{reason}"

    def _findings(self, path: str) -> tuple[Finding, ...]:
        if path not in self._known:
            self._known[path] = self._workspace.findings_of(path, sorted((*REPAIRED, MODULE_RULE)))
        return self._known[path]


# Applying


def _apply(workspace: Workspace, plans: Sequence[FilePlan], jobs: int | None) -> list[FilePlan]:
    """Edit the files in the workspace; what does not hold is taken back and declined."""
    changed = [plan for plan in plans if plan.units]
    old = {plan.path: workspace.text(plan.path) for plan in changed}
    before = {plan.path: _measure(workspace, plan.path) for plan in changed}
    texts = {plan.path: _edited(old[plan.path], plan.units) for plan in changed}
    failed = workspace.edit_all(texts, jobs)
    held = {plan.path: plan for plan in plans}
    for plan in changed:
        after = None if plan.path in failed else _measure(workspace, plan.path)
        if texts[plan.path] == old[plan.path] or _objection(before[plan.path], after, plan.units):
            workspace.edit(plan.path, old[plan.path])
            held[plan.path] = _one_by_one(workspace, plan, before[plan.path])
    return list(held.values())


def _one_by_one(workspace: Workspace, plan: FilePlan, before: _Measured | None) -> FilePlan:
    """Keep the units of a file that hold; the sites of the others are declined."""
    kept: list[Unit] = []
    declined: list[Declined] = list(plan.declined)
    text = workspace.text(plan.path)
    for unit in plan.units:
        failed = workspace.edit_all({plan.path: _edited(text, (*kept, unit))}, jobs=1)
        objection = _objection(before, None if failed else _measure(workspace, plan.path), (*kept, unit))
        if objection:
            declined += [Declined(site.place, objection, stays_on=site.was_on) for site in unit.sites]
        else:
            kept.append(unit)
    workspace.edit(plan.path, _edited(text, tuple(kept)))
    return FilePlan(plan.path, tuple(kept), tuple(sorted(declined, key=lambda one: one.place.span)))


def _edited(text: str, units: Sequence[Unit]) -> str:
    """The text with the edits; as it is where they overlap, which is a bug of ours and declined as such."""
    try:
        return apply_edits(text, (edit for unit in units for edit in unit.edits))
    except ValueError:
        return text


def _measure(workspace: Workspace, path: str) -> _Measured | None:
    """What is in a file; None where that cannot be worked out, which is a bug of ours and must not cost the other files."""
    try:
        found = Counter(map(_identity, workspace.findings(path)))
        return _Measured(found, sum(is_dropout(site) for site in workspace.project().sites(path)))
    except Exception:
        return None


@dataclass(frozen=True, slots=True)
class _Measured:
    """What is in a file: its findings by code and function, and how many sites are no registered modules."""

    findings: Counter[tuple[str, str]]
    sites: int


def _identity(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.qualified_name


def _objection(before: _Measured | None, after: _Measured | None, units: Sequence[Unit]) -> str:
    """Why the edited file is not accepted; empty where it is."""
    if before is None or after is None:
        return "what would become of it cannot be worked out"
    for (code, name), count in after.findings.items():
        if count > before.findings[code, name]:
            if code == SYNTAX_ERROR_CODE:
                return "the result would not parse"
            return f"{code} would be new in {name}" if name else f"{code} would be new"
    left = before.sites - sum(len(unit.sites) for unit in units)
    return "" if after.sites <= left else "the call would still be found"


def _result(plan: FilePlan, before: str, after: str) -> RefactoredFile:
    sites = sorted((site for unit in plan.units for site in unit.sites), key=lambda site: site.place.span)
    return RefactoredFile(plan.path, before, after, tuple(sites), plan.declined)


def _write(files: Sequence[RefactoredFile], sources: Mapping[str, SourceFile]) -> tuple[list[RefactoredFile], list[FileError]]:
    """Write the files; one that cannot be written is reported as it was."""
    done: list[RefactoredFile] = []
    errors: list[FileError] = []
    for file in files:
        try:
            write_source(sources[file.path], file.after)
        except SourceError as error:
            errors.append(FileError(file.path, error.message))
            file = replace(file, after=file.before, refactored=())  # noqa: PLW2901
        done.append(file)
    return done, errors
