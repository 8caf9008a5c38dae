"""What the classes of a project are made of: how dropout in one class gets into another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from dropcheck.engine.families import add_files
from dropcheck.engine.workspace import Workspace
from dropcheck.facts import ClassFacts, as_written
from dropcheck.inventory import Composition, Part
from dropcheck.link import Project
from dropcheck.link.project import Owner
from dropcheck.worlds import CallOf, Display, Op, Value

_DEEPEST = 12  # brackets and calls around a module that is made
_MAX_ROUNDS = 10  # files that hold classes of files that hold classes and so on
_CLASS = re.compile(r"^[ \t]*class[ \t]", re.MULTILINE)
_USED = re.compile(r"\b([^\W\d]\w*)[ \t]*\(|^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)", re.MULTILINE)
_WORD = re.compile(r"\w+")

Key = tuple[str, str]
"""A class, by file and qualified name."""


def compositions(workspace: Workspace, sited: Iterable[Key], jobs: int | None) -> tuple[Composition, ...]:
    """The classes that hold, make or inherit from classes with dropout.

    Most of them stand in files without dropout, which are extracted only here.

    Args:
        workspace: the files of a run; those with such classes are added.
        sited: the classes that have a site of their own.
        jobs: how many processes at most.

    Returns:
        These classes with those of their parts that lead to dropout, by file and place.
    """
    sited = set(sited)
    texts = dict(workspace.surroundings.texts)
    waiting = {path: _used(text) for path, text in texts.items() if path not in workspace.paths and _CLASS.search(text)}
    for _ in range(_MAX_ROUNDS):
        parts, owners = _all_parts(workspace.project(), texts)
        leading = _leading(parts, sited)
        names = {name.rpartition(".")[2] for _, name in leading}
        fresh = {path: texts[path] for path, used in waiting.items() if not names.isdisjoint(used)}
        if not fresh:
            break
        add_files(workspace, fresh, jobs)
        waiting = {path: used for path, used in waiting.items() if path not in fresh}
    made = (
        Composition(*key, owners[key].header.start, tuple(part for part in held if part.key in leading))
        for key, held in parts.items()
    )
    return tuple(one for one in made if one.parts)


def _used(text: str) -> frozenset[str]:
    """The words of a file that may name a class which one of its own makes or inherits from."""
    return frozenset(word for called, bases in _USED.findall(text) for word in (called, *_WORD.findall(bases)))


def _all_parts(project: Project, paths: Iterable[str]) -> tuple[dict[Key, tuple[Part, ...]], dict[Key, ClassFacts]]:
    """The classes of some files with their parts among them."""
    known = [(path, cls) for path in paths if path in project.files for cls in project.files[path].classes]
    owners = {(path, as_written(cls.name)): cls for path, cls in known}
    parts = {key: tuple(part for part in _parts(project, (key[0], cls)) if part.key in owners) for key, cls in owners.items()}
    return parts, owners


def _leading(parts: Mapping[Key, tuple[Part, ...]], sited: set[Key]) -> set[Key]:
    """The classes that have dropout, or lead to one that has."""
    holders: dict[Key, list[Key]] = {}
    for key, held in parts.items():
        for part in held:
            holders.setdefault(part.key, []).append(key)
    leading, pending = set(sited), list(sited)
    while pending:
        for holder in holders.get(pending.pop(), ()):
            if holder not in leading:
                leading.add(holder)
                pending.append(holder)
    return leading


def _parts(project: Project, owner: Owner) -> Iterator[Part]:
    """The classes of the project that an attribute of a class is given, and its bases; each once."""
    path, cls = owner
    own = (path, as_written(cls.name))
    found = dict.fromkeys(Part("", file, as_written(base.name)) for file, base in project.bases(owner))
    for fact in cls.attributes:
        for file, part in _made(project, project.localize(fact.value.train, path), _DEEPEST):
            found.setdefault(Part(fact.path[0], file, as_written(part.name)))
    return (part for part in found if part.key != own)


def _made(project: Project, value: Value, depth: int) -> Iterator[Owner]:
    """The classes whose objects a value holds: made by a call, also within ``nn.ModuleList([...])`` and the like."""
    if not depth:
        return
    inner: tuple[Value, ...] = ()
    match value:
        case CallOf(callee=callee, args=args, keywords=keywords):
            made = project.class_of(callee)
            if made is not None:
                yield made
            inner = (*args, *(item for _, item in keywords))
        case Op(args=args):
            inner = args
        case Display(items=items):
            inner = items
    for item in inner:
        yield from _made(project, item, depth - 1)
