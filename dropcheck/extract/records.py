"""What the interpreter writes down in one world: calls, attribute assignments, returns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from itertools import islice

import libcst as cst

from dropcheck.catalogue import Catalogue
from dropcheck.extract.frames import Frame, FunctionContext
from dropcheck.extract.libraries import LIBRARIES, makes_object
from dropcheck.frozen import dataclass
from dropcheck.worlds import (
    Attr,
    CallOf,
    Defined,
    Display,
    Imported,
    Op,
    Opaque,
    Param,
    Receiver,
    Value,
    any_path,
    arms,
    is_part_of_instance,
    join,
    truth,
)

#: Functions and methods of torch, numpy and random from which masks are made.
_RANDOM = frozenset("rand rand_like bernoulli bernoulli_ uniform_ uniform random random_sample sample".split())  # noqa: SIM905
#: Methods of a table, whose name a constant of another file has in capitals: they call nothing that is in it.
_OF_TABLE = frozenset({"get", "items", "keys", "values", "copy"})
_SEQUENTIAL = "torch.nn.Sequential"
_DROPS = re.compile(r"drop|stochastic_?depth", re.IGNORECASE)


@dataclass(slots=True)
class CallRecord:
    """One call in one world; joined over every visit.

    Args:
        node: the call.
        callee: what is called.
        arguments: what is passed to it: not all of the call's arguments where the first of these is what is called.
        values: what they are worth.
        reach: the condition under which it is reached.
        context: the function it is in.
        statement: the statement it is in.
        constructor: the call that made the object that is called, if the same function made it.
    """

    node: cst.Call
    callee: Value
    arguments: Sequence[cst.Arg]
    values: list[Value]
    reach: Value
    context: FunctionContext
    statement: cst.CSTNode | None
    constructor: cst.Call | None = None


@dataclass(slots=True)
class AttributeRecord:
    """One assignment to an attribute of the instance, in one world."""

    node: cst.CSTNode
    path: tuple[str, ...]
    value: Value
    reach: Value
    context: FunctionContext
    statement: cst.CSTNode | None


@dataclass(frozen=True, slots=True)
class RandomRecord:
    """One call that draws random numbers."""

    node: cst.Call
    context: FunctionContext
    statement: cst.CSTNode | None


@dataclass(slots=True)
class FileRecord:
    """What both worlds of a file share.

    Args:
        catalogue: the entries in force.
        ordinals: a number for each node that needs one, by ``id``.
        reads: for each class, the attributes its methods read.
        mode_readers: classes whose methods read ``self.training``.
        dynamic: classes that set attributes by computed names.
        registered: for each class, the attributes its methods pass to a class of torch.nn.
        annotated: parameters whose annotation may be a class of the project.
        random: calls that draw random numbers, by ``id``, in classes whose name speaks of dropping.
    """

    catalogue: Catalogue
    ordinals: dict[int, int] = field(default_factory=dict)
    reads: dict[str, set[str]] = field(default_factory=dict)
    mode_readers: set[str] = field(default_factory=set)
    dynamic: set[str] = field(default_factory=set)
    registered: dict[str, set[str]] = field(default_factory=dict)
    annotated: set[Param] = field(default_factory=set)
    random: dict[int, RandomRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notes:
    """What one function wrote down."""

    calls: dict[int, CallRecord]
    attributes: dict[tuple[int, tuple[str, ...]], AttributeRecord]
    returns: dict[int, Value]


class Recorder:
    """The notes of one world.

    Args:
        shared: the notes that do not depend on the world.
    """

    def __init__(self, shared: FileRecord) -> None:
        self.shared = shared
        self.calls: dict[int, CallRecord] = {}
        self.attributes: dict[tuple[int, tuple[str, ...]], AttributeRecord] = {}
        self.returns: dict[int, Value] = {}
        self._makers: dict[int, tuple[cst.Call, int]] = {}

    def marks(self) -> tuple[int, int, int]:
        """How much is written down so far."""
        return len(self.calls), len(self.attributes), len(self.returns)

    def since(self, marks: tuple[int, int, int]) -> Notes:
        """What was written down since then; dictionaries keep their order."""
        calls, attributes, returns = marks
        return Notes(
            dict(islice(self.calls.items(), calls, None)),
            dict(islice(self.attributes.items(), attributes, None)),
            dict(islice(self.returns.items(), returns, None)),
        )

    def add(self, notes: Notes) -> None:
        """Take over what was written down in the other world."""
        self.calls.update(notes.calls)
        self.attributes.update(notes.attributes)
        self.returns.update(notes.returns)

    def ordinal(self, node: cst.CSTNode) -> int:
        """A number that tells this node from others, the same in both worlds."""
        return self.shared.ordinals.setdefault(id(node), len(self.shared.ordinals) + 1)

    def read(self, context: FunctionContext, name: str) -> None:
        """Note that a method reads ``self.name``."""
        if name == "training":
            self.shared.mode_readers.add(context.owner)
        if not context.name.endswith(".__init__"):
            self.shared.reads.setdefault(context.owner, set()).add(name)

    def dynamic(self, context: FunctionContext) -> None:
        """Note that a method sets attributes by computed names."""
        self.shared.dynamic.add(context.owner)

    def registers(self, node: cst.Call, callee: Value, frame: Frame) -> None:
        """Note attributes of the instance that are always passed to what registers them, or may.

        Classes of torch.nn do. A constructor may also leave it to a method, or to a function that it gives the instance.
        """
        if truth(frame.state.reach) is not True:
            return
        context = frame.context
        passed = [arg.value for arg in node.args]
        by_torch = isinstance(callee, Imported) and callee.path.startswith("torch.nn.")
        by_instance = context.name.endswith(".__init__") and (
            _own_attribute(node.func, context) is not None
            or any(isinstance(value, cst.Name) and value.value == context.receiver for value in passed)
        )
        if by_torch or by_instance:
            names = {name for value in passed if (name := _own_attribute(_container(value), context)) is not None}
            self.shared.registered.setdefault(context.owner, set()).update(names)

    def random(self, node: cst.Call, callee: Value, context: FunctionContext, statement: cst.CSTNode | None) -> None:
        """Note a call that draws random numbers, where it may be dropout by hand."""
        name = callee.path if isinstance(callee, Imported) else getattr(node.func, "attr", node.func)
        short = name.rpartition(".")[2] if isinstance(name, str) else getattr(name, "value", "")
        if short in _RANDOM and _DROPS.search(context.owner.rpartition(".")[2]):
            self.shared.random[id(node)] = RandomRecord(node, context, statement)

    def star(self, name: str, modules: list[str]) -> Value:
        """What an unbound name is in a module with star imports: left to linking unless the last of them surely has it."""
        for module in reversed(modules):
            found = f"{module}.{name}"
            catalogue = self.shared.catalogue
            if found in catalogue.functions or found in catalogue.modules or catalogue.is_module_class(found):
                return Imported(found)
            if module.partition(".")[0] not in LIBRARIES:
                return Imported(f"*.{name}")
        return Opaque(name)

    def makes_module(self, value: CallOf) -> bool:
        """Whether a call makes a dropout Module, or a ``Sequential`` with one in it."""
        if value.callee == Imported(_SEQUENTIAL):
            return any(isinstance(arm, CallOf) and self.makes_module(arm) for part in value.args for arm in arms(part))
        return any(isinstance(arm, Imported) and arm.path in self.shared.catalogue.modules for arm in arms(value.callee))

    def gives_data(self, callee: Value) -> bool:
        """Whether a call gives what dropout lets through."""
        return isinstance(callee, Imported) and callee.path in self.shared.catalogue.functions

    def call(
        self,
        node: cst.Call,
        callee: Value,
        arguments: Sequence[cst.Arg],
        values: list[Value],
        frame: Frame,
        statement: cst.CSTNode | None,
    ) -> None:
        """Note a call if it may drop."""
        constructor: cst.Call | None = None
        for arm in arms(callee):
            if isinstance(arm, CallOf) and arm.site in self._makers and self.makes_module(arm):
                maker, root = self._makers[arm.site]
                constructor = maker if root == frame.root else None
            elif not isinstance(arm, CallOf):
                constructor = None
                break
        if isinstance(callee, Imported) and (callee.path in self.shared.catalogue.modules or callee.path == _SEQUENTIAL):
            self._makers[self.ordinal(node)] = (node, frame.root)
        if constructor is None and not self._may_drop(callee):
            return
        reach = frame.state.reach
        known = self.calls.get(id(node))
        if known is None:
            self.calls[id(node)] = CallRecord(node, callee, arguments, values, reach, frame.context, statement, constructor)
            return
        known.callee = join((known.callee, callee))
        known.values = [join(pair) for pair in zip(known.values, values, strict=True)]
        known.reach = any_path(known.reach, reach)
        if known.constructor is not constructor:
            known.constructor = None

    def _may_drop(self, callee: Value) -> bool:
        for arm in arms(callee):
            match arm:
                case Imported(path):
                    if path in self.shared.catalogue.functions or path in self.shared.catalogue.modules:
                        return True
                    root, _, name = path.rpartition(".")
                    of_table = name in _OF_TABLE and root.rpartition(".")[2].isupper()
                    if root.partition(".")[0] not in LIBRARIES and not name[:1].isupper() and not of_table:
                        return True
                case CallOf(callee=Imported(path="functools.partial"), args=(first, *_)):
                    if self._may_drop(first):
                        return True
                case Op(name="item", args=(Display(items=items), *_)):
                    if any(self._may_drop(item) for item in items):
                        return True
                case Op(name="item", args=(Imported(path), *_)) | CallOf(callee=Imported(path)) if _reads_table(arm):
                    if path.partition(".")[0] not in LIBRARIES:
                        return True
                case Defined() | Param() | Attr(base=Receiver() | Defined() | CallOf(callee=Imported(path="builtins.super"))):
                    return True
                case _ if self._is_of_object(arm):
                    return True
        return False

    def _is_of_object(self, callee: Value) -> bool:
        """Whether a callee may be an object of the project, or a method of one."""
        match callee:
            case Op(name="item"):
                return is_part_of_instance(callee)
            case CallOf(callee=made) | Attr(base=CallOf(callee=made)):
                return makes_object(made)
            case Attr(base=Param() as parameter):
                return parameter in self.shared.annotated
            case Attr(base=Attr(base=Receiver()) | Op(name="item", args=(Attr(base=Receiver()), *_))):
                return True
        return False

    def attribute(
        self,
        node: cst.CSTNode,
        path: tuple[str, ...],
        value: Value,
        frame: Frame,
        statement: cst.CSTNode | None,
    ) -> None:
        """Note an assignment to an attribute of the instance."""
        key = (id(node), path)
        known = self.attributes.get(key)
        if known is None:
            self.attributes[key] = AttributeRecord(node, path, value, frame.state.reach, frame.context, statement)
            return
        known.value = join((known.value, value))
        known.reach = any_path(known.reach, frame.state.reach)

    def function(self, node: cst.CSTNode, value: Value) -> None:
        """Note what a function returns."""
        known = self.returns.get(id(node))
        self.returns[id(node)] = value if known is None else join((known, value))


def _reads_table(value: Op | CallOf) -> bool:
    """Whether a value is ``table[key]`` or ``table.get(key)`` of something imported."""
    return isinstance(value, Op) or (isinstance(value.callee, Imported) and value.callee.path.endswith(".get"))


def _container(node: cst.BaseExpression) -> cst.BaseExpression:
    """What an expression takes the elements of: ``self.xs`` of ``list(self.xs.values())``."""
    while True:
        match node:
            case cst.Call(func=cst.Attribute(value=whole, attr=cst.Name(value="values" | "items")), args=[]):
                node = whole
            case cst.Call(func=cst.Name(value="list" | "tuple" | "dict" | "OrderedDict"), args=[cst.Arg(value=whole)]):
                node = whole
            case cst.ListComp(elt=cst.Name(), for_in=cst.CompFor(iter=whole, ifs=[])):
                node = whole
            case _:
                return node


def _own_attribute(node: cst.CSTNode, context: FunctionContext) -> str | None:
    """The name of an attribute of the instance; None for anything else."""
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == context.receiver:
        return node.attr.value
    return None
