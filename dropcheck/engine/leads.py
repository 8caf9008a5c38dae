"""Whether a file that is right by its own text leads to dropout in files outside the run, told from bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cached_property
from itertools import chain

from dropcheck.catalogue import Catalogue
from dropcheck.engine.modules import DiskFinder
from dropcheck.engine.trace import Definition, Sort, Tracer
from dropcheck.errors import SourceError
from dropcheck.sieve import Sieve
from dropcheck.source.importable import PYTHON_SUFFIX, may_be_imported_from
from dropcheck.source.text import read_code

#: A file whose imports lead to more definitions than this is read, whatever they are.
_MAX_DEFINITIONS = 300


class Leads:
    """Follows the names in files of a run to their definitions in files outside it.

    Args:
        catalogue: the entries in force.
        finder: finds the files of modules.
        read: the bytes of a file; None where it cannot be read.
        given: the files of the run, absolute.
        has_all_of: whether a folder surely holds no other.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        finder: DiskFinder,
        read: Callable[[str], bytes | None],
        given: Set[str],
        has_all_of: Callable[[str], bool],
    ) -> None:
        self._catalogue = catalogue
        named = (*catalogue.functions, *catalogue.modules, *catalogue.module_bases)
        #: The packages whose functions and classes count.
        self.roots = frozenset(name.partition(".")[0].encode() for name in named)
        self.tracer = Tracer(finder, read, self.roots)
        self._read = read
        self._given = given
        self._has_all_of = has_all_of
        self._leading: dict[tuple[str, bytes], bool] = {}

    def in_part(self, paths: Iterable[str], named: Set[str]) -> tuple[str, ...]:
        """The files whose names may lead outside the run: of a package that is there in part, or named one by one."""
        return tuple(sorted(path for path in paths if path in named or self.is_open))

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve(self._catalogue)

    @cached_property
    def is_open(self) -> bool:
        """Whether the packages that the files of the run are in have others: to find one takes less time than to find all."""
        return next(self._others(), None) is not None

    @cached_property
    def outside(self) -> tuple[str, ...]:
        """The other files of the packages that the files of the run are in."""
        return tuple(self._others()) if self.is_open else ()

    def _others(self) -> Iterator[str]:
        return (full for full in _package_files(self._given, self._has_all_of) if full not in self._given)

    def to_dropout(self, path: str) -> bool:
        """Whether a file names something, in a file outside the run, that may drop at its caller's word or lead on to that."""
        return self._lead_on(self.tracer.used(path, self._read(path) or b""))

    def leads_on(self, found: Definition) -> bool:
        """Whether a definition outside the run names something that does, in its own file or in another."""
        key = (found.path, found.text)
        if key not in self._leading:
            self._leading[key] = os.path.abspath(found.path) not in self._given and self._lead_on(self._used_by(found))
        return self._leading[key]

    def _lead_on(self, named: Iterable[Definition]) -> bool:
        seen: set[tuple[str, bytes]] = set()
        pending = [iter(named)]
        while pending:
            for found in pending.pop():
                if (found.path, found.text) in seen or os.path.abspath(found.path) in self._given:
                    continue
                seen.add((found.path, found.text))
                if found.sort is Sort.VALUE or len(seen) > _MAX_DEFINITIONS or self.drops(found):
                    return True
                pending.append(self._used_by(found))
        return False

    def _used_by(self, found: Definition) -> Iterator[Definition]:
        return chain(self.tracer.used(found.path, found.text), self.tracer.beside(found.path, found.text))

    def drops(self, found: Definition) -> bool:
        """Whether a definition holds dropout that is not surely right."""
        look = self._sieve.look(self.tracer.imports(found.path).text + found.text)
        return look.suspect or bool(look.elsewhere or look.helpers)


def code_or_none(path: str) -> bytes | None:
    """The bytes of a file in which words can be looked for; None where it cannot be read."""
    try:
        return read_code(path)
    except SourceError:
        return None


def _package_files(given: Set[str], has_all_of: Callable[[str], bool]) -> Iterator[str]:
    """Every Python file of the packages that files are in, and of the folder of a file outside any package.

    Args:
        given: the files.
        has_all_of: whether that is surely no more than these, in a folder.
    """
    known: dict[str, bool] = {}

    def is_package(folder: str) -> bool:
        if folder not in known:
            initial = os.path.join(folder, "__init__.py")
            known[folder] = initial in given or os.path.isfile(initial)
        return known[folder]

    tops: set[str] = set()
    # One file of each folder will do.
    one_of = {path.rpartition(os.sep)[0]: path for path in given}
    for inner in sorted({os.path.dirname(path) for path in one_of.values()}):
        folder = inner
        while is_package(os.path.dirname(folder)):
            folder = os.path.dirname(folder)
        if is_package(inner):
            tops.add(folder)
        elif not has_all_of(folder):
            yield from _python_files(folder, deep=False)
    for top in sorted(tops):
        if not has_all_of(top):
            yield from _python_files(top, deep=True)


def _python_files(top: str, *, deep: bool) -> Iterator[str]:
    """The Python files of a folder, perhaps with those of the folders in it; none of what cannot be read."""
    pending = [top]
    while pending:
        try:
            with os.scandir(pending.pop()) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        yield from (entry.path for entry in entries if entry.name.endswith(PYTHON_SUFFIX) and _is_file(entry))
        if deep:
            folders = (entry for entry in reversed(entries) if entry.is_dir(follow_symlinks=False))
            pending += [entry.path for entry in folders if may_be_imported_from(entry.name)]


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a symbolic link that leads to itself
        return False
