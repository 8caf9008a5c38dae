"""Bases and subclasses in files that hold no dropout themselves: the refactor must know all of them, judging does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dropcheck.engine.pool import Task, extract_many
from dropcheck.extract.modules import module_name
from dropcheck.outcome import FileError
from dropcheck.refactor.candidates import is_dropout

if TYPE_CHECKING:
    from dropcheck.engine.workspace import Workspace

_CLASS = re.compile(r"^[ \t]*class[ \t]+(\w+)[ \t]*\(([^()]*(?:\([^()]*\)[^()]*)*)\)[ \t]*:", re.MULTILINE)
_WORD = re.compile(r"\w+")
#: Subclasses of subclasses and so on; real projects need two or three.
_MAX_ROUNDS = 10


def load_families(workspace: Workspace, texts: Sequence[tuple[str, str]], jobs: int | None) -> None:
    """Add to a workspace, as a whole, the files that hold bases or subclasses of its classes with dropout.

    Args:
        workspace: the files of a run.
        texts: every file of the run with its text.
        jobs: how many processes at most.
    """
    add_files(workspace, {path: workspace.text(path) for path in _files_of_bases(workspace) if workspace.is_cut(path)}, jobs)
    known = {path for path in workspace.project().files if not workspace.is_cut(path)}
    bases = _classes_with_sites(workspace)
    waiting = [(path, text, tuple(_heads(text))) for path, text in texts if path not in known and "class" in text]
    for _ in range(_MAX_ROUNDS):
        fresh = [one for one in waiting if any(not bases.isdisjoint(named) for _, named in one[2])]
        if not fresh:
            break
        waiting = [one for one in waiting if one not in fresh]
        for _, _, heads in fresh:
            bases |= {name for name, named in heads if not bases.isdisjoint(named)}
        add_files(workspace, {path: text for path, text, _ in fresh}, jobs)


def add_files(workspace: Workspace, texts: Mapping[str, str], jobs: int | None) -> None:
    """Extract files as a whole; those that the workspace does not hold yet become context.

    Args:
        workspace: the files of a run.
        texts: the files to add, by path; one that cannot be worked on is left out.
        jobs: how many processes at most.
    """
    tasks = [Task(path, text, *module_name(path)) for path, text in texts.items()]
    for task, outcome in zip(tasks, extract_many(tasks, workspace.catalogue, jobs=jobs, tick=lambda: None), strict=True):
        if not isinstance(outcome, FileError):
            (workspace.put if task.path in workspace.paths else workspace.put_context)(task, outcome)


def _files_of_bases(workspace: Workspace) -> set[str]:
    """The files with bases of classes with dropout: what they set must be known in full, not only what decides a verdict."""
    project = workspace.project()
    owners = {(path, site.owner.name) for path in workspace.paths for site in project.sites(path) if site.owner is not None}
    found = (project.owner(path, name) for path, name in owners)
    return {path for owner in found if owner is not None for path, _ in project.bases(owner)}


def _heads(text: str) -> Iterable[tuple[str, frozenset[str]]]:
    """The classes of a file with the words of their bases."""
    return ((match[1], frozenset(_WORD.findall(match[2]))) for match in _CLASS.finditer(text))


def _classes_with_sites(workspace: Workspace) -> set[str]:
    project = workspace.project()
    found = {
        site.owner.name.rpartition(".")[2]
        for path in workspace.paths
        for site in project.sites(path)
        if site.owner is not None and is_dropout(site)
    }
    for path, file in project.files.items():
        for cls in file.classes:
            if any(base.name.rpartition(".")[2] in found for _, base in project.bases((path, cls))):
                found.add(cls.name.rpartition(".")[2])
    return found
