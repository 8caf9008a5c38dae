"""The whole flow over many files: read, sieve, and where that leaves anything, the full analysis.

Most runs find nothing, and a hook runs on every commit: what a clean run does not need is imported where it is used.
"""

from __future__ import annotations

import os

from dropcheck.catalogue import Catalogue
from dropcheck.discover import Discovery
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.helper import Helper
from dropcheck.engine.leads import Leads, code_or_none
from dropcheck.engine.loading import Loaded, load
from dropcheck.engine.modules import DiskFinder
from dropcheck.engine.options import Progress, RunOptions, Ticker
from dropcheck.engine.result import Basis, Result
from dropcheck.engine.select import asks_for_modules, enabled_codes
from dropcheck.outcome import Report

#: So many files are read and sieved before the cache is asked for an answer: that takes less time.
_FEW = 20


def check(found: Discovery, options: RunOptions, *, progress: Progress | None = None) -> Report:
    """Check files, and fix them if asked.

    Args:
        found: the files, each with its settings.
        options: what to do with them.
        progress: is called after each file.

    Returns:
        Every finding that is left, what was fixed, and the files that could not be worked on.

    Raises:
        UserError: the settings of a file name a rule that does not exist, or a baseline cannot be read or written.
    """
    settings = dict.fromkeys(file.settings for file in found.files)
    for one in settings:
        enabled_codes(one)
    # What may become a module depends on the text of every file: a rate may be set anywhere.
    everything = any(map(asks_for_modules, settings))
    kept = options.cache if not (options.rewrites or everything) else None
    few = len(found.files) <= _FEW
    if kept is not None and not few and (known := _recalled(kept, found, options)) is not None:
        return known
    catalogue = catalogue_for(settings)
    ticker = Ticker(len(found.files), progress)
    helper = Helper(catalogue)
    try:
        loaded = load(found.files, catalogue, ticker, everything=everything, jobs=options.jobs, helper=helper)
        clean = _clean(found, loaded, catalogue) if not options.uses_baseline(settings) else None
        if clean is not None and few:
            return clean.report
        if kept is not None and few and (known := _recalled(kept, found, options)) is not None:
            return known
        if clean is None:
            from dropcheck.engine.analysis import analyse  # noqa: PLC0415

            clean = analyse(found, options, loaded, ticker)
    finally:
        helper.end()
    if kept is not None:
        from dropcheck.engine.cache import RunCache  # noqa: PLC0415

        RunCache(kept, found, ignore_suppressions=options.ignore_suppressions).keep(clean.report, clean.basis)
    return clean.report


def _recalled(cache: str, found: Discovery, options: RunOptions) -> Report | None:
    """What the last run of this kind found, if that still holds."""
    if not os.path.isdir(cache):
        return None
    from dropcheck.engine.cache import RunCache  # noqa: PLC0415

    return RunCache(cache, found, ignore_suppressions=options.ignore_suppressions).recall()


def _clean(found: Discovery, loaded: Loaded, catalogue: Catalogue) -> Result | None:
    """The result of a run in which no file passed the sieve, nor names what may drop in files outside the run."""
    if loaded.sources:
        return None
    leads = Leads(catalogue, DiskFinder(loaded.waiting), code_or_none, frozenset(map(os.path.abspath, loaded.waiting)))
    named = {file.path for file in found.files if file.named}
    if any(leads.to_dropout(path) for path in leads.in_part(loaded.waiting, named)):
        return None
    errors = (*found.errors, *loaded.errors)
    broken = {error.path for error in errors}
    report = Report(
        findings=(),
        files=sum(file.path not in broken for file in found.files),
        errors=tuple(sorted(errors, key=lambda error: error.path)),
        unsafe_fixes=any(file.settings.unsafe_fixes for file in found.files),
        notes=(*found.notes, *loaded.notes, f"0 of {len(found.files)} files needed to be parsed"),
    )
    return Result(report, Basis(loaded.raws, leads.tracer.visited, (), loaded.harmless, loaded.odd))
