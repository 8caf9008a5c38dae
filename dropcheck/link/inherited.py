"""What classes leave to their subclasses: attributes that may be set, or read, by a class in another file."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.facts import AttributeFact, FunctionFacts
from dropcheck.levels import Behaviour
from dropcheck.link.behaviour import Why
from dropcheck.link.linked import LinkedProject
from dropcheck.link.project import Owner, Project
from dropcheck.link.site import Site
from dropcheck.worlds import Attr, CallOf, Const, Display, Op, Receiver, Value, World, Worlds, arms, truth


def left_to_subclasses(project: LinkedProject) -> Iterator[Owner]:
    """The classes about whose dropout a subclass has a say.

    Args:
        project: the linked files.

    Yields:
        A class that chooses an attribute by the mode while it is made, which a subclass may read; and one with dropout that
        an attribute switches off, or may, which a subclass may set.
    """
    for path, file in project.files.items():
        hanging = {id(site.owner) for site in project.sites(path) if _hangs_on_attribute(site)}
        for cls in file.classes:
            owner = (path, cls)
            if id(cls) in hanging or any(is_fixed_by_mode(project, owner, fact) for fact in cls.attributes):
                yield owner


def _hangs_on_attribute(site: Site) -> bool:
    """Whether a site is off, or not decided, because of what an attribute of the instance is known to hold."""
    if site.owner is None or site.verdict.behaviour is Behaviour.ALWAYS_ON:
        return False
    if site.verdict.reason is not None and site.verdict.reason.why is Why.STORED:
        return True
    decided = (
        (passed.argument.value[world], isinstance(passed.value[world], Const))
        for passed in (site.p, site.flag)
        for world in World
        if passed.argument is not None
    )
    reached = ((site.call.reach[world], site.verdict.reached[world] is False) for world in World)
    return any(known and truth(value) is None and any(own_attributes(value)) for value, known in (*decided, *reached))


def is_fixed_by_mode(project: Project, owner: Owner, fact: AttributeFact) -> bool:
    """Whether the object's own mode decides, while the object is made, what an attribute holds from then on.

    Args:
        project: the linked files.
        owner: the class of the assignment, with its file.
        fact: the assignment.
    """
    function = project.function(owner[0], fact.function)
    if function is None:
        return False
    if not project.construction.only_runs(owner[0], function) and not project.construction.also_runs(owner[0], function):
        return False
    # The mode of another object may be anything.
    if function.reads_own_mode and (_differs(fact.value) or _differs(fact.reach)):
        return True
    return any(method.reads_own_mode and _differs(method.returns) for method in _methods_called(project, owner, fact))


def _differs(value: Worlds[Value]) -> bool:
    return value.train != value.eval


def _methods_called(project: Project, owner: Owner, fact: AttributeFact) -> Iterator[FunctionFacts]:
    """The methods of the object whose results are assigned."""
    for arm in arms(fact.value.train):
        if isinstance(arm, CallOf) and isinstance(arm.callee, Attr) and isinstance(arm.callee.base, Receiver):
            found = project.method(owner, arm.callee.name)
            if found is not None:
                yield found[1]


def own_attributes(value: Value) -> Iterator[str]:
    """The attributes of the instance that a value is made of.

    Args:
        value: a value of a fact.
    """
    match value:
        case Attr(base=Receiver(), name=name):
            yield name
        case Attr(base=base):
            yield from own_attributes(base)
        case Op(args=args) | Display(items=args):
            for arg in args:
                yield from own_attributes(arg)
        case CallOf(callee=callee, args=args, keywords=keywords):
            for arg in (callee, *args, *(item for _, item in keywords)):
                yield from own_attributes(arg)
