"""The objects that a value makes, or holds."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.catalogue import Catalogue
from dropcheck.worlds import CallOf, Const, Display, Imported, Op, Value, arms

#: Calls that make a plain container.
PLAIN_CALLS = frozenset(
    {"builtins.list", "builtins.dict", "builtins.tuple", "collections.OrderedDict", "collections.defaultdict"}
)
#: Modules of torch that hold others.
TORCH_CONTAINERS = frozenset({"torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ModuleDict"})


def made_in(value: Value) -> Iterator[CallOf]:
    """The objects that a value makes, or holds in plain containers.

    Args:
        value: what is assigned or added.
    """
    for arm in arms(value):
        match arm:
            case CallOf(callee=Imported(path=path), args=args) if path in PLAIN_CALLS:
                for arg in args:
                    yield from made_in(arg)
            case CallOf():
                yield arm
            case Display(items=items):
                for item in items:
                    yield from made_in(item)
            case Op(name="list comprehension" | "dict comprehension" | "comprehension", args=args):
                yield from made_in(args[-1])
            case Op(name="+" | "*" | "list" | "tuple" | "set", args=args):
                for arg in args:
                    yield from made_in(arg)


def registered_in(made: CallOf) -> Iterator[CallOf]:
    """The objects that a container of torch is made of.

    Args:
        made: a call, of such a container or of anything else.
    """
    if isinstance(made.callee, Imported) and made.callee.path in TORCH_CONTAINERS:
        for value in (*made.args, *(item for _, item in made.keywords)):
            yield from made_in(value)


def module_rate(catalogue: Catalogue, value: CallOf) -> Value | None:
    """The p of a dropout Module that a call makes; None where the call makes none or p is not visible.

    Args:
        catalogue: the entries in force.
        value: the call.
    """
    if not isinstance(value.callee, Imported) or value.callee.path not in catalogue.modules:
        return None
    for name, passed in value.keywords:
        if name == "p":
            return passed
        if name in {"*", "**"}:
            return None
    return value.args[0] if value.args else Const(0.5)
