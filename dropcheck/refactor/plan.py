"""The refactor of one file: which sites become modules, and the edits of each class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import libcst as cst

from dropcheck.extract.scopes import dotted
from dropcheck.facts import ClassFacts, FileFacts
from dropcheck.link.linked import LinkedProject
from dropcheck.link.project import Moduleness, Owner
from dropcheck.link.site import Site
from dropcheck.model import Behaviour, Edit, LineIndex
from dropcheck.refactor.calls import call_edits, fed_argument
from dropcheck.refactor.candidates import Candidate, NoTwinError, Wanted, candidate, is_dropout, require_twin
from dropcheck.refactor.constructor import find_constructor, require_constructed
from dropcheck.refactor.created import created_constructor
from dropcheck.refactor.family import Family, made_kind
from dropcheck.refactor.gates import gate_removal
from dropcheck.refactor.globals import Globals
from dropcheck.refactor.imports import Spelling, removal, spell, unused_after
from dropcheck.refactor.leftovers import leftover_edits
from dropcheck.refactor.naming import free_name, named_attributes, taken_names, wanted_name
from dropcheck.refactor.placement import Placement, Statement
from dropcheck.refactor.probability import Rate, RateReader
from dropcheck.refactor.result import Declined, DeclinedError, FilePlan, Place, Refactored, Unit, one_line
from dropcheck.refactor.surroundings import Surroundings
from dropcheck.refactor.tree import Tree, attribute_path


@dataclass(frozen=True, slots=True)
class _Module:
    """A module that a class gets, or has.

    Args:
        name: its attribute.
        rate: its rate.
        anchor: the statement of ``__init__`` behind which it is made; None where ``__init__`` must be written.
        spelling: how its class is written.
        made: the expression that makes it.
        existing: whether the class has it already.
    """

    name: str
    rate: Rate
    anchor: Statement | None
    spelling: Spelling
    made: str
    existing: bool = False


@dataclass(slots=True)
class _ClassWork:
    """What is planned for one class."""

    owner: ClassFacts
    sites: list[Refactored] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    callees: list[cst.CSTNode] = field(default_factory=list)
    methods: list[cst.FunctionDef] = field(default_factory=list)
    imports: tuple[Edit, ...] = ()
    spelt: set[str] = field(default_factory=set)


class Planner:
    """Plans the refactor of the files of a project, one after the other.

    Args:
        project: the linked files.
        text: gives the text of a file of the project.
        around: the files of the run.
        wanted: says which sites are not to be touched.
        one_per_call: whether each call gets a module of its own.
    """

    def __init__(
        self,
        project: LinkedProject,
        text: Callable[[str], str],
        around: Surroundings,
        wanted: Wanted,
        *,
        one_per_call: bool = False,
    ) -> None:
        self.project = project
        self.wanted = wanted
        self.around = around
        self.one_per_call = one_per_call
        self.text = text
        self._trees: dict[str, Tree] = {}
        self._chosen: dict[tuple[str, str], set[str]] = {}

    def tree(self, path: str) -> Tree:
        """The tree of a file."""
        if path not in self._trees:
            self._trees[path] = Tree(self.text(path))
        return self._trees[path]

    def plan(self, path: str) -> FilePlan | None:
        """The refactor of one file; None where it holds no site."""
        found = [site for site in self.project.sites(path) if is_dropout(site)]
        if not found:
            return None
        return _FileWork(self, path).plan(found)

    def chosen(self, family: Family) -> frozenset[str]:
        """The names of new modules in a class and its relatives."""
        keys = ((path, cls.name) for path, cls in family.members)
        return frozenset(name for key in keys for name in self._chosen.get(key, ()))

    def choose(self, family: Family, name: str) -> None:
        """Take a name for a new module of a class."""
        self._chosen.setdefault(family.key, set()).add(name)


class _FileWork:
    """The refactor of one file."""

    def __init__(self, planner: Planner, path: str) -> None:
        self.planner = planner
        self.path = path
        self.facts: FileFacts = planner.project.files[path]
        self.text = planner.text(path)
        self.index = LineIndex(self.text)
        self.declined: list[Declined] = []

    @cached_property
    def tree(self) -> Tree:
        """The tree of the file; many files need none, since no call in them comes into question."""
        return self.planner.tree(self.path)

    @cached_property
    def scope(self) -> Globals:
        """The names at the top level of the file."""
        return Globals(self.tree)

    def plan(self, found: list[Site]) -> FilePlan:
        by_class: dict[str, list[Site]] = {}
        for site in found:
            by_class.setdefault(site.owner.name if site.owner is not None else "", []).append(site)
        for site in by_class.pop("", ()):
            self._decline_outside(site)
        works = [self._class(cls, by_class[cls.name]) for cls in self.facts.classes if cls.name in by_class]
        works = [work for work in works if work.sites]
        units = self._units(works) if works else ()
        declined = sorted(self.declined, key=lambda one: one.place.span)
        return FilePlan(self.path, units, tuple(declined))

    def _units(self, works: list[_ClassWork]) -> tuple[Unit, ...]:
        unused = set(unused_after(self.tree, [callee for work in works for callee in work.callees]))
        unused -= {name for work in works for name in work.spelt}
        dropped = removal(self.tree, self.path, sorted(unused), self.planner.around) if unused else ()
        shared = tuple(dict.fromkeys((*dropped, *(edit for work in works for edit in work.imports))))
        if not shared:
            return tuple(_unit([work], ()) for work in works)
        return (_unit(works, shared),)

    # Declining

    def _place(self, site: Site) -> Place:
        span = site.call.span
        owner = site.owner.name if site.owner is not None else ""
        text = one_line(self.text[span.start : span.end])
        return Place(self.index.position(span.start), span, owner, site.call.function, text)

    def _decline(self, site: Site, error: DeclinedError) -> None:
        stays_on = site.verdict.behaviour is Behaviour.ALWAYS_ON
        self.declined.append(Declined(self._place(site), str(error), isinstance(error, NoTwinError), stays_on))

    def _decline_outside(self, site: Site) -> None:
        try:
            require_twin(site)
            raise DeclinedError("it is in no class that could hold a module")
        except DeclinedError as error:
            self._decline(site, error)

    # One class

    def _class(self, cls: ClassFacts, found: list[Site]) -> _ClassWork:
        owner = (self.path, cls)
        work = _ClassWork(cls)
        candidates: list[Candidate] = []
        for site in found:
            try:
                require_twin(site)
                self._require_module(owner)
                node = self.tree.class_def(cls.header)
                candidates.append(candidate(self.tree, self.planner.project, site, node, self.planner.wanted))
            except DeclinedError as error:
                self._decline(site, error)
        if not candidates:
            return work
        try:
            _ClassRefactor(self, owner, self.tree.class_def(cls.header)).run(candidates, work)
        except DeclinedError as error:
            for one in candidates:
                self._decline(one.site, error)
            return _ClassWork(cls)
        return work

    def _require_module(self, owner: Owner) -> None:
        moduleness = self.planner.project.moduleness(owner)
        if moduleness is Moduleness.NO:
            raise DeclinedError(f"`{owner[1].name}` is no torch.nn.Module")
        if moduleness is not Moduleness.YES:
            raise DeclinedError(
                f"a base of `{owner[1].name}` lies outside the project; name it in `module-bases` if it is a torch.nn.Module"
            )
        if "__setattr__" in owner[1].methods:
            raise DeclinedError(f"`{owner[1].name}` sets attributes in its own way (`__setattr__`)")
        decorators = self.tree.class_def(owner[1].header).decorators
        if any("jit" in dotted(decorator.decorator) for decorator in decorators):
            raise DeclinedError(f"TorchScript compiles `{owner[1].name}`")


class _ClassRefactor:
    """The refactor of one class."""

    def __init__(self, file: _FileWork, owner: Owner, node: cst.ClassDef) -> None:
        self.file = file
        self.planner = file.planner
        self.tree = file.tree
        self.owner = owner
        self.node = node
        self.family = Family(self.planner.project, owner)
        self.family.require_free_children(node)
        self.family.require_followed_mode()
        self.constructor = find_constructor(self.tree, self.planner.project, owner, node)
        self._require_subclasses()
        self.reader = RateReader(self.tree, self.family, self.constructor, self.planner.around, file.scope)
        self.placement = Placement(self.tree, self.constructor, *self.family.members_by_kind())
        relatives = {path for path, _ in self.family.members}
        self.taken = taken_names(self.family) | named_attributes([self.planner.text(path) for path in relatives])
        self.modules: dict[object, _Module] = {}

    def _require_subclasses(self) -> None:
        related = [cls for _, cls in (self.owner, *self.family.subclasses)]
        between = frozenset(cls.name.rpartition(".")[2] for cls in related)
        for path, cls in self.family.subclasses:
            if "__init__" in cls.methods:
                require_constructed(self.planner.tree(path), self.owner[1], cls, between - {cls.name.rpartition(".")[2]})

    def run(self, candidates: list[Candidate], work: _ClassWork) -> None:
        for one in sorted(candidates, key=lambda one: one.site.call.span.end):  # as they run: what is dropped comes first
            try:
                self._site(one, work)
            except DeclinedError as error:
                self.file._decline(one.site, error)
        work.edits += leftover_edits(self.tree, work.methods, work.edits)
        work.edits += self._constructor_edits()

    def _site(self, one: Candidate, work: _ClassWork) -> None:
        self._require_own_objects(one)
        fed = None if one.fresh else fed_argument(one.node).value
        module = self._existing(one) or self._shared(one, fed)
        callee = f"{one.receiver}.{module.name}"
        if fed is None:
            edits: tuple[Edit, ...] = (Edit(self.tree.span(one.node), callee),)
        else:
            edits = call_edits(self.tree, one.node, callee)
            if not module.existing and "\n" not in self.tree.source(fed):
                edits += gate_removal(self.tree, one.node, fed, one.receiver)
        if not module.existing:
            self.modules[self._key(one, module.rate)] = module
            self.planner.choose(self.family, module.name)
            work.imports = tuple(dict.fromkeys((*work.imports, *module.spelling.edits)))
        work.edits += [edit for edit in edits if edit not in work.edits]
        work.spelt.add(module.spelling.root or one.kind)
        work.callees.append(one.node.func)
        method = self.tree.method_around(one.node, self.node)
        work.methods += [method] if method is not None else []
        place = self.file._place(one.site)
        after = callee if one.fresh and not one.site.call.direct else f"{callee}({self._fed_text(one)})"
        was_on = one.site.verdict.behaviour is Behaviour.ALWAYS_ON
        work.sites.append(Refactored(place, after, module.name, module.made, existing=module.existing, was_on=was_on))

    def _require_own_objects(self, one: Candidate) -> None:
        """See to it that the method of a call only runs on objects whose ``__init__`` is through."""
        method = self.tree.method_around(one.node, self.node)
        assert method is not None
        early = self.family.runs_early(method.name.value)
        if early:
            raise DeclinedError(f"the `__init__` of `{early}` runs it, before the module could be made")
        name = self.node.name.value
        if self.planner.around.borrows(name, method.name.value):
            raise DeclinedError(f"`{name}.{method.name.value}` is also made a method of something else")

    def _existing(self, one: Candidate) -> _Module | None:
        """The module whose rate the call reads, as in ``F.dropout(x, self.drop.p, self.training)``; it can be called itself."""
        path = attribute_path(one.rate) if one.rate is not None else ()
        if len(path) != 3 or path[0] != one.receiver or path[2] != "p":
            return None
        sets = self.family.sets(path[1:2])
        if len(sets) != 1 or sets[0][1].function.rpartition(".")[2] != "__init__":
            return None
        member, fact = sets[0]
        made = self.planner.project.localize(fact.value.train, member[0])
        if made_kind(made, self.planner.project.catalogue) != (one.kind, one.inplace):
            return None
        return _Module(path[1], Rate(), None, Spelling(""), f"nn.{one.kind}", existing=True)

    def _shared(self, one: Candidate, fed: cst.BaseExpression | None) -> _Module:
        """The module of this rate and kind: the one that another call of the class has got, or a new one."""
        rate = self.reader.read(one.rate, one.receiver)
        module = self.modules.get(self._key(one, rate))
        if module is not None:
            return module
        spelling = self._spelling(one.kind)
        anchor = self.placement.anchor(rate.own) if self.constructor.node is not None else None
        passed = [part for part in (rate.text, "inplace=True" if one.inplace else "") if part]
        made = f"{spelling.prefix}{one.kind}({', '.join(passed)})"
        return _Module(self._name(one, rate, fed), rate, anchor, spelling, made)

    def _key(self, one: Candidate, rate: Rate) -> object:
        return id(one.node) if self.planner.one_per_call else (one.kind, rate.text, one.inplace)

    def _fed_text(self, one: Candidate) -> str:
        if one.fresh:
            call = one.site.call
            return one_line(self.tree.text[call.callee_span.end : call.span.end]).removeprefix("(").removesuffix(")")
        return one_line(self.tree.source(fed_argument(one.node).value))

    def _spelling(self, kind: str) -> Spelling:
        spelling = spell(self.tree, self.file.facts, kind, self.file.scope)
        root = spelling.root or kind
        if root in self.constructor.locals:
            raise DeclinedError(f"`{root}` means something else in `__init__`")
        return spelling

    def _name(self, one: Candidate, rate: Rate, fed: cst.BaseExpression | None) -> str:
        around = [fed, *(_target(node) for node in islice(self.tree.around(one.node), 1))]
        wanted = wanted_name(one.kind, rate.hint, [node for node in around if node is not None])
        return free_name(wanted, self.taken, self.planner.chosen(self.family))

    def _constructor_edits(self) -> tuple[Edit, ...]:
        lines: dict[int, list[str]] = {}
        anchors = {id(module.anchor): module.anchor for module in self.modules.values()}
        for module in self.modules.values():
            lines.setdefault(id(module.anchor), []).append(f"{self.constructor.receiver}.{module.name} = {module.made}")
        edits: list[Edit] = []
        for key, anchor in anchors.items():
            if anchor is None:
                edits.append(created_constructor(self.tree, self.node, self.constructor, tuple(lines[key])))
            else:
                edits += self.placement.edit(anchor, tuple(lines[key]))
        return tuple(edits)


def _target(node: cst.CSTNode) -> cst.BaseExpression | None:
    """What an assignment assigns to."""
    return node.targets[0].target if isinstance(node, cst.Assign) and len(node.targets) == 1 else None


def _unit(works: list[_ClassWork], shared: tuple[Edit, ...]) -> Unit:
    edits = sorted((*shared, *(edit for work in works for edit in work.edits)), key=lambda edit: edit.span)
    sites = sorted((site for work in works for site in work.sites), key=lambda site: site.place.span)
    return Unit(tuple(work.owner.name for work in works), tuple(sites), tuple(edits))
