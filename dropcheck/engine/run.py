"""The whole flow over many files: read, sieve, and where that leaves anything, the full analysis.

Most runs find nothing, and a hook runs on every commit: what a clean run does not need is imported where it is used.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from dropcheck.catalogue import Catalogue
from dropcheck.discover import Discovery
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.extractor import Extractor
from dropcheck.engine.loading import Loaded, load
from dropcheck.engine.looking import Lookers
from dropcheck.engine.options import Progress, RunOptions, Ticker
from dropcheck.engine.result import Basis, Result
from dropcheck.engine.select import asks_for_modules, enabled_codes
from dropcheck.engine.time_limit import SECONDS
from dropcheck.outcome import Report

if TYPE_CHECKING:
    from dropcheck.engine.cache import RunCache
    from dropcheck.engine.known import Kept

#: So many files are read and sieved before the cache is asked for an answer: that takes less time.
_FEW = 20
#: With so many files LibCST is loaded before it is known whether it is needed: another processor does it meanwhile.
_MANY = 300


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
    SECONDS.set(options.timeout)
    settings = found.settings
    for one in settings:
        enabled_codes(one)
    # What may become a module depends on the text of every file: a rate may be set anywhere.
    everything = any(map(asks_for_modules, settings))
    ticker = Ticker(len(found.files), progress)
    memory = None if options.rewrites or everything else _Memory(found, options, ticker)
    few = len(found.files) <= _FEW
    if memory is not None and not few and (known := memory.recall()) is not None:
        return known
    catalogue = catalogue_for(settings)
    with Extractor(catalogue, options.jobs) as extractor, Lookers(options.jobs) as lookers:
        if len(found.files) >= _MANY:
            extractor.start()
        loaded = load(found.files, catalogue, ticker, everything=everything, lookers=lookers)
        result = _clean(found, loaded, catalogue) if not options.uses_baseline(settings) else None
        if result is not None and few:
            return result.report
        if memory is not None and few and (known := memory.recall()) is not None:
            return known
        if result is None:
            from dropcheck.engine.analysis import analyse  # noqa: PLC0415

            result = analyse(found, options, loaded, ticker, memory.facts if memory is not None else None)
    if memory is not None:
        memory.keep(result)
    return result.report


class _Memory:
    """What the last run of this kind has left, if there is a folder for it."""

    def __init__(self, found: Discovery, options: RunOptions, ticker: Ticker) -> None:
        self._found = found
        self._options = options
        self._ticker = ticker

    def recall(self) -> Report | None:
        """The report of that run, with what has changed since looked at again; None where too much has."""
        if self._options.cache is None or not os.path.isdir(self._options.cache):
            return None
        from dropcheck.engine.recheck import recheck  # noqa: PLC0415  (as below)

        return recheck(self._cache, self._found, self._options, self._ticker)

    @property
    def facts(self) -> Kept | None:
        """The facts that need not be extracted; None where none are to be kept."""
        if self._options.cache is None:
            return None
        return self._cache.entry.facts if self._cache.entry is not None else {}

    def keep(self, result: Result) -> None:
        """Leave a result for the next run."""
        if self._options.cache is not None:
            self._cache.keep(result)

    @cached_property
    def _cache(self) -> RunCache:
        from dropcheck.engine.cache import RunCache  # noqa: PLC0415  (a clean file that is checked alone needs none)

        return RunCache(self._options.cache or "", self._found, ignore_suppressions=self._options.ignore_suppressions)


def _clean(found: Discovery, loaded: Loaded, catalogue: Catalogue) -> Result | None:
    """The result of a run in which no file passed the sieve, nor names what may drop in files outside the run."""
    if loaded.sources:
        return None
    from dropcheck.engine.leads import Leads, code_or_none  # noqa: PLC0415  (other runs load these while they wait)
    from dropcheck.engine.modules import DiskFinder  # noqa: PLC0415

    finder = DiskFinder(loaded.waiting)
    leads = Leads(
        catalogue, finder, code_or_none, finder.in_run.keys(), lambda folder: not loaded.errors and found.has_all_of(folder)
    )
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
    tracer = leads.tracer
    basis = Basis(loaded.raws, tracer.visited, {}, loaded.harmless, loaded.consulted, loaded.odd)
    return Result(report, replace(basis, links=frozenset(tracer.links), open=leads.is_open, helpers=loaded.helpers))
