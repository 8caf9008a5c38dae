"""Follows every import that a verdict hangs on, so that it is known which further files, and which names in them, are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dropcheck.facts import CallFact, ClassFacts
from dropcheck.link.containers import MAX_DEPTH, plain_containers
from dropcheck.link.linked import LinkedProject
from dropcheck.link.made import made_in, registered_in
from dropcheck.link.project import Owner
from dropcheck.worlds import Attr, CallOf, Display, Imported, Op, Receiver, Value, arms


def follow_imports(project: LinkedProject) -> None:
    """Follow the imports of classes, attributes and calls; afterwards ``project.names.wanted`` is complete.

    Args:
        project: the files that are known so far.
    """
    for path, file in project.files.items():
        acting = {name for call in file.calls if _is_catalogued(project, call) for name in _classes_around(project, path, call)}
        for cls in file.classes:
            if cls.reads_mode or "forward" in cls.methods or cls.name in acting or _holds_modules(project, cls):
                project.moduleness((path, cls))
            for fact in cls.attributes:
                project.localize(fact.value.train, path)
        for call in file.calls:
            project.localize(call.callee.train, path)
            project.localize(call.callee.eval, path)
        for decorator in (value for function in file.functions for value in function.decorators):
            project.localize(decorator, path)
        passed = [argument.value for call in file.calls for argument in call.arguments]
        for constant in (one for known in passed for one in _constants((known.train, known.eval))):
            project.names.resolve(constant, path, read=True)
        for known in (*passed, *(function.returns for function in file.functions)):
            for constant in _constants((known.train, known.eval)):
                project.localize(constant, path)
    _follow_contained(project)


def _is_catalogued(project: LinkedProject, call: CallFact) -> bool:
    names = (arm.path for arm in arms(call.callee.train) if isinstance(arm, Imported))
    return any(name in project.catalogue.functions or name in project.catalogue.modules for name in names)


def _classes_around(project: LinkedProject, path: str, call: CallFact) -> Iterator[str]:
    return (scope.name for scope in project.enclosing(path, call.function) if isinstance(scope, ClassFacts))


def _holds_modules(project: LinkedProject, cls: ClassFacts) -> bool:
    """Whether a class assigns a module of torch to an attribute."""
    made = (arm.callee for fact in cls.attributes for arm in arms(fact.value.train) if isinstance(arm, CallOf))
    return any(isinstance(callee, Imported) and project.catalogue.is_module_class(callee.path) for callee in made)


def _constants(values: Iterable[Value]) -> Iterator[Imported]:
    """The names from other files in values, as they are, in arithmetic or in a display: they may be rates and flags."""
    pending = list(values)
    while pending:
        for arm in arms(pending.pop()):
            match arm:
                case Imported():
                    yield arm
                case Display(items=parts) | Op(args=parts):
                    pending += parts


def _follow_contained(project: LinkedProject) -> None:
    """Follow the classes of objects in plain containers, down to what those objects hold: dropout may lie deep in it."""
    kept = (
        callee
        for path, file in project.files.items()
        for cls in file.classes
        for facts in plain_containers(cls).values()
        for fact in facts
        for made in _made_of(fact.value.train)
        for callee in _made_by(project, (path, cls), made.callee)
    )
    level = dict.fromkeys(kept)
    seen: set[tuple[str, str]] = set()
    for _ in range(MAX_DEPTH + 1):
        found = (project.class_of(project.names.resolve(callee, path, base=True)) for path, callee in level)
        owners = [owner for cls in found if cls is not None for owner in (cls, *project.bases(cls))]
        level = dict.fromkeys(part for owner in owners if (owner[0], owner[1].name) not in seen for part in _held_by(owner))
        seen.update((path, cls.name) for path, cls in owners)


def _made_by(project: LinkedProject, owner: Owner, callee: Value) -> Iterator[tuple[str, Value]]:
    """What a class calls to make something, with the file that names it; for a method of its own, what that calls."""
    method = project.method(owner, callee.name) if isinstance(callee, Attr) and isinstance(callee.base, Receiver) else None
    if method is None:
        yield owner[0], callee
    else:
        path, function = method
        yield from ((path, made.callee) for made in _made_of(function.returns.train))


def _held_by(owner: Owner) -> Iterator[tuple[str, Value]]:
    """The classes of what the instances of a class hold, each with the file that names it."""
    path, cls = owner
    return ((path, made.callee) for fact in cls.attributes for made in _made_of(fact.value.train))


def _made_of(value: Value) -> Iterator[CallOf]:
    """The objects in a value, and those in the containers of torch among them."""
    for made in made_in(value):
        yield made
        for part in registered_in(made):
            yield from _made_of(part)
