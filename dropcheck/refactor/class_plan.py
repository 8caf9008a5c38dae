"""The refactor of one class: the modules it gets, and its edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from itertools import islice

import libcst as cst

from dropcheck.facts import ClassFacts
from dropcheck.frozen import dataclass
from dropcheck.levels import Behaviour
from dropcheck.link.project import Owner
from dropcheck.model import Edit
from dropcheck.refactor.calls import call_edits, fed_argument
from dropcheck.refactor.candidates import Candidate
from dropcheck.refactor.constructor import find_constructor, require_constructed
from dropcheck.refactor.context import FileContext
from dropcheck.refactor.created import created_constructor
from dropcheck.refactor.early import EarlyRuns
from dropcheck.refactor.family import Family
from dropcheck.refactor.gates import gate_removal
from dropcheck.refactor.imports import Spelling, spell
from dropcheck.refactor.leftovers import leftover_edits
from dropcheck.refactor.naming import annotated_names, free_name, named_attributes, taken_names, wanted_name
from dropcheck.refactor.placement import Placement, Statement
from dropcheck.refactor.present import PresentModules
from dropcheck.refactor.probability import Rate, RateReader
from dropcheck.refactor.result import DeclinedError, Refactored, one_line


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
class ClassPlan:
    """What becomes of one class.

    Args:
        owner: the class.
        sites: the calls that are refactored.
        edits: the edits, except those of imports.
        imports: the imports that are added.
        callees: what the calls called before.
        methods: the methods that hold the calls.
        spelt: the names with which the modules are made.
    """

    owner: ClassFacts
    sites: list[Refactored] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    imports: tuple[Edit, ...] = ()
    callees: list[cst.CSTNode] = field(default_factory=list)
    methods: list[cst.FunctionDef] = field(default_factory=list)
    spelt: set[str] = field(default_factory=set)


class ClassPlanner:
    """Plans the refactor of one class.

    Args:
        file: its file.
        owner: the class.
        node: its definition.

    Raises:
        DeclinedError: no call of the class can be refactored.
    """

    def __init__(self, file: FileContext, owner: Owner, node: cst.ClassDef) -> None:
        self.file = file
        self.run = file.run
        self.tree = file.tree
        self.owner = owner
        self.node = node
        self.family = Family(self.run.project, owner, self._definition)
        self.family.require_free_children()
        self.family.require_followed_mode()
        self.constructor = find_constructor(self.tree, self.run.project, owner, node)
        self._require_subclasses()
        self.reader = RateReader(self.tree, self.family, self.constructor, self.run.around, file.scope)
        self.placement = Placement(self.tree, self.constructor, *self.family.members_by_kind())
        self.present = PresentModules(self.run, self.tree, self.family, self.placement, self.reader)
        self.early = EarlyRuns(self.family)
        self.taken = self._taken()
        self.modules: dict[object, _Module] = {}

    def _definition(self, owner: Owner) -> cst.ClassDef:
        return self.run.trees.tree(owner[0]).class_def(owner[1].header)

    def _require_subclasses(self) -> None:
        related = [cls for _, cls in (self.owner, *self.family.subclasses)]
        between = frozenset(cls.name.rpartition(".")[2] for cls in related)
        for path, cls in self.family.subclasses:
            if "__init__" in cls.methods:
                require_constructed(self.run.trees.tree(path), self.owner[1], cls, between - {cls.name.rpartition(".")[2]})

    def _taken(self) -> frozenset[str]:
        found = set(taken_names(self.family))
        for path, cls in self.family.members:
            found |= named_attributes(self.run.trees.text(path))
            found |= annotated_names(self.family.definition((path, cls)))
        return frozenset(found)

    def plan(self, candidates: Sequence[Candidate]) -> ClassPlan:
        """Plan what becomes of calls; those that are declined are noted with the file."""
        work = ClassPlan(self.owner[1])
        for one in sorted(candidates, key=lambda one: one.site.call.span.end):  # as they run: what is dropped comes first
            try:
                self._site(one, work)
            except DeclinedError as error:
                self.file.decline(one.site, error)
        work.edits += leftover_edits(self.tree, work.methods, work.edits)
        work.edits += self._constructor_edits()
        return work

    def _site(self, one: Candidate, work: ClassPlan) -> None:
        self._require_own_objects(one)
        fed = None if one.fresh else fed_argument(one.node).value
        read = self.present.read_by(one)
        module = _existing(read, one) if read else self._shared(one, fed)
        callee = f"{one.receiver}.{module.name}"
        if fed is None:
            edits: tuple[Edit, ...] = (Edit(self.tree.span(one.node), callee),)
        else:
            edits = call_edits(self.tree, one.node, callee)
            if not module.existing and "\n" not in self.tree.source(fed):
                edits += gate_removal(self.tree, one.node, fed, one.receiver)
        if not module.existing:
            self.modules[self._key(one, module.rate)] = module
            self.run.choose(self.family, module.name)
            work.imports = tuple(dict.fromkeys((*work.imports, *module.spelling.edits)))
        work.edits += [edit for edit in edits if edit not in work.edits]
        work.spelt.add(module.spelling.root)
        work.callees.append(one.node.func)
        method = self.tree.method_around(one.node, self.node)
        work.methods += [method] if method is not None else []
        place = self.file.place(one.site)
        after = callee if one.fresh and not one.site.call.direct else f"{callee}({self._fed_text(one)})"
        was_on = one.site.verdict.behaviour is Behaviour.ALWAYS_ON
        work.sites.append(Refactored(place, after, module.name, module.made, existing=module.existing, was_on=was_on))

    def _require_own_objects(self, one: Candidate) -> None:
        """See to it that the method of a call only runs on objects whose ``__init__`` is through."""
        method = self.tree.method_around(one.node, self.node)
        assert method is not None
        early = self.early.by(method.name.value)
        if early:
            raise DeclinedError(f"the `__init__` of `{early}` runs it, before the module could be made")
        name = self.node.name.value
        if self.run.around.borrows(name, method.name.value):
            raise DeclinedError(f"`{name}.{method.name.value}` is also made a method of something else")

    def _shared(self, one: Candidate, fed: cst.BaseExpression | None) -> _Module:
        """The module of this rate and kind: the one that another call of the class has got, or a new one."""
        rate = self.reader.read(one.rate, one.receiver)
        module = self.modules.get(self._key(one, rate))
        if module is not None:
            return module
        made_already = self._made_already(one, rate, fed)
        if made_already:
            return _existing(made_already, one)
        spelling = self._spelling(one.kind)
        anchor = self.placement.anchor(rate.own) if self.constructor.node is not None else None
        passed = [part for part in (rate.text, "inplace=True" if one.inplace else "") if part]
        made = f"{spelling.text}({', '.join(passed)})"
        return _Module(self._name(one, rate, fed), rate, anchor, spelling, made)

    def _made_already(self, one: Candidate, rate: Rate, fed: cst.BaseExpression | None) -> str:
        """The module with this rate that the author made in ``__init__``: the only one, or that of the wanted name."""
        names = () if self.run.one_per_call else self.present.with_rate(one, rate)
        wanted = self._wanted_name(one, rate, fed)
        return wanted if wanted in names else names[0] if len(names) == 1 else ""

    def _key(self, one: Candidate, rate: Rate) -> object:
        return id(one.node) if self.run.one_per_call else (one.kind, rate.meant, one.inplace)

    def _fed_text(self, one: Candidate) -> str:
        if one.fresh:
            call = one.site.call
            return one_line(self.tree.text[call.callee_span.end : call.span.end]).removeprefix("(").removesuffix(")")
        return one_line(self.tree.source(fed_argument(one.node).value))

    def _spelling(self, kind: str) -> Spelling:
        spelling = spell(self.tree, self.file.facts, kind, self.file.scope)
        if spelling.root in self.constructor.locals:
            raise DeclinedError(f"`{spelling.root}` means something else in `__init__`")
        return spelling

    def _wanted_name(self, one: Candidate, rate: Rate, fed: cst.BaseExpression | None) -> str:
        around = [fed, *(_target(node) for node in islice(self.tree.around(one.node), 1))]
        return wanted_name(one.kind, rate.hint, [node for node in around if node is not None])

    def _name(self, one: Candidate, rate: Rate, fed: cst.BaseExpression | None) -> str:
        wanted = self._wanted_name(one, rate, fed)
        dropouts = self.family.dropouts()
        taken = self.taken - dropouts

        def is_taken(name: str) -> bool:
            return name in taken or self.run.around.looks_up(name)

        return free_name(wanted, is_taken, self.run.chosen(self.family) | dropouts)

    def _constructor_edits(self) -> tuple[Edit, ...]:
        made = [(module, f"{self.constructor.receiver}.{module.name} = {module.made}") for module in self.modules.values()]
        if made and self.constructor.node is None:
            lines = tuple(line for _, line in made)
            return (created_constructor(self.tree, self.node, self.constructor, lines),)
        behind: dict[int, tuple[Statement, list[str]]] = {}
        anchors = [module.anchor for module in self.modules.values() if module.anchor is not None]
        places = self.placement.together(anchors)
        for module, line in made:
            assert module.anchor is not None
            place = places.get(id(module.anchor), module.anchor)
            behind.setdefault(id(place), (place, []))[1].append(line)
        return tuple(edit for place, lines in behind.values() for edit in self.placement.edit(place, tuple(lines)))


def _existing(name: str, one: Candidate) -> _Module:
    return _Module(name, Rate(), None, Spelling(""), f"nn.{one.kind}", existing=True)


def _target(node: cst.CSTNode) -> cst.BaseExpression | None:
    """What an assignment assigns to."""
    return node.targets[0].target if isinstance(node, cst.Assign) and len(node.targets) == 1 else None
