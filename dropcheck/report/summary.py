"""The closing lines of a run, for stderr: how much was found, what was repaired, what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dropcheck.frozen import dataclass
from dropcheck.levels import Applicability, Severity, State
from dropcheck.outcome import BaselineAction, FixedFile, Report, StaleEntry
from dropcheck.report.escape import visible

if TYPE_CHECKING:
    from dropcheck.model import Finding


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """What the user asked for, as far as the summary depends on it.

    Args:
        diff: nothing was written, the changes were only shown.
        fix_only: the findings that are left were not asked for.
        add_ignore: what was done to findings is not a repair but a comment that suppresses them.
        show_fixes: list what was repaired.
        verbose: tell about findings that do not count, and the notes of the run.
        fail_on: findings that are less serious do not make the run fail.
    """

    diff: bool = False
    fix_only: bool = False
    add_ignore: bool = False
    show_fixes: bool = False
    verbose: bool = False
    fail_on: Severity = Severity.INFO


def render(report: Report, options: SummaryOptions) -> str:
    """The summary; empty where no file was looked at.

    Args:
        report: the run.
        options: what the user asked for.
    """
    return "".join(f"{line}\n" for line in _lines(report, options))


def _lines(report: Report, options: SummaryOptions) -> Iterator[str]:
    for file in report.fixed:
        if file.refused:
            yield f"warning: {visible(file.path)}: left as it was: {visible(file.refused)}"
    if options.verbose:
        yield from map(visible, report.notes)
    if not report.files and not report.findings:
        return
    changed = _changed(report)
    if options.show_fixes and changed:
        yield from _fixes(changed, _verb(options))
    yield _verdict(report, changed, options)
    if not options.fix_only:
        yield from _tolerated(report, options.fail_on)
        yield from _hidden(report)
    yield from _baselines(report, verbose=options.verbose)
    if options.verbose:
        yield from _dismissed(report)


def _verdict(report: Report, changed: tuple[FixedFile, ...], options: SummaryOptions) -> str:
    if changed:
        applied = sum(len(file.applied) for file in changed)
        line = f"{_verb(options)} {_count(applied, 'finding')} in {_count(len(changed), 'file')}"
        if options.fix_only:
            return f"{line}."
        return f"{line}, {len(report.active)} left{_prospects(report)}."
    if options.fix_only:
        return "Nothing to fix."
    checked = f"{_count(report.files, 'file')} checked"
    if report.active:
        files = len({finding.path for finding in report.active})
        found = f"Found {_count(len(report.active), 'finding')} in {_count(files, 'file')}"
        return f"{found} ({checked}){_prospects(report)}."
    if report.errors:
        return f"No findings: {checked}, {_count(len(report.errors), 'error')}."
    return f"All clear: {checked}."


def _verb(options: SummaryOptions) -> str:
    if options.add_ignore:
        return "Would suppress" if options.diff else "Suppressed"
    return "Would fix" if options.diff else "Fixed"


def _prospects(report: Report) -> str:
    """How many of the findings ``--fix`` would repair, with and without unsafe fixes."""
    now = sum(finding.fix_applies(unsafe=report.unsafe_fixes) for finding in report.active)
    later = 0 if report.unsafe_fixes else sum(map(_needs_unsafe, report.active))
    if now and later:
        return f"; {now} fixable with --fix, {later} more with --unsafe-fixes"
    if now:
        return f"; {now} fixable with --fix"
    return f"; {later} fixable with --fix --unsafe-fixes" if later else ""


def _needs_unsafe(finding: Finding) -> bool:
    fix = finding.fix
    return fix is not None and fix.applicability is Applicability.UNSAFE and finding.fix_applies(unsafe=True)


def _tolerated(report: Report, fail_on: Severity) -> Iterator[str]:
    number = sum(finding.severity.rank < fail_on.rank for finding in report.active)
    if number:
        yield f"{number} of them less serious than {fail_on.value}, which do not fail the run."


def _hidden(report: Report) -> Iterator[str]:
    below = [finding.confidence for finding in report.findings if finding.state is State.BELOW_CONFIDENCE]
    if below:
        level = min(below, key=lambda confidence: confidence.rank)
        yield f"{len(below)} more of lower confidence: see them with --min-confidence {level.value}."


def _dismissed(report: Report) -> Iterator[str]:
    states = Counter(finding.state for finding in report.findings)
    yield f"{states[State.SUPPRESSED]} suppressed, {states[State.INTENDED]} marked as intended."


def _baselines(report: Report, *, verbose: bool) -> Iterator[str]:
    known = sum(finding.state is State.BASELINED for finding in report.findings)
    if known and not any(use.action is BaselineAction.WRITTEN for use in report.baselines):
        yield f"{known} more in the baseline: see them with --ignore-baseline."
    for use in report.baselines:
        path, gone = visible(use.path), _count(sum(entry.count for entry in use.stale), "finding")
        if use.action is BaselineAction.WRITTEN:
            yield f"{path}: wrote {_count(use.held, 'finding')}; with --baseline {path} only new ones are reported."
        elif use.action is BaselineAction.PRUNED:
            yield f"{path}: removed {gone} no longer found."
        elif use.stale:
            yield f"{path}: {gone} no longer found; remove with --prune-baseline."
        if verbose:
            yield from (f"  {_stale(entry)}" for entry in use.stale)


def _stale(entry: StaleEntry) -> str:
    place = f" in {entry.qualified_name}" if entry.qualified_name else ""
    return visible(f"{entry.file}: {entry.count} x {entry.code}{place}")


def _fixes(changed: tuple[FixedFile, ...], verb: str) -> Iterator[str]:
    yield f"{verb}:"
    for file in changed:
        yield f"  {visible(file.path)}"
        names = {finding.code: finding.name for finding in file.applied}
        counts = Counter(finding.code for finding in file.applied)
        for code in sorted(counts):
            yield f"    {counts[code]} x {code} ({names[code]})"


def _changed(report: Report) -> tuple[FixedFile, ...]:
    return tuple(file for file in report.fixed if file.before != file.after)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
