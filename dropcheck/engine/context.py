"""Files that the verdict on others depends on: base classes, helpers, and the callers of helpers.

The sieve lets through what holds dropout itself. What else matters is only known once those files are linked: a base class in
a file without dropout, a file that calls a helper, or, when a single file is checked, the rest of its package.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from dropcheck.catalogue import Catalogue
from dropcheck.engine.modules import DiskFinder
from dropcheck.engine.pool import Task, extract_many
from dropcheck.engine.workspace import Workspace
from dropcheck.errors import SourceError
from dropcheck.extract.modules import module_name
from dropcheck.extract.sieve import may_matter, sieve_words
from dropcheck.link import Project
from dropcheck.link.containers import holds_dropout
from dropcheck.link.project import Moduleness
from dropcheck.model import FileError
from dropcheck.source.text import SourceFile, read_bytes, read_code, read_source
from dropcheck.worlds import CallOf, Defined, Display, Imported, Op, Value

#: Each round may lead to further files; real projects need three or four.
_MAX_ROUNDS = 12
#: How a Module is made where it is put into a plain container.
_KEPT = ("[{}(", "({}(", ": {}(")
_DEFINITION = rb"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+%b\b"
_FUNCTION = rb"^[ \t]*(?:async[ \t]+)?def[ \t]+%b\b"
_BINDING = rb"(?:^[ \t]*|\bimport\b[^\n]*\b|\bas[ \t]+)%b[ \t]*(?:[,:=)#]|$)"
_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import\b|import[ \t]+([^\n#;]+))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Completed:
    """What completing a workspace came to.

    Args:
        sources: the files of the run that joined it after all, by path.
        notes: what could not be read, one line each: the analysis went on without it.
    """

    sources: dict[str, SourceFile]
    notes: tuple[str, ...]


def complete(
    workspace: Workspace, skipped: Iterable[str], named: Iterable[str], catalogue: Catalogue, jobs: int | None
) -> Completed:
    """Put every file into the workspace that the verdict on its files depends on.

    Args:
        workspace: the files that passed the sieve.
        skipped: files of the run that did not; those that call a helper join the run after all.
        named: those of the skipped files that the user named one by one.
        catalogue: the entries in force.
        jobs: how many processes at most.
    """
    return _Completion(workspace, skipped, catalogue, jobs).run(frozenset(named))


class _Completion:
    def __init__(self, workspace: Workspace, skipped: Iterable[str], catalogue: Catalogue, jobs: int | None) -> None:
        self.workspace = workspace
        self.catalogue = catalogue
        self.jobs = jobs
        self.sieve = sieve_words(catalogue)
        self.waiting = {os.path.abspath(path): path for path in skipped}
        self.given = {os.path.abspath(path) for path in workspace.paths} | self.waiting.keys()
        self.outside = [full for full in _package_files(self.given) if full not in self.given]
        self.sources: dict[str, SourceFile] = {}
        self.notes: list[str] = []
        self.done: set[tuple[str, str]] = set()
        self.seen_words: set[str] = set()

    def run(self, named: frozenset[str]) -> Completed:
        # Where a package is there in part, its helpers may lie in the other part.
        suspects = [path for path in self.waiting.values() if self.outside or path in named]
        paths = {path for path in suspects if _leads_outside(path, self.workspace.finder, self.given)}
        for _ in range(_MAX_ROUNDS):
            self._join(sorted(paths))
            project = self.workspace.project()
            project.follow_imports()
            # Only a project with all its definitions tells which helpers leave dropout to their callers.
            paths = set(_worth_reading(project, self.done, self.sieve, self.given)) or self._callers(project)
            if not paths:
                break
        return Completed(self.sources, tuple(self.notes))

    def _join(self, paths: Sequence[str]) -> None:
        sources = {}
        for path in paths:
            try:
                sources[path] = read_source(path)
            except SourceError as error:
                self.notes.append(f"{error}; the analysis went on without it")
        tasks = [Task(path, source.text, *module_name(path)) for path, source in sources.items()]
        for task, outcome in zip(tasks, extract_many(tasks, self.catalogue, jobs=self.jobs, tick=lambda: None), strict=True):
            if isinstance(outcome, FileError):
                self.notes.append(f"{outcome.path}: {outcome.message}; the analysis went on without it")
            elif self.waiting.pop(os.path.abspath(task.path), None) is not None:
                self.workspace.put(task, outcome)
                self.sources[task.path] = sources[task.path]
            else:
                if outcome.syntax_error is not None:
                    self.notes.append(f"{task.path}: does not parse; the analysis went on without it")
                self.workspace.put_context(task, outcome)

    def _callers(self, project: Project) -> set[str]:
        """Files that call a helper, of the run or of its packages, and files of the run that may keep a Module in a list."""
        words = _names_of_helpers(project)
        made = {form.format(name) for name in _names_of_modules(project) for form in _KEPT}
        fresh, fresh_made = words - self.seen_words, made - self.seen_words
        self.seen_words |= fresh | fresh_made
        known = {os.path.abspath(path) for path in project.files}
        outside = [full for full in self.outside if full not in known]
        return {*_mentioning(fresh | fresh_made, self.waiting.values()), *_mentioning(fresh, outside)}


def _mentioning(words: set[str], paths: Iterable[str]) -> Iterator[str]:
    encoded = tuple(word.encode() for word in words)
    for path in paths if encoded else ():
        try:
            raw = read_bytes(path)
        except SourceError:
            continue
        if any(word in raw for word in encoded):
            yield path


def _leads_outside(path: str, finder: DiskFinder, given: Set[str]) -> bool:
    """Whether a file imports a file of its project that is not in the run."""
    try:
        raw = read_code(path)
    except SourceError:
        return False
    module, is_package = module_name(path)
    package = module.split(".") if is_package else module.split(".")[:-1]
    for match in _IMPORT.finditer(raw):
        spelt = match[1] or match[2]
        for part in spelt.decode(errors="replace").split(","):
            name = part.split(" as ")[0].strip()
            plain = name.lstrip(".")
            dots = len(name) - len(plain)
            full = ".".join((*package[: len(package) - dots + 1], plain)).rstrip(".") if dots else plain
            found = finder.find(full, path)
            if found is not None and os.path.abspath(found) not in given:
                return True
    return False


def _worth_reading(project: Project, done: set[tuple[str, str]], sieve: tuple[bytes, ...], given: Set[str]) -> Iterator[str]:
    """The files that imports lead to: those of base classes, those that can hold dropout, and those that lead further.

    A function that only calls a helper leads further, too. Inside the run it is found by the name of that helper.
    """
    for path, names in project.names.wanted.items():
        fresh = {(path, name) for name in names} - done
        if not fresh or path in project.files:
            continue
        done |= fresh
        try:
            raw = read_bytes(path)
        except SourceError:
            continue
        if may_matter(raw, sieve) or any(
            _leads_on(name, raw) or (os.path.abspath(path) not in given and _is_function(name, raw)) for _, name in fresh
        ):
            yield path


def _leads_on(name: str, raw: bytes) -> bool:
    """Whether a file that holds no dropout decides what a name is: an alias, a table, an import, or what hides another name."""
    if name.startswith("*"):
        return b"import *" in raw or _may_export(name[1:].encode(), raw)
    return not name or re.search(_DEFINITION % name.encode(), raw, re.MULTILINE) is None


def _is_function(name: str, raw: bytes) -> bool:
    return name.isidentifier() and re.search(_FUNCTION % name.encode(), raw, re.MULTILINE) is not None


def _may_export(name: bytes, raw: bytes) -> bool:
    """Whether a star import of a file may bring a name: the file binds it, and lists it if it has a list."""
    listed = b"__all__" not in raw or b'"%b"' % name in raw or b"'%b'" % name in raw
    return listed and any(re.search(binding % name, raw, re.MULTILINE) for binding in (_DEFINITION, _BINDING))


def _names_of_helpers(project: Project) -> set[str]:
    """Names by which other files can call what drops at its caller's word, or in no class."""
    names: set[str] = set()
    for path, function in project.calls.by_function:
        found = project.function(path, function)
        if found is None:
            continue
        if project.helpers.holes(path, function):
            method = function.rpartition(".")[2]
            names.add(found.owner.rpartition(".")[2] if method in {"forward", "__call__"} and found.owner else method)
        elif not found.owner and project.drops_by_itself(path, function):
            names.add(function)
    return _with_aliases(project, names)


def _with_aliases(project: Project, names: set[str]) -> set[str]:
    """Names of helpers, and the names of modules that are made of them: aliases, tables, partials."""
    found = set(names)
    for file in project.files.values():
        found |= {name for name, value in file.names if not found.isdisjoint(_leaves(value))}
    return found - {"*"}


def _leaves(value: Value) -> Iterator[str]:
    """The last names of what a value is made of."""
    match value:
        case Defined(name=name) | Imported(path=name):
            yield name.rpartition(".")[2]
        case Op(args=values) | Display(items=values) | CallOf(args=values):
            for part in values:
                yield from _leaves(part)


def _names_of_modules(project: Project) -> set[str]:
    """Names of the Modules of the project that hold dropout."""
    return {
        cls.name.rpartition(".")[2]
        for path, file in project.files.items()
        for cls in file.classes
        if project.moduleness((path, cls)) is Moduleness.YES and holds_dropout(project, (path, cls))
    }


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
