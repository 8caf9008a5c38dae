"""Finds the files of modules on disk; nothing is ever imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property

from dropcheck.source.cells import NOTEBOOK_SUFFIX

PROJECT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
_LIBRARY_FOLDERS = frozenset({"site-packages", "dist-packages"})
#: So many folders are looked into where no mark tells which is the project's.
_UNMARKED = 2
#: A project's root is looked for no further up than this.
_MAX_UP = 6
_NO_FILES = frozenset({"", os.curdir, os.pardir})


class DiskFinder:
    """Finds modules of the project that a file belongs to.

    A module is looked for where the package of its importer is, in the folders above up to the root of the project (the nearest
    with ``.git``, ``pyproject.toml``, ``setup.py`` or ``setup.cfg``), in a ``src`` folder there, and among the files of the run.
    Inside an installed library only the importer's own package is looked at.

    Args:
        paths: the files of the run, as they are named in findings.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        #: The files of the run, by their absolute paths.
        self.in_run = {full: path for path, full in _in_full(paths)}
        self._names = dict(self.in_run)
        self._packages: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._bases: dict[str, tuple[str, ...]] = {}
        self._tops: dict[tuple[tuple[str, ...], str], tuple[tuple[str, bool], ...]] = {}
        self._higher: dict[str, tuple[str, ...]] = {}
        self._homes: dict[str, tuple[str, tuple[str, ...]]] = {}

    def add(self, path: str) -> None:
        """Make known how a file is named that the run reads besides its own."""
        self._names.setdefault(os.path.abspath(path), path)

    def find(self, module: str, importer: str) -> str | None:
        """The path of a module of the importer's own project; None where there is none."""
        top = module.partition(".")[0]
        if not top or top in sys.stdlib_module_names:
            return None
        if importer not in self._homes:
            self._homes[importer] = self._home(os.path.abspath(importer))
        root, own = self._homes[importer]
        key = (root, module)
        if key not in self._found:
            self._found[key] = self._search(module, root, same_package=bool(own) and own[0] == top)
        return self._found[key]

    def _search(self, module: str, root: str, *, same_package: bool) -> str | None:
        if os.path.basename(root) in _LIBRARY_FOLDERS and not same_package:
            return None
        bases = self._search_bases(root)
        found = self._below(bases, module) or self._named(module)
        if found is None and "." in module and len(bases) == _UNMARKED:
            # A namespace package has no ``__init__.py`` that would tell where it begins.
            return self._below(self._above(root), module)
        return found

    def _named(self, module: str) -> str | None:
        """The first file of the run whose dotted name ends like that of a module."""
        for full in self._by_last_name.get(module.rpartition(".")[2], ()):
            whole = ".".join(self._home(full)[1])
            # A namespace package has no ``__init__.py``: the folder's name counts, too.
            above = os.path.basename(os.path.dirname(full))
            if f".{whole}".endswith(f".{module}") or module == f"{above}.{whole}":
                return self._names[full]
        return None

    @cached_property
    def _by_last_name(self) -> dict[str, list[str]]:
        """The files of the run by the last part of their dotted names. Nothing imports a notebook."""
        files: dict[str, list[str]] = {}
        for full in sorted(self.in_run):
            if not full.endswith(NOTEBOOK_SUFFIX):
                folder, _, file = full.rpartition(os.sep)
                stem = file.rpartition(".")[0]
                files.setdefault(folder.rpartition(os.sep)[2] if stem == "__init__" else stem, []).append(full)
        return files

    def _below(self, bases: tuple[str, ...], module: str) -> str | None:
        top, dot, inner = module.partition(".")
        rest = f"{os.sep}{inner.replace('.', os.sep)}" if dot else ""
        for start, is_folder in self._starts(bases, top):
            stem = start + rest
            for full in (f"{stem}.py", f"{stem}{os.sep}__init__.py"):
                if full in self._names or ((is_folder or full == f"{start}.py") and os.path.isfile(full)):
                    return self._shown(full)
        return None

    def _starts(self, bases: tuple[str, ...], top: str) -> tuple[tuple[str, bool], ...]:
        """Where a package may be, and whether a folder is there: most modules that are not found are of one such as torch."""
        key = (bases, top)
        if key not in self._tops:
            starts = (os.path.join(base, top) for base in bases)
            self._tops[key] = tuple((start, os.path.isdir(start)) for start in starts)
        return self._tops[key]

    def _above(self, root: str) -> tuple[str, ...]:
        """The folders above the one that holds a folder."""
        if root not in self._higher:
            self._higher[root] = tuple(_above(os.path.dirname(root)))
        return self._higher[root]

    def _search_bases(self, root: str) -> tuple[str, ...]:
        if root not in self._bases:
            self._bases[root] = tuple(_bases(root))
        return self._bases[root]

    def _shown(self, full: str) -> str:
        """A file as the run names it; a file outside the run is named relative to here where that is shorter."""
        if full not in self._names:
            relative = os.path.relpath(full)
            self._names[full] = full if relative.startswith(os.pardir) else relative
        return self._names[full]

    def _home(self, full: str) -> tuple[str, tuple[str, ...]]:
        """The folder that a file's dotted name starts from, and the parts of that name."""
        folder, file = os.path.split(full)
        root, package = self._package(folder)
        stem = file.rpartition(".")[0]
        return root, package if stem == "__init__" else (*package, stem)

    def _package(self, folder: str) -> tuple[str, tuple[str, ...]]:
        """The folder that a package lies in in the end, and the parts of its dotted name, if it is one."""
        if folder not in self._packages:
            above, name = os.path.split(folder)
            if name and os.path.isfile(os.path.join(folder, "__init__.py")):
                root, outer = self._package(above)
                self._packages[folder] = (root, (*outer, name))
            else:
                self._packages[folder] = (folder, ())
        return self._packages[folder]


def _in_full(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Paths, each with the absolute one; of a folder with many files that is worked out once.

    Args:
        paths: the paths of files.
    """
    folders: dict[str, str] = {}
    separator = os.sep
    for path in paths:
        folder, _, name = path.rpartition(separator)
        if not folder or name in _NO_FILES or os.altsep is not None:
            yield path, os.path.abspath(path)
            continue
        if folder not in folders:
            folders[folder] = os.path.join(os.path.abspath(folder), "")
        yield path, folders[folder] + name


def _above(folder: str) -> Iterator[str]:
    for _ in range(_MAX_UP):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return
        yield folder


def _bases(root: str) -> Iterator[str]:
    yield root
    # Scripts are often run from the folder above their own.
    yield os.path.dirname(root)
    above = [root]
    for _ in range(_MAX_UP):
        if any(os.path.exists(os.path.join(above[-1], mark)) for mark in PROJECT_MARKS):
            yield from above[1:]
            yield from (os.path.join(folder, "src") for folder in above)
            return
        parent = os.path.dirname(above[-1])
        if parent == above[-1]:
            return
        above.append(parent)
