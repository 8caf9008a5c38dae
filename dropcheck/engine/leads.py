"""Whether a file that is right by its own text leads to dropout in files outside the run, told from bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cached_property

from dropcheck.catalogue import Catalogue
from dropcheck.engine.modules import DiskFinder
from dropcheck.engine.trace import Definition, Sort, Tracer
from dropcheck.errors import SourceError
from dropcheck.sieve import Sieve
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
    """

    def __init__(self, catalogue: Catalogue, finder: DiskFinder, read: Callable[[str], bytes | None], given: Set[str]) -> None:
        self._catalogue = catalogue
        self.tracer = Tracer(finder, read)
        self._read = read
        self._given = given

    def in_part(self, paths: Iterable[str], named: Set[str]) -> tuple[str, ...]:
        """The files whose names may lead outside the run: of a package that is there in part, or named one by one."""
        return tuple(sorted(path for path in paths if self.outside or path in named))

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve(self._catalogue)

    @cached_property
    def outside(self) -> tuple[str, ...]:
        """The other files of the packages that the files of the run are in."""
        return tuple(full for full in _package_files(self._given) if full not in self._given)

    def to_dropout(self, path: str) -> bool:
        """Whether a file names something, in a file outside the run, that may drop at its caller's word or lead on to that."""
        return self._leads_on(path, self._read(path) or b"")

    def class_to_dropout(self, found: Definition) -> bool:
        """Whether a class outside the run holds such dropout, or names something that does."""
        if self.drops(found):
            return True
        return os.path.abspath(found.path) not in self._given and self._leads_on(found.path, found.text)

    def _leads_on(self, path: str, text: bytes) -> bool:
        """Whether a part of a file names, directly or not, what drops outside the run."""
        seen: set[tuple[str, bytes]] = set()
        pending = [(path, text)]
        while pending:
            place, text = pending.pop()
            for found in self.tracer.used(place, text):
                if (found.path, found.text) in seen or os.path.abspath(found.path) in self._given:
                    continue
                seen.add((found.path, found.text))
                if found.sort is Sort.VALUE or len(seen) > _MAX_DEFINITIONS or self.drops(found):
                    return True
                pending.append((found.path, found.text))
        return False

    def drops(self, found: Definition) -> bool:
        """Whether a definition holds dropout that is not surely right."""
        return self._sieve.look(self.tracer.imports(found.path).text + found.text).suspect


def code_or_none(path: str) -> bytes | None:
    """The bytes of a file in which words can be looked for; None where it cannot be read."""
    try:
        return read_code(path)
    except SourceError:
        return None


def _package_files(given: Iterable[str]) -> Iterator[str]:
    """Every Python file of the packages that files are in, and of the folder of a file outside any package."""
    tops: set[str] = set()
    for path in given:
        folder = os.path.dirname(os.path.abspath(path))
        inside = os.path.isfile(os.path.join(folder, "__init__.py"))
        while os.path.isfile(os.path.join(os.path.dirname(folder), "__init__.py")):
            folder = os.path.dirname(folder)
        if inside:
            tops.add(folder)
        else:
            yield from _python_files(folder)
    for top in sorted(tops):
        for folder, _, _ in os.walk(top):
            yield from _python_files(folder)


def _python_files(folder: str) -> list[str]:
    try:
        return sorted(entry.path for entry in os.scandir(folder) if entry.name.endswith(".py") and entry.is_file())
    except OSError:
        return []
