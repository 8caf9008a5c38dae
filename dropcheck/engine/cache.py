"""The cache of a run: what was found, kept as long as nothing that it depends on has changed.

One file for each kind of run (the same files, settings and options), written as a whole and replaced at once, so that runs at the
same time cannot hurt each other; a file that cannot be read or understood counts as none. It is JSON: reading it runs nothing. It
is sealed: a file that this user did not write counts as none, so that no checkout brings along its own answer.

It has two rows: the report with what it rests on, and the facts of the files that were parsed, for the few runs that have to look
at some of them again (:mod:`dropcheck.engine.recheck`).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from dropcheck._version import __version__
from dropcheck.config.settings import Settings
from dropcheck.discover import Discovery
from dropcheck.engine.known import Kept
from dropcheck.engine.modules import PROJECT_MARKS
from dropcheck.engine.plain import decode, encode
from dropcheck.engine.result import Basis, Result
from dropcheck.engine.stamps import content_if_changed, has_changed, stamp
from dropcheck.errors import SourceError
from dropcheck.outcome import Report
from dropcheck.sieve import SWITCH, Look
from dropcheck.source.cache_folder import forget_oldest, keep_entry, read_entry
from dropcheck.source.user_key import seal, unseal

#: Changes with the layout of the file.
_FORMAT = 5
#: So many kinds of runs are kept; the oldest go first.
_MAX_RUNS = 30
#: Fewer clean files than this are faster looked at again than found in the cache.
_WORTH_KEEPING = 20

#: What comes of reading what is not there, or not what this version writes.
BROKEN = (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, SourceError)


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
        self.paths = dict.fromkeys(file.path for file in found.files)
        key = [
            __version__,
            _FORMAT,
            _parser(),
            sys.version_info[:3],
            os.getcwd(),
            sorted(file.path for file in found.files if file.named),
            sorted(map(repr, found.settings)),
            ignore_suppressions,
            _roots(self.paths, folder),
            found.notes,
            os.environ.get(SWITCH),
        ]
        self.name = hashlib.sha256(repr(key).encode()).hexdigest()[:32]

    @cached_property
    def entry(self) -> Entry | None:
        """What the last run of this kind has kept."""
        try:
            first, _, second = read_entry(self.folder, self.name).partition(b"\n")
            content = unseal(first, self.name)
            row = json.loads(content) if content is not None else None
            return Entry(row, second) if isinstance(row, dict) else None
        except BROKEN:
            return None

    def changes(self) -> dict[str, bytes] | None:
        """What the files hold that have changed since that run; None where more has changed than what files hold."""
        if self.entry is None or self.found.errors or not self._is_from_files():
            return None
        try:
            row = self.entry.first
            if row["files"].keys() != self.paths.keys() or row["kinds"] != self._unusual():
                return None
            if any(has_changed(path, known) for path, known in row["outside"].items()):
                return None
            contents = {path: content_if_changed(path, known) for path, known in row["files"].items()}
        except BROKEN:
            return None
        return {path: content for path, content in contents.items() if content is not None}

    def keep(self, result: Result) -> None:
        """Keep the result of a run; that it cannot be kept is no error.

        Args:
            result: files whose bytes it does not hold are as they were in the entry.
        """
        report, basis = result.report, result.basis
        if not basis.touched and len(self.paths) < _WORTH_KEEPING:
            return
        if report.errors or self.found.errors or not self._is_from_files():
            return
        now = time.time()
        stamps = {path: stamp(path, raw, now) for path, raw in basis.raws.items()}
        if stamps.keys() != self.paths.keys():
            older = self.entry.first["files"] if self.entry is not None else {}
            if not self.paths.keys() <= stamps.keys() | older.keys():
                return
            stamps = {path: stamps.get(path) or older[path] for path in self.paths}
        second = _dumped(basis.facts)
        first = {
            "files": stamps,
            "outside": {path: stamp(path, None, now) for path in basis.touched if path not in self.paths},
            "kinds": self._unusual(),
            "facts": hashlib.sha256(second).hexdigest(),
            "basis": _encoded(basis),
            "report": encode(report),
        }
        sealed = seal(_dumped(first), self.name)
        if sealed is not None:
            with suppress(OSError, SourceError):
                keep_entry(self.folder, self.name, sealed + b"\n" + second)
                forget_oldest(self.folder, _MAX_RUNS)

    def _is_from_files(self) -> bool:
        """Whether the answer comes from the files of the run alone: not from standard input, not from a baseline."""
        return all(one.baseline is None for one in self.found.settings) and all(file.raw is None for file in self.found.files)

    def _unusual(self) -> dict[str, str]:
        """A digest of the settings of each file that has others than the first one."""
        files = self.found.files
        digests = {id(one): "" if one == files[0].settings else _digest(one) for one in self.found.settings_as_given}
        return {file.path: digest for file in files if (digest := digests[id(file.settings)])}


class Entry:
    """What a run has kept.

    Args:
        first: its first row.
        second: the second one, which few runs need, as it was read.
    """

    def __init__(self, first: Any, second: bytes) -> None:
        self.first = first
        self._second = second

    @cached_property
    def report(self) -> Report | None:
        """The report of that run."""
        try:
            report = decode(self.first["report"])
        except BROKEN:
            return None
        return report if isinstance(report, Report) else None

    @cached_property
    def basis(self) -> Basis | None:
        """What that run rested on, without the bytes of files and without the facts."""
        try:
            row = self.first["basis"]
            return Basis(
                raws={},
                touched=frozenset(row["touched"]),
                words={word: frozenset(paths) for word, paths in row["words"].items()},
                harmless=frozenset(name.encode("latin-1") for name in row["harmless"]),
                consulted=frozenset(row["consulted"]),
                odd={path: frozenset(name.encode("latin-1") for name in names) for path, names in row["odd"].items()},
                looks={path: Look(tuple(spots), whole=bool(whole)) for path, (whole, spots) in row["looks"].items()},
                parsed=frozenset(row["parsed"]),
                links=frozenset((start, end) for start, end in row["links"]),
                open=bool(row["open"]),
                helpers=frozenset(name.encode("latin-1") for name in row["helpers"]),
            )
        except BROKEN:
            return None

    @cached_property
    def facts(self) -> Kept:
        """The facts of the files that were parsed."""
        try:
            if hashlib.sha256(self._second).hexdigest() == self.first["facts"]:
                facts: Kept = json.loads(self._second)
                return facts
        except BROKEN:
            pass
        return {}


def _encoded(basis: Basis) -> Mapping[str, object]:
    return {
        "touched": sorted(basis.touched),
        "words": {word: sorted(paths) for word, paths in sorted(basis.words.items())},
        "harmless": sorted(name.decode("latin-1") for name in basis.harmless),
        "consulted": sorted(basis.consulted),
        "odd": {path: sorted(name.decode("latin-1") for name in names) for path, names in basis.odd.items() if names},
        "looks": {path: [look.whole, look.spots] for path, look in basis.looks.items()},
        "parsed": sorted(basis.parsed),
        "links": sorted(basis.links),
        "open": basis.open,
        "helpers": sorted(name.decode("latin-1") for name in basis.helpers),
    }


def _digest(settings: Settings) -> str:
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:16]


def _dumped(row: Mapping[str, object]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode()


def _parser() -> str:
    """What tells the LibCST that is installed from others, without loading it."""
    spec = find_spec("libcst")
    try:
        found = os.stat(os.path.join(os.path.dirname(spec.origin or ""), "_version.py")) if spec is not None else None
    except OSError:
        found = None
    return "" if found is None else f"{found.st_size} {found.st_mtime_ns}"


def _roots(paths: Iterable[str], cache: str) -> list[tuple[str, list[str]]]:
    """The folders at the top of the run and above, with what imports of the run may lead to in them."""
    folders = {os.path.dirname(path) for path in paths}
    tops = {os.path.abspath(folder) for folder in folders if os.path.dirname(folder) not in folders or not folder}
    above = {parent for folder in tops for parent in (folder, os.path.dirname(folder))}
    return sorted((folder, sorted(_modules(folder, os.path.abspath(cache)))) for folder in above)


def _modules(folder: str, cache: str) -> list[str]:
    """The modules and packages in a folder, and what marks it as one or as the root of a project; reports, say, do not matter."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.path != cache and _may_matter(entry)]
    except OSError:
        return []


def _may_matter(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    return name in PROJECT_MARKS or name == "__init__.py" or (name[0] not in "._" and (name.endswith(".py") or entry.is_dir()))
