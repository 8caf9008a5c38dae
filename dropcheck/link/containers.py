"""Plain containers of modules: what they hold, and whether it is registered elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.facts import AttributeFact, ClassFacts
from dropcheck.link.linked import LinkedProject
from dropcheck.link.project import Moduleness, Owner
from dropcheck.link.site import Form
from dropcheck.model import Behaviour
from dropcheck.worlds import Attr, CallOf, Display, Imported, Op, Receiver, Value, arms, conjuncts, truth

#: Calls by which an object becomes a child of a Module.
_REGISTERING = frozenset({"add_module", "register_module", "__setattr__"})
_PLAIN_CALLS = frozenset(
    {"builtins.list", "builtins.dict", "builtins.tuple", "collections.OrderedDict", "collections.defaultdict"}
)
_MAX_DEPTH = 3


def is_plain(value: Value) -> bool:
    """Whether a value is surely a plain list, dict, tuple or set."""
    return all(
        isinstance(arm, Display)
        or (isinstance(arm, Op) and arm.name in {"list comprehension", "dict comprehension"})
        or (isinstance(arm, CallOf) and isinstance(arm.callee, Imported) and arm.callee.path in _PLAIN_CALLS)
        for arm in arms(value)
    )


def dropout_in(project: LinkedProject, path: str, value: Value) -> Iterator[CallOf]:
    """The modules with dropout that a value makes or holds in plain containers.

    Args:
        project: the linked files.
        path: the file of the value.
        value: what is assigned or added.
    """
    for arm in arms(value):
        match arm:
            case CallOf(callee=callee) if isinstance(callee, Imported) and callee.path in _PLAIN_CALLS:
                for arg in arm.args:
                    yield from dropout_in(project, path, arg)
            case CallOf():
                if _drops(project, project.localize(arm, path), 0):
                    yield arm
            case Display(items=items):
                for item in items:
                    yield from dropout_in(project, path, item)
            case Op(name="list comprehension" | "dict comprehension", args=args):
                yield from dropout_in(project, path, args[-1])


def _drops(project: LinkedProject, made: Value, depth: int) -> bool:
    """Whether a call makes a Module with dropout that follows the mode."""
    if not isinstance(made, CallOf):
        return False
    if project.module_rate(made) is not None:
        return True
    if isinstance(made.callee, Imported) and made.callee.path in {"torch.nn.Sequential", "torch.nn.ModuleList"}:
        return any(_drops(project, arg, depth) for arg in made.args)
    owner = project.class_of(made.callee)
    if owner is None or depth > _MAX_DEPTH or project.moduleness(owner) not in {Moduleness.YES, Moduleness.LIKELY}:
        return False
    return _class_drops(project, owner, depth)


def _class_drops(project: LinkedProject, owner: Owner, depth: int) -> bool:
    for path, cls in (owner, *project.bases(owner)):
        for site in project.sites(path):
            if site.owner is cls and site.form is not Form.CONSTRUCTION and site.verdict.behaviour is Behaviour.FOLLOWS_MODE:
                return True
        for fact in cls.attributes:
            if any(_drops(project, project.localize(arm, path), depth + 1) for arm in arms(fact.value.train)):
                return True
    return False


def is_registered(project: LinkedProject, path: str, cls: ClassFacts, kept: AttributeFact, held: CallOf) -> bool:
    """Whether what a plain container holds is registered by another way.

    Args:
        project: the linked files.
        path: the file of the class.
        cls: the class.
        kept: the assignment that puts an element into the container.
        held: the element.
    """
    name = kept.path[0]
    allowed = conjuncts(kept.reach.train)
    for call in project.files[path].calls:
        callee = call.callee.train
        function = project.function(path, call.function)
        if function is not None and function.owner == cls.name and isinstance(callee, Attr) and callee.name in _REGISTERING:
            return True
    for fact in cls.attributes:
        if fact.path[0] == name or not all(part in allowed for part in conjuncts(fact.reach.train) if truth(part) is None):
            # Registered under a condition only: the other elements are missed all the same.
            continue
        if any(_surely_holds(arm, name, held) for arm in arms(fact.value.train)) and not is_plain(fact.value.train):
            return True
    return False


def _surely_holds(value: Value, name: str, held: CallOf) -> bool:
    """Whether a value surely has the element, or the container itself, in it."""
    match value:
        case CallOf(site=site) if site and site == held.site:
            return True
        case Attr(base=Receiver(), name=found):
            return found == name
        case CallOf(callee=callee, args=args, keywords=keywords):
            return any(_surely_holds(arg, name, held) for arg in (callee, *args, *(item for _, item in keywords)))
        case Display(items=items):
            return any(_surely_holds(item, name, held) for item in items)
        case Op(name="choice", args=(_, then, otherwise)):
            return _surely_holds(then, name, held) and _surely_holds(otherwise, name, held)
        case Op(name="join", args=args):
            return all(_surely_holds(arg, name, held) for arg in args)
        case Op(args=args):
            return any(_surely_holds(arg, name, held) for arg in args)
    return False
