"""Plain containers of modules: what they hold, and whether it is registered elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dropcheck.facts import AttributeFact, CallFact, ClassFacts
from dropcheck.levels import Behaviour
from dropcheck.link.behaviour import reached
from dropcheck.link.linked import LinkedProject
from dropcheck.link.linker import Linker
from dropcheck.link.made import PLAIN_CALLS, TORCH_CONTAINERS, made_in, module_rate, registered_in
from dropcheck.link.project import Function, Moduleness, Owner
from dropcheck.link.site import Form
from dropcheck.worlds import (
    FALSE,
    MODE_SET,
    Attr,
    CallOf,
    Const,
    Display,
    Imported,
    Op,
    Receiver,
    Value,
    World,
    arms,
    conjuncts,
    truth,
)

#: Calls by which an object becomes a child of a Module.
_REGISTERING = frozenset({"add_module", "register_module", "__setattr__"})
_MODULES = frozenset({Moduleness.YES, Moduleness.LIKELY})
#: So many Modules deep in each other dropout is looked for.
MAX_DEPTH = 3


def is_plain(value: Value) -> bool:
    """Whether a value is surely a plain list, dict, tuple or set."""
    return all(map(_is_plain, arms(value)))


def _is_plain(arm: Value) -> bool:
    match arm:
        case Display() | Op(name="list comprehension" | "dict comprehension"):
            return True
        case Op(name="list" | "tuple" | "set"):  # with elements that are unpacked
            return True
        case Op(name="+" | "*", args=(left, _)):  # a ModuleList to which a list is added stays one
            return is_plain(left)
        case CallOf(callee=Imported(path=path)):
            return path in PLAIN_CALLS
    return False


def registered_twin(made: Value, added: Iterable[AttributeFact]) -> str:
    """The registered container that can stand for a plain one.

    Args:
        made: the plain one.
        added: what is assigned or added later under its name.

    Returns:
        ``ModuleList``, ``ModuleDict``, or empty where there is none or it would not take the elements.
    """
    for fact in added:
        if len(fact.path) == 1 or any(isinstance(arm, Display) and arm.kind == "tuple" for arm in arms(fact.value.train)):
            return ""
    twins = {_twin(arm) for arm in arms(made)}
    return twins.pop() if len(twins) == 1 else ""


def _twin(arm: Value) -> str:
    match arm:
        case Display(kind="list", items=items) if all(map(_may_be_module, items)):
            return "ModuleList"
        case Op(name="list comprehension", args=(*_, element)) if _may_be_module(element):
            return "ModuleList"
        case Display(kind="dict", items=items, keys=keys) if all(map(_may_be_module, items)) and all(
            map(_may_be_name, keys or ())
        ):
            return "ModuleDict"
        case Op(name="dict comprehension", args=(*_, key, element)) if _may_be_module(element) and _may_be_name(key):
            return "ModuleDict"
        case CallOf(callee=Imported(path="builtins.list")):
            return "ModuleList"
        case CallOf(callee=Imported(path="builtins.dict" | "collections.OrderedDict")):
            return "ModuleDict"
    return ""


def _may_be_module(value: Value) -> bool:
    return not isinstance(value, Const) and not is_plain(value)


def _may_be_name(key: Value) -> bool:
    return not isinstance(key, Const) or isinstance(key.value, str)


def plain_containers(cls: ClassFacts) -> dict[str, list[AttributeFact]]:
    """The attributes that are only ever plain containers, each with its assignments and what is added to it.

    Args:
        cls: the class.
    """
    added = {fact.span for fact in cls.attributes if fact.path[1:] == ("*",)}
    found: dict[str, list[AttributeFact]] = {}
    for fact in cls.attributes:
        adds = fact.path[1:] == ("*",)
        # ``self.xs += [...]`` is there as what it adds, too; what it adds to is judged where it is made.
        if fact.function and (adds or (len(fact.path) == 1 and fact.span not in added)):
            found.setdefault(fact.path[0], []).append(fact)
    return {
        name: facts
        for name, facts in found.items()
        if any(len(fact.path) == 1 for fact in facts) and all(is_plain(fact.value.train) for fact in facts if len(fact.path) == 1)
    }


def dropout_in(project: LinkedProject, owner: Owner, value: Value) -> Iterator[CallOf]:
    """The modules with dropout that a value makes or holds in plain containers.

    Args:
        project: the linked files.
        owner: the class that assigns the value.
        value: what is assigned or added.
    """
    return (made for made in made_in(value) if _drops(project, project.localize(made, owner[0]), owner, 0))


def _drops(project: LinkedProject, made: Value, owner: Owner, depth: int) -> bool:
    """Whether a call in a class makes a Module with dropout that follows the mode, and leaves it to others to register it."""
    if not isinstance(made, CallOf) or made.keywords[-1:] == ((MODE_SET, FALSE),):
        return False
    rate = module_rate(project.catalogue, made)
    if rate is not None:
        return not (isinstance(rate, Const) and rate.value == 0)
    if any(_drops(project, part, owner, depth) for part in registered_in(made)):
        return True
    if _without_rate(made) or depth > MAX_DEPTH:
        return False
    maker = _maker(project, made.callee, owner)
    if maker is not None:
        path, function = maker
        parts = [part for part in made_in(function.returns.train) if not _is_kept(project, owner, path, part)]
        return not function.decorated and any(_drops(project, project.localize(part, path), owner, depth + 1) for part in parts)
    cls = project.class_of(made.callee)
    return cls is not None and project.moduleness(cls) in _MODULES and holds_dropout(project, cls, depth)


def _maker(project: LinkedProject, callee: Value, owner: Owner) -> Function | None:
    """The function, or method of the class, that is called to make something."""
    if isinstance(callee, Attr) and isinstance(callee.base, Receiver):
        return project.method(owner, callee.name)
    return project.function_of(callee)


def _is_kept(project: LinkedProject, owner: Owner, path: str, made: CallOf) -> bool:
    """Whether a method puts what it makes into an attribute before it gives it back."""
    facts = (fact for file, cls in project.family(owner) if file == path for fact in cls.attributes)
    return any(_surely_holds(arm, "", made) for fact in facts for arm in arms(fact.value.train))


def _without_rate(made: CallOf) -> bool:
    """Whether a call passes 0.0, which may well be the rate of all that it makes."""
    passed = (*made.args, *(item for _, item in made.keywords))
    return any(isinstance(item, Const) and isinstance(item.value, float) and item.value == 0 for item in passed)


def holds_dropout(project: LinkedProject, owner: Owner, depth: int = 0) -> bool:
    """Whether a Module of the project has dropout that follows the mode, in it or in what it holds.

    Args:
        project: the linked files.
        owner: the class.
        depth: how many Modules it is inside of.
    """
    family = (owner, *project.bases(owner))
    bases = {_torch_name(project, path, base) for path, cls in family for base in cls.bases}
    if not bases.isdisjoint(project.catalogue.modules):
        return True
    contained = not bases.isdisjoint(TORCH_CONTAINERS)  # what its constructor makes, it holds
    for path, cls in family:
        for site in project.sites(path):
            if site.owner is not cls:
                continue
            if site.form is Form.CONSTRUCTION:
                if contained and not site.verdict.inert:
                    return True
            elif site.verdict.behaviour is Behaviour.FOLLOWS_MODE:
                return True
        for fact in cls.attributes:
            if any(_drops(project, project.localize(arm, path), (path, cls), depth + 1) for arm in arms(fact.value.train)):
                return True
    return False


def _torch_name(project: LinkedProject, path: str, base: Value) -> str:
    found = project.localize(base, path)
    return found.path if isinstance(found, Imported) else ""


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
    if name in cls.registered:
        return True
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
        case Attr(base=Attr() as whole, name="values" | "items"):
            return _surely_holds(whole, name, held)
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


def is_used_in_evaluation(project: LinkedProject, owner: Owner, name: str) -> bool:
    """Whether what ``self.name`` holds may be used in evaluation: unless every use in sight is for training, or open.

    Args:
        project: the linked files.
        owner: the class.
        name: the attribute.
    """
    uses = [
        Linker(project, project.calls, path, call)
        for path, cls in project.family(owner)
        for call in project.files[path].calls
        if _uses(call, name) and project.calls.owner_of(path, call.function) == (path, cls)
    ]
    used = [
        linker for linker in uses if linker.function and not project.construction.only_runs(linker.file.path, linker.function)
    ]
    return not used or any(reached(linker.reach, World.EVAL) is True for linker in used)


def _uses(call: CallFact, name: str) -> bool:
    """Whether a call is one of an element of ``self.name``, or passes one on."""
    values = [call.callee, *(argument.value for argument in call.arguments)]
    return any(_is_part(value[world], name) for value in values for world in World)


def _is_part(value: Value, name: str) -> bool:
    match value:
        case Attr(base=Receiver(), name=found):
            return found == name
        case Op(args=parts) | Display(items=parts):
            return any(_is_part(part, name) for part in parts)
        case CallOf(callee=base) | Attr(base=base):
            return _is_part(base, name)
    return False
