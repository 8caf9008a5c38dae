"""What a run does to its baselines: tells which entries are stale, removes them, or writes a baseline anew."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from dropcheck.config.load import shown
from dropcheck.config.settings import Settings
from dropcheck.engine.baseline import Baseline, Key, read_baseline, write_baseline
from dropcheck.errors import ConfigError
from dropcheck.levels import State
from dropcheck.outcome import BaselineAction, BaselineUse, Report, StaleEntry

_PRESENT = frozenset({State.ACTIVE, State.BASELINED, State.BELOW_CONFIDENCE})


def read_baselines(settings: Iterable[Settings], *, required: bool = False) -> dict[str, Baseline]:
    """The baselines that settings name, by path.

    Args:
        settings: the settings of the files of a run.
        required: whether there must be one.

    Raises:
        ConfigError: one is missing or broken, or there is none.
    """
    paths = dict.fromkeys(one.baseline for one in settings if one.baseline is not None)
    if required and not paths:
        raise ConfigError("--prune-baseline: no baseline is in use; name it with --baseline or in the configuration")
    return {path: read_baseline(path) for path in paths}


Checked = Mapping[str, frozenset[str]]
"""The files that a run has a verdict on, each with the codes of the rules that were checked in it."""


def settle(report: Report, in_use: Iterable[tuple[Baseline, Checked]], *, prune: bool) -> Report:
    """Tell which entries of the baselines are stale, and remove them if asked.

    Args:
        report: the run.
        in_use: the baselines, each with the files that were held against it.
        prune: whether stale entries are removed from the files.

    Returns:
        The report with what became of each baseline.

    Raises:
        SourceError: a baseline cannot be written.
    """
    return replace(report, baselines=tuple(_settled(report, baseline, checked, prune) for baseline, checked in in_use))


def _settled(report: Report, baseline: Baseline, checked: Checked, prune: bool) -> BaselineUse:
    needed = _needed(report, baseline, checked)
    stale = tuple(
        StaleEntry(key.file, key.rule, key.function, count - needed.get(key, 0))
        for key, count in sorted(baseline.counts.items())
        if count > needed.get(key, 0)
    )
    action = BaselineAction.PRUNED if prune and stale else BaselineAction.READ
    if action is BaselineAction.PRUNED:
        write_baseline(replace(baseline, counts=needed))
    return BaselineUse(shown(baseline.path), action, sum(needed.values()), stale)


def adopt(report: Report, checked: Checked, path: str) -> Report:
    """Write a baseline that holds every finding that counts.

    What the file held for files and rules outside this run stays in it.

    Args:
        report: the run.
        checked: the files it has a verdict on.
        path: the file to write; its folder is made.

    Returns:
        The report with its findings baselined.

    Raises:
        ConfigError: there is a file of that name that is not a baseline.
        SourceError: it cannot be written.
    """
    old = read_baseline(path) if os.path.exists(path) else Baseline(os.path.abspath(path))
    # The union of the two takes the larger count of each key.
    counts = Counter(_needed(report, old, checked)) | _counted(report, old, {State.ACTIVE})
    write_baseline(replace(old, counts=counts))
    findings = tuple(
        replace(finding, state=State.BASELINED) if finding.state is State.ACTIVE else finding for finding in report.findings
    )
    use = BaselineUse(shown(path), BaselineAction.WRITTEN, len(report.active))
    return replace(report, findings=findings, baselines=(use,))


def _needed(report: Report, baseline: Baseline, checked: Checked) -> dict[Key, int]:
    """What a baseline holds, without what is no longer found.

    What the run did not look for stays: files that were not checked (unless they are gone) and rules that did not run.
    """
    found = _counted(report, baseline, _PRESENT)
    judged = {baseline.relative(path): codes for path, codes in checked.items()}
    folder = os.path.dirname(baseline.path)

    def is_judged(key: Key) -> bool:
        return key.rule in judged[key.file] if key.file in judged else not os.path.exists(os.path.join(folder, key.file))

    counts = {key: min(count, found[key]) if is_judged(key) else count for key, count in baseline.counts.items()}
    return {key: count for key, count in counts.items() if count}


def _counted(report: Report, baseline: Baseline, states: Set[State]) -> Counter[Key]:
    return Counter(baseline.key(one, report.sources[one.path]) for one in report.findings if one.state in states)
