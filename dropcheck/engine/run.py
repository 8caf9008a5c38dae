"""The whole flow over many files: read, sieve, extract, link, judge, suppress, select, fix, report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dropcheck.catalogue import Catalogue
from dropcheck.discover import Discovery, FoundFile
from dropcheck.engine.context import complete
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.pool import Task, extract_many, internal_error
from dropcheck.engine.repair import Repaired, repair
from dropcheck.engine.select import enabled_codes
from dropcheck.engine.workspace import Workspace
from dropcheck.errors import ForeignNotebookError, SourceError
from dropcheck.extract.modules import module_name
from dropcheck.extract.sieve import may_matter, parses, sieve_words
from dropcheck.model import FileError, Finding, Report
from dropcheck.source.text import SourceFile, decode_source, read_source

Progress = Callable[[int, int], None]
"""Is told how many files are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What holds for a whole run; everything else comes from the settings of each file.

    Args:
        fix: repair the files.
        diff: work out the repairs, write nothing.
        ignore_suppressions: report also what comments silence.
        jobs: how many processes at most; None for one a core.
    """

    fix: bool = False
    diff: bool = False
    ignore_suppressions: bool = False
    jobs: int | None = None


def check(found: Discovery, options: RunOptions, *, progress: Progress | None = None) -> Report:
    """Check files, and fix them if asked.

    Args:
        found: the files, each with its settings.
        options: what to do with them.
        progress: is called after each file.

    Returns:
        Every finding that is left, what was fixed, and the files that could not be worked on.

    Raises:
        UserError: the settings of a file name a rule that does not exist.
    """
    settings = {file.path: file.settings for file in found.files}
    prepared = prepare(found, options, progress)
    workspace, errors = prepared.workspace, list(prepared.errors)
    paths, failures = _judge(workspace, workspace.paths)
    repaired = Repaired((), ())
    if options.fix or options.diff:
        repaired = repair(workspace, paths, prepared.sources, write=options.fix and not options.diff)
        paths, more = _judge(workspace, paths)
        failures += more
    errors += (*failures, *repaired.errors)
    findings = sorted((finding for path in paths for finding in workspace.findings(path)), key=lambda finding: finding.sort_key)
    broken = {error.path for error in errors}
    return Report(
        findings=tuple(findings),
        files=sum(path not in broken for path in settings),
        sources=_shown(workspace, findings),
        errors=tuple(sorted(errors, key=lambda error: error.path)),
        fixed=repaired.files,
        unsafe_fixes=any(one.unsafe_fixes for one in settings.values()),
        notes=prepared.notes,
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run up to its linked project.

    Args:
        workspace: the files that can matter, with everything that the verdict on them depends on.
        sources: what was read, by path.
        errors: the files that could not be read or extracted.
        notes: what a user who asks for it wants to know, one line each.
    """

    workspace: Workspace
    sources: dict[str, SourceFile]
    errors: tuple[FileError, ...]
    notes: tuple[str, ...]


def prepare(found: Discovery, options: RunOptions, progress: Progress | None) -> Prepared:
    """Read, sieve, extract and link the files of a run.

    Raises:
        UserError: the settings of a file name a rule that does not exist.
    """
    settings = {file.path: file.settings for file in found.files}
    for distinct in dict.fromkeys(settings.values()):
        enabled_codes(distinct)
    catalogue = catalogue_for(settings.values())
    ticker = _Ticker(len(found.files), progress)
    loaded = _load(found.files, catalogue, ticker)
    workspace = Workspace(catalogue, settings, ignore_suppressions=options.ignore_suppressions)
    errors = (*found.errors, *loaded.errors, *_extract(workspace, loaded, catalogue, options.jobs, ticker))
    named = [file.path for file in found.files if file.named]
    completed = complete(workspace, loaded.skipped, named, catalogue, options.jobs)
    parsed = f"{len(loaded.sources)} of {len(found.files)} files can hold dropout and were parsed"
    return Prepared(
        workspace, {**loaded.sources, **completed.sources}, errors, (*found.notes, *loaded.notes, *completed.notes, parsed)
    )


class _Ticker:
    """Counts files and tells the caller."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.total = total
        self.progress = progress
        self.done = 0

    def __call__(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The files that can matter, by path, and those that could not be read. The text of all others is gone."""

    sources: dict[str, SourceFile]
    skipped: tuple[str, ...]
    errors: tuple[FileError, ...]
    notes: tuple[str, ...]


def _load(files: Sequence[FoundFile], catalogue: Catalogue, tick: Callable[[], None]) -> _Loaded:
    words = sieve_words(catalogue)
    sources: dict[str, SourceFile] = {}
    skipped: list[str] = []
    errors = []
    notes = []
    for file in files:
        try:
            source = _read(file)
        except SourceError as error:
            if isinstance(error, ForeignNotebookError) and not file.insisted:
                notes.append(str(error))
            else:
                errors.append(FileError(error.path, error.message))
        else:
            # What is at hand is never read again, so it cannot join later.
            at_hand = file.raw is not None
            if at_hand or may_matter(source.code, words) or (file.named and not parses(source.text)):
                sources[file.path] = source
                continue
            skipped.append(file.path)
        tick()
    return _Loaded(sources, tuple(skipped), tuple(errors), tuple(notes))


def _read(file: FoundFile) -> SourceFile:
    return read_source(file.path) if file.raw is None else decode_source(file.raw, file.path)


def _extract(
    workspace: Workspace, loaded: _Loaded, catalogue: Catalogue, jobs: int | None, tick: Callable[[], None]
) -> list[FileError]:
    """Put the facts of every file into the workspace; the errors of those that have none."""
    tasks = [Task(path, source.text, *module_name(path)) for path, source in loaded.sources.items()]
    errors = []
    for task, outcome in zip(tasks, extract_many(tasks, catalogue, jobs=jobs, tick=tick), strict=True):
        if isinstance(outcome, FileError):
            errors.append(outcome)
        else:
            workspace.put(task, outcome)
    return errors


def _judge(workspace: Workspace, paths: Sequence[str]) -> tuple[list[str], list[FileError]]:
    """The files that can be judged, and the errors of those that cannot."""
    judged = []
    errors = []
    for path in paths:
        try:
            workspace.findings(path)
        except Exception as error:  # a bug of ours in one file must not cost the others
            errors.append(FileError(path, internal_error(error)))
        else:
            judged.append(path)
    return judged, errors


def _shown(workspace: Workspace, findings: Sequence[Finding]) -> dict[str, str]:
    """The texts a report quotes: those of the findings and of the places that explain them."""
    paths = {finding.path for finding in findings}
    paths |= {related.path for finding in findings for related in finding.related}
    return {path: workspace.text(path) for path in workspace.paths if path in paths}
