"""What a run does to its baselines: tells which entries are stale, removes them, or writes a baseline anew."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dropcheck.config.load import shown
from dropcheck.config.settings import Settings
from dropcheck.engine.baseline import Baseline, Key, read_baseline, write_baseline
from dropcheck.engine.select import enabled_codes
from dropcheck.errors import ConfigError
from dropcheck.model import BaselineAction, BaselineUse, Finding, Report, StaleEntry, State

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


@dataclass(frozen=True, slots=True)
class Checked:
    """What a run has a verdict on.

    Args:
        settings: the settings of each file that was checked, by path.
        findings: what was found in them.
        sources: the text of each file with a finding.
    """

    settings: Mapping[str, Settings]
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]

    def present(self, baseline: Baseline) -> Counter[Key]:
        """How often each key is found, whether or not the findings count."""
        return self._counted(baseline, _PRESENT)

    def active(self, baseline: Baseline) -> Counter[Key]:
        """How often each key is found by findings that count."""
        return self._counted(baseline, frozenset({State.ACTIVE}))

    def needed(self, baseline: Baseline) -> dict[Key, int]:
        """What a baseline holds, without what is no longer found.

        What the run did not look for stays: files that were not checked (unless they are gone) and rules that did not run.
        """
        found = self.present(baseline)
        ran = {baseline.relative(path): enabled_codes(settings) for path, settings in self.settings.items()}
        folder = os.path.dirname(baseline.path)

        def is_judged(key: Key) -> bool:
            return key.rule in ran[key.file] if key.file in ran else not os.path.exists(os.path.join(folder, key.file))

        counts = {key: min(count, found[key]) if is_judged(key) else count for key, count in baseline.counts.items()}
        return {key: count for key, count in counts.items() if count}

    def _counted(self, baseline: Baseline, states: frozenset[State]) -> Counter[Key]:
        return Counter(baseline.key(one, self.sources[one.path]) for one in self.findings if one.state in states)


def settle(report: Report, checked: Checked, baselines: Iterable[Baseline], *, prune: bool) -> Report:
    """Tell which entries of the baselines are stale, and remove them if asked.

    Args:
        report: the run.
        checked: what it has a verdict on.
        baselines: those in use.
        prune: whether stale entries are removed from the files.

    Returns:
        The report with what became of each baseline.

    Raises:
        SourceError: a baseline cannot be written.
    """
    uses = []
    for baseline in baselines:
        own = {path: one for path, one in checked.settings.items() if one.baseline == baseline.path}
        needed = replace(checked, settings=own).needed(baseline)
        stale = tuple(
            StaleEntry(key.file, key.rule, key.function, count - needed.get(key, 0))
            for key, count in sorted(baseline.counts.items())
            if count > needed.get(key, 0)
        )
        action = BaselineAction.PRUNED if prune and stale else BaselineAction.READ
        if action is BaselineAction.PRUNED:
            write_baseline(replace(baseline, counts=needed))
        uses.append(BaselineUse(shown(baseline.path), action, sum(needed.values()), stale))
    return replace(report, baselines=tuple(uses))


def adopt(report: Report, checked: Checked, path: str) -> Report:
    """Write a baseline that holds every finding that counts.

    What the file held for files and rules outside this run stays in it.

    Args:
        report: the run.
        checked: what it has a verdict on.
        path: the file to write; its folder is made.

    Returns:
        The report with its findings baselined.

    Raises:
        ConfigError: there is a file of that name that is not a baseline.
        SourceError: it cannot be written.
    """
    old = read_baseline(path) if os.path.exists(path) else Baseline(os.path.abspath(path))
    # The union of the two takes the larger count of each key.
    new = replace(old, counts=Counter(checked.needed(old)) | checked.active(old))
    write_baseline(new)
    findings = tuple(
        replace(finding, state=State.BASELINED) if finding.state is State.ACTIVE else finding for finding in report.findings
    )
    use = BaselineUse(shown(new.path), BaselineAction.WRITTEN, len(report.active))
    return replace(report, findings=findings, baselines=(use,))
