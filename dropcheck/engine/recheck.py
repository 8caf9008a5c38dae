"""Runs in which few files have changed since the last one: only what hangs on these is analysed again.

The run before has kept what its verdicts hang on: which files names were followed from and to (links), and which files hold a
word that others were searched for (callers of a helper and subclasses of a base, say). A file that was clean by its text, still
is and holds none of the words changes nothing. Otherwise the files that hang on what has changed are analysed as in a run of
their own, in which all others may still join; the verdicts on the rest stay. Where a change may matter beyond that, all is done
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from dropcheck.catalogue import Catalogue
from dropcheck.discover import Discovery
from dropcheck.engine.cache import Entry, RunCache
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.extractor import Extractor
from dropcheck.engine.known import Kept
from dropcheck.engine.leads import code_or_none
from dropcheck.engine.loading import Loaded, refuse_endless_rows
from dropcheck.engine.looking import Lookers, look_at
from dropcheck.engine.options import RunOptions, Ticker
from dropcheck.engine.result import IMPORTS, MISSING, Basis, Result
from dropcheck.errors import SourceError
from dropcheck.frozen import dataclass
from dropcheck.outcome import Report
from dropcheck.sieve import Look, Sieve
from dropcheck.sieve.classes import defined_names
from dropcheck.sieve.scan import bare, mentions
from dropcheck.source.text import SourceFile, decode_source, read_code, read_source

#: With more changed files than this, a run of all files is not much slower.
_MAX_CHANGED = 100
#: So many files that change nothing are looked at again in each run, before their new state is kept.
_MAX_UNKEPT = 20
#: What a new helper leads to may hang on more files than what has changed: so often these are added.
_MAX_ROUNDS = 4


def recheck(cache: RunCache, found: Discovery, options: RunOptions, ticker: Ticker) -> Report | None:
    """The report of a run, from that of the last one.

    Args:
        cache: what the last one has kept.
        found: the files, each with its settings.
        options: what to do with them.
        ticker: is called after each file.

    Returns:
        The report; None where the whole run must be made again.
    """
    contents = cache.changes()
    if contents is None or cache.entry is None or (report := cache.entry.report) is None:
        return None
    if not contents:
        return report
    basis = cache.entry.basis
    named = any(file.named and file.path in contents for file in found.files)
    if basis is None or basis.open or named or len(contents) > _MAX_CHANGED:
        return None
    changes = _looked_at(contents, basis, catalogue_for(found.settings))
    if changes is None:
        return None
    basis = _with_words(basis, changes)
    if not changes.looks and _hanging_on(basis, contents).isdisjoint(basis.touched) and len(contents) <= _MAX_UNKEPT:
        return report
    result = _Again(Result(report, basis), cache.entry, changes, found, options, ticker).result()
    if result is None:
        return None
    cache.keep(replace(result, basis=replace(result.basis, raws=contents)))
    return result.report


@dataclass(frozen=True, slots=True)
class _Changes:
    """The files that have changed.

    Args:
        sources: each as it is now.
        looks: of those whose text needs the full analysis now, what it says.
    """

    sources: Mapping[str, SourceFile]
    looks: Mapping[str, Look]


def _looked_at(contents: Mapping[str, bytes], basis: Basis, catalogue: Catalogue) -> _Changes | None:
    """What the texts say that have changed; None where they say something about files that have not."""
    sieve = Sieve(catalogue)
    everywhere = {b"self." + name for names in basis.odd.values() for name in names}
    sources, looks = {}, {}
    for path, content in contents.items():
        try:
            source = sources[path] = decode_source(content, path)
            refuse_endless_rows(path, source.code)
        except SourceError:
            return None
        look = look_at(sieve, path, source.code)
        if not isinstance(look, Look):
            return None
        odd = basis.odd.get(path, frozenset())
        decides = path in basis.consulted or basis.harmless & defined_names(source.code)
        # Whoever calls a helper, or did so before, decides about it.
        calls = look.helpers or any(
            mentions(source.code, name) or path in basis.words.get(name.decode(), ()) for name in basis.helpers
        )
        if decides or calls or look.kept or look.elsewhere or look.odd != odd:
            return None
        spots = tuple(at for name, at in look.rates if name in everywhere or name in odd)
        if look.suspect or spots:
            looks[path] = replace(look, spots=(*look.spots, *spots))
    return _Changes(sources, looks)


def _with_words(basis: Basis, changes: _Changes) -> Basis:
    """What the run before rested on, with the words that the files hold which have changed."""
    codes = {path: source.code for path, source in changes.sources.items()}
    words = {word: paths | {path for path in codes if mentions(codes[path], bare(word))} for word, paths in basis.words.items()}
    return replace(basis, words=words)


def _hanging_on(basis: Basis, paths: Iterable[str]) -> frozenset[str]:
    """Some files and all whose verdicts hang on them."""
    users: dict[str, list[str]] = {}
    for start, end in basis.links:
        users.setdefault(end, []).append(start)
    return _reached(paths, users, basis)


def _led_to(basis: Basis, paths: Iterable[str]) -> frozenset[str]:
    """Some files and all that their verdicts hang on."""
    used: dict[str, list[str]] = {}
    for start, end in basis.links:
        used.setdefault(start, []).append(end)
    return _reached(paths, used, basis)


def _reached(paths: Iterable[str], ways: Mapping[str, list[str]], basis: Basis) -> frozenset[str]:
    # Files with the same word lead to each other: one defines what the others use.
    seen = set(paths)
    pending = list(seen)
    while pending:
        path = pending.pop()
        sharing = (other for shared in basis.words.values() if path in shared for other in shared)
        fresh = {*ways.get(path, ()), *sharing} - seen
        seen |= fresh
        pending.extend(fresh)
    return frozenset(seen)


class _Again:
    """Analyses again what hangs on the changes."""

    def __init__(
        self, older: Result, entry: Entry, changes: _Changes, found: Discovery, options: RunOptions, ticker: Ticker
    ) -> None:
        self.older = older
        self.entry = entry
        self.changes = changes
        self.found = found
        self.options = options
        self.ticker = ticker
        self.lookers = Lookers(options.jobs)

    def result(self) -> Result | None:
        """The result of the whole run; None where it must be made again."""
        with Extractor(catalogue_for(self.found.settings), self.options.jobs) as extractor, self.lookers:
            if self.changes.looks:
                extractor.start()  # it loads LibCST while this process gets ready
                self.lookers.begin([file.path for file in self.found.files], self._code)
            return self._result()

    def _code(self, path: str) -> bytes | None:
        if path in self.changes.sources:
            return self.changes.sources[path].code
        return code_or_none(path)

    def _result(self) -> Result | None:
        basis = self.older.basis
        facts = self.entry.facts
        again = _hanging_on(basis, self.changes.sources)
        for _ in range(_MAX_ROUNDS):
            newer = self._analysed(again, facts)
            if newer is None or newer.report.errors or newer.basis.open:
                return None
            facts = {**facts, **newer.basis.facts}
            joined = newer.basis.parsed - basis.parsed
            drawn_in = (path for shared in newer.basis.words.values() if shared & (again | joined) for path in shared)
            more = _hanging_on(basis, drawn_in) - again - joined
            if not more:
                return self._merged(newer, again | joined)
            again |= more
        return None

    def _looks(self, again: frozenset[str]) -> dict[str, Look]:
        """What the texts say of the files that are analysed for their own sake."""
        older = {path: look for path, look in self.older.basis.looks.items() if path not in self.changes.sources}
        looks = {path: look for path, look in older.items() if path in again} | dict(self.changes.looks)
        # What these lead to is seen as in the run before.
        return {path: older[path] for path in _led_to(self.older.basis, looks) if path in older} | looks

    def _analysed(self, again: frozenset[str], facts: Kept) -> Result | None:
        """The result of a run in which only some files need the full analysis for their own sake."""
        from dropcheck.engine.analysis import analyse  # noqa: PLC0415  (nearly all changes need none)

        looks = self._looks(again)
        try:
            sources = {path: self.changes.sources.get(path) or read_source(path) for path in sorted(looks)}
        except SourceError:
            return None
        others = _Unread((file.path for file in self.found.files if file.path not in looks), self.changes.sources)
        basis = self.older.basis
        loaded = Loaded(sources, looks, others, {}, basis.harmless, basis.consulted, basis.odd, lookers=self.lookers)
        return analyse(self.found, self.options, loaded, self.ticker, facts)

    def _merged(self, newer: Result, again: frozenset[str]) -> Result:
        """The result of both runs: of the newer one what was analysed again."""
        old, new = self.older.basis, newer.basis
        unchanged = {path: look for path, look in old.looks.items() if path not in self.changes.sources}
        basis = replace(
            old,
            touched=(old.touched - again) | new.touched,
            words={**{word: paths for word, paths in old.words.items() if not paths & again}, **new.words},
            looks={**unchanged, **self.changes.looks},
            links=frozenset(link for link in old.links if link[0] not in again) | new.links,
            facts={**{path: texts for path, texts in self.entry.facts.items() if path not in again}, **new.facts},
        )
        parsed = ((old.parsed - again) | new.parsed) & _led_to(basis, basis.looks)
        return Result(_merged_report(self.older.report, newer.report, again, parsed), replace(basis, parsed=parsed))


def _merged_report(old: Report, new: Report, again: frozenset[str], parsed: frozenset[str]) -> Report:
    findings = [one for one in old.findings if one.path not in again and one.path in parsed]
    findings += [one for one in new.findings if one.path in again and one.path in parsed]
    shown = {finding.path for finding in findings} | {related.path for finding in findings for related in finding.related}
    sources = {**{path: text for path, text in old.sources.items() if path not in again}, **new.sources}
    return replace(
        old,
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        sources={path: text for path, text in sources.items() if path in shown},
        notes=(*_merged_notes(old.notes[:-1], new.notes, again), f"{len(parsed)} of {old.files} files needed to be parsed"),
    )


def _merged_notes(old: Iterable[str], new: Iterable[str], again: frozenset[str]) -> Iterator[str]:
    """The notes of both runs: those on missing modules are of the files that import them."""
    yield from (note for note in old if not note.endswith(MISSING))
    missing = [note for note in old if note.endswith(MISSING) and note.partition(IMPORTS)[0] not in again]
    missing += [note for note in new if note.endswith(MISSING) and note.partition(IMPORTS)[0] in again]
    yield from sorted(missing, key=lambda note: note.partition(IMPORTS)[::2])


class _Unread(Mapping[str, bytes]):
    """The texts of files that have not changed, read when they are asked for."""

    def __init__(self, paths: Iterable[str], sources: Mapping[str, SourceFile]) -> None:
        self._paths = dict.fromkeys(paths)
        self._sources = sources

    def __getitem__(self, path: str) -> bytes:
        if path not in self._paths:
            raise KeyError(path)
        return self._sources[path].code if path in self._sources else read_code(path)

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
