"""Files that the verdict on others depends on: base classes, helpers, and the callers of helpers.

The sieve lets through what holds dropout itself. What else matters is only known once those files are linked: a base class in
a file without dropout, a file that calls a helper, or, when a single file is checked, the rest of its package.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from dropcheck.catalogue import Catalogue
from dropcheck.engine.pool import Task, extract_many
from dropcheck.engine.workspace import Workspace
from dropcheck.errors import SourceError
from dropcheck.extract.modules import module_name
from dropcheck.extract.sieve import may_matter, sieve_words
from dropcheck.link import Project
from dropcheck.model import FileError
from dropcheck.source.text import read_bytes, read_source

#: Each round may lead to further files; real projects need three or four.
_MAX_ROUNDS = 12


def complete(workspace: Workspace, skipped: Iterable[str], catalogue: Catalogue, jobs: int | None) -> tuple[str, ...]:
    """Put every file into the workspace that the verdict on its files depends on.

    Args:
        workspace: the files that passed the sieve.
        skipped: files of the run that did not; those that call a helper join the run after all.
        catalogue: the entries in force.
        jobs: how many processes at most.

    Returns:
        What could not be read, one line each: the analysis went on without it.
    """
    waiting = {os.path.abspath(path): path for path in skipped}
    given = frozenset(workspace.paths)
    sieve = sieve_words(catalogue)
    seen_words: set[str] = set()
    done: set[str] = set()
    notes: list[str] = []
    for _ in range(_MAX_ROUNDS):
        project = workspace.project()
        project.follow_imports()
        paths = set(_worth_reading(project, done, sieve))
        if not paths:
            # Only a project with all its definitions tells which helpers leave dropout to their callers.
            words = _names_of_helpers(project) - seen_words
            seen_words |= words
            paths = set(_callers(words, waiting, given, project)) - set(project.files) if words else set()
        if not paths:
            break
        tasks: list[Task] = []
        for path in sorted(paths):
            try:
                tasks.append(Task(path, read_source(path).text, *module_name(path)))
            except SourceError as error:
                notes.append(f"{error}; the analysis went on without it")
        for task, outcome in zip(tasks, extract_many(tasks, catalogue, jobs=jobs, tick=lambda: None), strict=True):
            if isinstance(outcome, FileError):
                notes.append(f"{outcome.path}: {outcome.message}; the analysis went on without it")
            elif os.path.abspath(task.path) in waiting:
                waiting.pop(os.path.abspath(task.path))
                workspace.put(task, outcome)
            else:
                if outcome.syntax_error is not None:
                    notes.append(f"{task.path}: does not parse; the analysis went on without it")
                workspace.put_context(task, outcome)
    return tuple(notes)


def _worth_reading(project: Project, done: set[str], sieve: tuple[bytes, ...]) -> Iterator[str]:
    """The files that imports lead to: those of base classes, and those of functions if they can hold dropout."""
    for path, is_base in project.names.wanted.items():
        key = f"{path} as a base" if is_base else path
        if key in done or path in project.files:
            continue
        done.add(key)
        try:
            if is_base or may_matter(read_bytes(path), sieve):
                yield path
        except SourceError:
            continue


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
    return names


def _callers(words: set[str], waiting: dict[str, str], given: frozenset[str], project: Project) -> Iterator[str]:
    """Files that mention one of the words: of the run, or of the packages that its files are in."""
    encoded = tuple(word.encode() for word in words)
    known = {os.path.abspath(path) for path in project.files}
    others = (full for full in _package_files(given) if full not in known and full not in waiting)
    for path in (*waiting.values(), *others):
        try:
            raw = read_bytes(path)
        except SourceError:
            continue
        if any(word in raw for word in encoded):
            yield path


def _package_files(given: frozenset[str]) -> Iterator[str]:
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
