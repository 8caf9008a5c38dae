"""The refactor of one file: its classes one after the other, and the imports that they need or leave unused together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import libcst as cst

from dropcheck.extract.scopes import dotted
from dropcheck.facts import ClassFacts
from dropcheck.link.project import Moduleness, Owner
from dropcheck.link.site import Site
from dropcheck.model import Edit
from dropcheck.refactor.candidates import Candidate, candidate, is_dropout, require_twin
from dropcheck.refactor.class_plan import ClassPlan, ClassPlanner
from dropcheck.refactor.context import FileContext, RunContext
from dropcheck.refactor.imports import removal, unused_after
from dropcheck.refactor.result import DeclinedError, FilePlan, Unit
from dropcheck.refactor.tree import walk


class Planner:
    """Plans the refactor of the files of a project, one after the other.

    Args:
        run: what is known of the run.
    """

    def __init__(self, run: RunContext) -> None:
        self.run = run

    def plan(self, path: str) -> FilePlan | None:
        """The refactor of one file; None where it holds no site."""
        found = [site for site in self.run.project.sites(path) if is_dropout(site)]
        return _plan_file(FileContext(self.run, path), found) if found else None


def _plan_file(file: FileContext, found: Sequence[Site]) -> FilePlan:
    by_class: dict[str, list[Site]] = {}
    if _is_notebook(file.text):
        for site in found:
            _decline(file, site, "it is in a notebook, whose cells are run in any order")
        return FilePlan(file.path, (), tuple(file.declined))
    for site in found:
        by_class.setdefault(site.owner.name if site.owner is not None else "", []).append(site)
    for site in by_class.pop("", ()):
        _decline(file, site, "it is in no class that could hold a module")
    for name, times in Counter(cls.name for cls in file.facts.classes).items():
        for site in by_class.pop(name, ()) if times > 1 else ():
            _decline(file, site, f"`{name}` is defined more than once")
    plans = [_plan_class(file, cls, by_class[cls.name]) for cls in file.facts.classes if cls.name in by_class]
    units = _units(file, [plan for plan in plans if plan is not None and plan.sites])
    return FilePlan(file.path, units, tuple(sorted(file.declined, key=lambda one: one.place.span)))


def _is_notebook(text: str) -> bool:
    """Whether a text stands for a notebook: what is between its cells is no source."""
    return "\0" in text


def _decline(file: FileContext, site: Site, reason: str) -> None:
    try:
        require_twin(site)
        raise DeclinedError(reason)
    except DeclinedError as error:
        file.decline(site, error)


def _plan_class(file: FileContext, cls: ClassFacts, found: Sequence[Site]) -> ClassPlan | None:
    owner = (file.path, cls)
    candidates: list[Candidate] = []
    for site in found:
        try:
            require_twin(site)
            _require_module(file, owner)
            node = file.tree.class_def(cls.header)
            candidates.append(candidate(file.tree, file.run.project, site, node, file.run.wanted))
        except DeclinedError as error:
            file.decline(site, error)
    if not candidates:
        return None
    try:
        return ClassPlanner(file, owner, file.tree.class_def(cls.header)).plan(candidates)
    except DeclinedError as error:
        for one in candidates:
            file.decline(one.site, error)
        return None


def _require_module(file: FileContext, owner: Owner) -> None:
    cls = owner[1]
    moduleness = file.run.project.moduleness(owner)
    if moduleness is Moduleness.NO:
        raise DeclinedError(f"`{cls.name}` is no torch.nn.Module")
    if moduleness is not Moduleness.YES:
        raise DeclinedError(
            f"a base of `{cls.name}` lies outside the project; name it in `module-bases` if it is a torch.nn.Module"
        )
    for path, member in (owner, *file.run.project.bases(owner)):
        if "__setattr__" in member.methods:
            raise DeclinedError(f"`{member.name}` sets attributes in its own way (`__setattr__`)")
        # One that asks torch first, as most do, finds the module like any other.
        if "__getattr__" in member.methods and not _asks_base(file.run.trees.tree(path).class_def(member.header)):
            raise DeclinedError(f"`{member.name}` looks attributes up in its own way (`__getattr__`)")
    if any("jit" in dotted(decorator.decorator) for decorator in file.tree.class_def(cls.header).decorators):
        raise DeclinedError(f"TorchScript compiles `{cls.name}`")


def _asks_base(node: cst.ClassDef) -> bool:
    """Whether the ``__getattr__`` of a class calls that of its base."""
    found = (part for part in walk(node) if isinstance(part, cst.FunctionDef) and part.name.value == "__getattr__")
    return all(any(isinstance(part, cst.Name) and part.value == "super" for part in walk(method)) for method in found)


def _units(file: FileContext, plans: Sequence[ClassPlan]) -> tuple[Unit, ...]:
    """The edits of each class, or of all together where they change the imports of the file."""
    if not plans:
        return ()
    unused = set(unused_after(file.tree, [callee for plan in plans for callee in plan.callees]))
    unused -= {name for plan in plans for name in plan.spelt}
    dropped = removal(file.tree, file.path, sorted(unused), file.run.around) if unused else ()
    shared = tuple(dict.fromkeys((*dropped, *(edit for plan in plans for edit in plan.imports))))
    return (_unit(plans, shared),) if shared else tuple(_unit([plan], ()) for plan in plans)


def _unit(plans: Sequence[ClassPlan], shared: tuple[Edit, ...]) -> Unit:
    edits = sorted((*shared, *(edit for plan in plans for edit in plan.edits)), key=lambda edit: edit.span)
    sites = sorted((site for plan in plans for site in plan.sites), key=lambda site: site.place.span)
    return Unit(tuple(plan.owner.name for plan in plans), tuple(sites), tuple(edits))
