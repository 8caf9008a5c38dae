"""The cache of a run: what was found, kept as long as nothing that it depends on has changed.

One file for each kind of run (the same files, settings and options), written as a whole and replaced at once, so that runs at the
same time cannot hurt each other; a file that cannot be read or understood counts as none. It is JSON: reading it runs nothing. It
is sealed: a file that this user did not write counts as none, so that no checkout brings along its own answer.

A file of the run that has changed, but was proved clean from its text and still is, changes no answer; any other change means a
new run.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

from dropcheck._version import __version__
from dropcheck.discover import Discovery
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.plain import decode, encode
from dropcheck.engine.result import Basis
from dropcheck.errors import SourceError
from dropcheck.outcome import Report
from dropcheck.sieve import SWITCH, Sieve
from dropcheck.sieve.classes import defined_names
from dropcheck.sieve.scan import speaks_of
from dropcheck.source.cache_folder import forget_oldest, keep_entry, read_entry
from dropcheck.source.text import decode_source, read_bytes
from dropcheck.source.user_key import seal, unseal

#: Changes with the layout of the file.
_FORMAT = 2
#: So many kinds of runs are kept; the oldest go first.
_MAX_RUNS = 30
#: Fewer clean files than this are faster looked at again than found in the cache.
_WORTH_KEEPING = 20
#: A file that changed this shortly before it was read may change again without a new time stamp, in seconds.
_RACY = 2.0


class RunCache:
    """The cache of one kind of run.

    Args:
        folder: the folder of the cache.
        found: the files of the run with their settings.
        ignore_suppressions: whether comments silence nothing.
    """

    def __init__(self, folder: str, found: Discovery, *, ignore_suppressions: bool) -> None:
        self.folder = folder
        self.found = found
        self.settings = {file.path: file.settings for file in found.files}
        named = sorted(file.path for file in found.files if file.named)
        kinds = sorted(repr(settings) for settings in set(self.settings.values()))
        key = [
            __version__,
            _FORMAT,
            sys.version_info[:3],
            os.getcwd(),
            named,
            kinds,
            ignore_suppressions,
            _roots(self.settings),
            os.environ.get(SWITCH),
        ]
        self.name = hashlib.sha256(repr(key).encode()).hexdigest()[:32]

    def recall(self) -> Report | None:
        """The report of the last run of this kind, if it still holds."""
        if self.found.errors or not self._is_from_files():
            return None
        try:
            content = unseal(read_entry(self.folder, self.name), self.name)
            if content is None:
                return None
            kept = json.loads(content)
            if not self._holds(kept):
                return None
            report = decode(kept["report"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, SourceError):
            return None
        return report if isinstance(report, Report) else None

    def keep(self, report: Report, basis: Basis) -> None:
        """Keep a report; that it cannot be kept is no error."""
        if not basis.touched and len(basis.raws) < _WORTH_KEEPING:
            return
        if report.errors or self.found.errors or not self._is_from_files() or set(basis.raws) != set(self.settings):
            return
        now = time.time()
        files = {path: _stamp(path, raw, now) for path, raw in basis.raws.items()}
        outside = {path: _stamp(path, None, now) for path in basis.touched if path not in basis.raws}
        kept = {
            "files": files,
            "outside": outside,
            "kinds": self._unusual(),
            "touched": sorted(path for path in basis.touched if path in basis.raws),
            "words": list(basis.words),
            "harmless": sorted(name.decode("latin-1") for name in basis.harmless),
            "odd": {path: sorted(name.decode("latin-1") for name in names) for path, names in basis.odd.items() if names},
            "report": encode(report),
        }
        sealed = seal(json.dumps(kept, separators=(",", ":")).encode(), self.name)
        if sealed is not None:
            with suppress(OSError, SourceError):
                keep_entry(self.folder, self.name, sealed)
                forget_oldest(self.folder, _MAX_RUNS)

    def _is_from_files(self) -> bool:
        """Whether the answer comes from the files of the run alone: not from standard input, not from a baseline."""
        return all(file.raw is None and file.settings.baseline is None for file in self.found.files)

    def _unusual(self) -> dict[str, list[object]]:
        """A digest of the settings of each file that has others than the first one."""
        first = next(iter(self.settings.values()), None)
        others = ((path, settings) for path, settings in self.settings.items() if settings is not first and settings != first)
        return {path: [hashlib.sha256(repr(settings).encode()).hexdigest()[:16]] for path, settings in others}

    def _holds(self, kept: dict[str, dict[str, list[object]]]) -> bool:
        files = kept["files"]
        if files.keys() != self.settings.keys() or kept["kinds"] != self._unusual():
            return False
        if any(_changed(path, stamp) for path, stamp in kept["outside"].items()):
            return False
        changed = [path for path, stamp in files.items() if _changed(path, stamp)]
        if not changed:
            return True
        named = {file.path for file in self.found.files if file.named}
        return named.isdisjoint(changed) and set(kept["touched"]).isdisjoint(changed) and self._still_clean(changed, kept)

    def _still_clean(self, changed: list[str], kept: dict[str, dict[str, list[object]]]) -> bool:
        """Whether files that have changed say nothing new to the rest of the run, and hold nothing that needs a look."""
        sieve = Sieve(catalogue_for(self.settings.values()))
        harmless = frozenset(str(name).encode("latin-1") for name in kept["harmless"])
        words = tuple(str(word).encode() for word in kept["words"])
        attributes = {f"self.{name}".encode("latin-1") for names in kept["odd"].values() for name in names}
        for path in changed:
            try:
                raw = decode_source(read_bytes(path), path).code
            except SourceError:
                return False
            look = sieve.look(raw)
            odd = {str(name).encode("latin-1") for name in kept["odd"].get(path, ())}
            says_new = look.odd != odd or any(name in attributes | odd for name, _ in look.rates)
            hidden = look.kept or harmless & defined_names(raw)
            if look.suspect or look.elsewhere or says_new or hidden or any(speaks_of(raw, word) for word in words):
                return False
        return True


def _roots(paths: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The folders at the top of the run and above, with what is in them: where imports of the run may lead."""
    folders = {os.path.dirname(path) for path in paths}
    tops = {os.path.abspath(folder) for folder in folders if os.path.dirname(folder) not in folders or not folder}
    above = {parent for folder in tops for parent in (folder, os.path.dirname(folder))}
    return sorted((folder, sorted(name for name in _entries(folder) if name[0] not in "._")) for folder in above)


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _stamp(path: str, raw: bytes | None, now: float) -> list[object]:
    """Size and times of a file, and the hash of what it holds; no times where it changed just now."""
    try:
        found = os.stat(path)
        content = raw if raw is not None else read_bytes(path)
    except (OSError, SourceError):
        return [-1, "", ""]
    times = _times(found) if now - found.st_mtime > _RACY else ""
    return [found.st_size, times, hashlib.sha256(content).hexdigest()[:32]]


def _times(found: os.stat_result) -> str:
    """When a file was last changed: as it says itself, which an archive can set, and as the system says."""
    return f"{found.st_mtime_ns} {found.st_ctime_ns}"


def _changed(path: str, stamp: list[object]) -> bool:
    size, times, digest = stamp
    try:
        found = os.stat(path)
        if found.st_size == size and times == _times(found):
            return False
        return found.st_size != size or hashlib.sha256(read_bytes(path)).hexdigest()[:32] != digest
    except (OSError, SourceError):
        return True
