"""The full analysis of the files that passed the sieve: extract, link, judge, suppress, select, fix, report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dropcheck.config.settings import Settings
from dropcheck.discover import Discovery
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.faults import file_error
from dropcheck.engine.known import Kept, Known
from dropcheck.engine.loading import Loaded, load
from dropcheck.engine.looking import Lookers
from dropcheck.engine.options import Progress, RunOptions, Ticker
from dropcheck.engine.result import Basis, Result
from dropcheck.engine.select import enabled_codes
from dropcheck.engine.slicing import Slices
from dropcheck.engine.time_limit import SECONDS, limited
from dropcheck.frozen import dataclass
from dropcheck.outcome import FileError, FixedFile, Report
from dropcheck.sieve import Look
from dropcheck.source.text import SourceFile

if TYPE_CHECKING:
    from dropcheck.engine.baseline import Baseline
    from dropcheck.engine.together import Mending
    from dropcheck.engine.workspace import Workspace
    from dropcheck.model import Finding

#: A file that does not parse is seen as a whole, whatever its text says.
_WHOLE = Look(whole=True)


def analyse(found: Discovery, options: RunOptions, loaded: Loaded, ticker: Ticker, kept: Kept | None = None) -> Result:
    """Find what there is to find in the files of a run, and fix it if asked.

    Args:
        found: the files, each with its settings.
        options: what to do with them.
        loaded: the files as they were read.
        ticker: is called after each file.
        kept: facts of an earlier run.

    Raises:
        UserError: a baseline cannot be read or written.
    """
    settings = {file.path: file.settings for file in found.files}
    prepared = prepare(found, options, loaded, ticker, kept)
    workspace, errors = prepared.workspace, list(prepared.errors)
    paths, failures = _judge(workspace, workspace.paths)
    fixed: tuple[FixedFile, ...] = ()
    if options.rewrites:
        from dropcheck.engine.repair import repair  # noqa: PLC0415  (only where something is fixed)

        mending = _mending(workspace, options)
        repaired = repair(workspace, paths, prepared.sources, mending, write=not options.diff, jobs=options.jobs)
        paths, more = _judge(workspace, paths)
        failures += (*more, *repaired.errors)
        fixed = repaired.files
    errors += failures
    findings = sorted((finding for path in paths for finding in workspace.findings(path)), key=lambda finding: finding.sort_key)
    broken = {error.path for error in errors}
    checked = [path for path in settings if path not in broken]
    report = Report(
        findings=tuple(findings),
        files=len(checked),
        sources=_shown(workspace, findings),
        errors=tuple(sorted(errors, key=lambda error: error.path)),
        fixed=fixed,
        unsafe_fixes=any(one.unsafe_fixes for one in settings.values()),
        notes=prepared.notes,
    )
    if not options.diff and (prepared.baselines or options.write_baseline is not None):
        codes = {path: workspace.checked_codes(path) for path in checked}
        report = _settled(report, prepared, settings, codes, options)
    # Judging may follow imports that linking did not.
    links = prepared.basis.links | workspace.project().names.links
    return Result(report, replace(prepared.basis, links=links, facts=workspace.known.to_keep()))


def _settled(
    report: Report,
    prepared: Prepared,
    settings: Mapping[str, Settings],
    checked: Mapping[str, frozenset[str]],
    options: RunOptions,
) -> Report:
    """The report with what became of the baselines."""
    from dropcheck.engine.accounts import adopt, settle  # noqa: PLC0415  (few runs have a baseline)

    if options.write_baseline is not None:
        return adopt(report, checked, options.write_baseline)
    in_use = [
        (baseline, {path: codes for path, codes in checked.items() if settings[path].baseline == name})
        for name, baseline in prepared.baselines.items()
    ]
    return settle(report, in_use, prune=options.prune_baseline)


def _mending(workspace: Workspace, options: RunOptions) -> Mending:
    """What is done to a file: its fixes, or comments in their place."""
    from dropcheck.engine.together import Mending  # noqa: PLC0415  (only where something is fixed)

    reason = options.add_ignore
    if reason is not None:
        from dropcheck.engine.add_ignore import is_ignorable, with_ignores  # noqa: PLC0415  (as above)

        return Mending(lambda: lambda path: with_ignores(workspace.text(path), workspace.findings(path), reason), is_ignorable)

    def wanted(finding: Finding) -> bool:
        unsafe = workspace.settings(finding.path).unsafe_fixes
        return finding.fix_applies(unsafe=unsafe, baselined=options.fix_baselined)

    return Mending(workspace.fixable, wanted)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run up to its linked project.

    Args:
        workspace: the files that can matter, with everything that the verdict on them depends on.
        sources: what was read, by path.
        errors: the files that could not be read or extracted.
        baselines: the baselines in use, by path.
        notes: what a user who asks for it wants to know, one line each.
        basis: what the run rests on.
    """

    workspace: Workspace
    sources: dict[str, SourceFile]
    errors: tuple[FileError, ...]
    baselines: Mapping[str, Baseline]
    notes: tuple[str, ...]
    basis: Basis


def prepare(found: Discovery, options: RunOptions, loaded: Loaded, ticker: Ticker, kept: Kept | None = None) -> Prepared:
    """Extract and link the files of a run.

    Args:
        found: the files, each with its settings.
        options: what to do with them.
        loaded: the files as they were read.
        ticker: is called after each file.
        kept: facts of an earlier run.

    Raises:
        UserError: a baseline cannot be read or written.
    """
    settings = {file.path: file.settings for file in found.files}
    catalogue = catalogue_for(settings.values())
    baselines = _baselines(settings.values(), options)
    known, slices = Known(kept), Slices()
    tasks = [slices.begin(source, loaded.looks.get(path, _WHOLE)) for path, source in loaded.sources.items()]
    outcomes = known.begin_extraction(tasks, catalogue, jobs=options.jobs, tick=ticker)
    # While other processes extract, what links and judges is loaded, and told what there is besides the files of the run.
    from dropcheck.engine.context import Completion  # noqa: PLC0415
    from dropcheck.engine.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace(
        catalogue,
        settings,
        baselines=baselines,
        ignore_suppressions=options.ignore_suppressions,
        obey_noqa=options.obey_noqa,
        known=known,
    )
    completion = Completion(workspace, loaded, slices, found, options.jobs)
    errors = [*found.errors, *loaded.errors]
    for task, outcome in zip(tasks, outcomes(), strict=True):
        if isinstance(outcome, FileError):
            errors.append(outcome)
        else:
            workspace.put(task, outcome)
    completed = completion.run()
    loaded.lookers.dismiss()
    parsed = f"{len(workspace.paths)} of {len(found.files)} files needed to be parsed"
    notes = (*found.notes, *loaded.notes, *completed.notes, parsed)
    touched = completed.touched | loaded.sources.keys()
    basis = Basis(
        loaded.raws,
        touched,
        # Only the next run asks for these.
        completion.words_in(completed.touched) if options.cache is not None else {},
        loaded.harmless,
        loaded.consulted,
        loaded.odd,
        looks={path: loaded.looks.get(path, _WHOLE) for path in loaded.sources},
        parsed=frozenset(workspace.paths),
        links=completed.links,
        open=completed.open,
        helpers=loaded.helpers,
    )
    outside = {file.path for file in found.files if file.outside}
    sources = {path: replace(source, outside=path in outside) for path, source in completed.sources.items()}
    return Prepared(workspace, sources, tuple(errors), baselines, notes, basis)


def _baselines(settings: Iterable[Settings], options: RunOptions) -> Mapping[str, Baseline]:
    """The baselines in use."""
    if options.ignore_baseline or options.write_baseline is not None or not options.uses_baseline(settings):
        return {}
    from dropcheck.engine.accounts import read_baselines  # noqa: PLC0415  (as above)

    return read_baselines(settings, required=options.prune_baseline)


def prepare_all(found: Discovery, options: RunOptions, progress: Progress | None, *, everything: bool = False) -> Prepared:
    """Read, sieve, extract and link the files of a run.

    Args:
        found: the files, each with its settings.
        options: what to do with them.
        progress: is called after each file.
        everything: whether dropout that is surely right matters, too.

    Raises:
        UserError: the settings of a file name a rule that does not exist, or a baseline cannot be read or written.
    """
    SECONDS.set(options.timeout)
    distinct = dict.fromkeys(file.settings for file in found.files)
    for one in distinct:
        enabled_codes(one)
    ticker = Ticker(len(found.files), progress)
    with Lookers(options.jobs) as lookers:
        loaded = load(found.files, catalogue_for(distinct), ticker, everything=everything, lookers=lookers)
        return prepare(found, options, loaded, ticker)


def _judge(workspace: Workspace, paths: Sequence[str]) -> tuple[list[str], list[FileError]]:
    """The files that can be judged, and the errors of those that cannot."""
    judged = []
    errors = []
    for path in paths:
        try:
            with limited(path):
                workspace.findings(path)
        except Exception as error:  # a bug of ours in one file must not cost the others
            errors.append(file_error(path, error))
        else:
            judged.append(path)
    return judged, errors


def _shown(workspace: Workspace, findings: Sequence[Finding]) -> dict[str, str]:
    """The texts a report quotes: those of the findings and of the places that explain them."""
    paths = {finding.path for finding in findings}
    paths |= {related.path for finding in findings for related in finding.related}
    return {path: workspace.text(path) for path in workspace.paths if path in paths}
