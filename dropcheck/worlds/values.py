"""The values: what an expression is worth in one world."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Generic, TypeVar

from dropcheck.frozen import dataclass


class World(Enum):
    """The mode in which an expression is evaluated."""

    TRAIN = "train"
    EVAL = "eval"


Literal = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Const:
    """A value the source decides. Constants that came from reading the mode have ``mode=True``."""

    value: Literal
    mode: bool = False

    def __eq__(self, other: object) -> bool:
        # ``True == 1 == 1.0`` in Python, but a flag is not a rate.
        return (
            isinstance(other, Const)
            and type(self.value) is type(other.value)
            and self.value == other.value
            and self.mode == other.mode
        )

    def __hash__(self) -> int:
        return hash((type(self.value), self.value, self.mode))


@dataclass(frozen=True, slots=True)
class Receiver:
    """The first argument of a method: ``self``, whatever its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Param:
    """What the caller passes for a parameter.

    Args:
        function: the qualified name of the function in its file.
        name: the parameter; ``*name`` and ``**name`` for the variadic ones.
    """

    function: str
    name: str


@dataclass(frozen=True, slots=True)
class Imported:
    """Something imported, by its qualified name."""

    path: str


@dataclass(frozen=True, slots=True)
class Defined:
    """A class or function defined in this file.

    Args:
        file: the file that defines it.
        name: its qualified name in the file, such as ``Net.forward``.
    """

    file: str
    name: str


@dataclass(frozen=True, slots=True)
class Attr:
    """An attribute of something open."""

    base: Value
    name: str
    mode: bool = False
    size: int = 2


@dataclass(frozen=True, slots=True)
class Op:
    """An operation on at least one open value.

    ``name`` is the Python operator, or ``choice`` (condition, then, else), ``join`` (one of these), ``item`` (a subscript).
    """

    name: str
    args: tuple[Value, ...]
    mode: bool = False
    size: int = 1


@dataclass(frozen=True, slots=True)
class CallOf:
    """The result of a call.

    Args:
        callee: what is called.
        args: positional arguments in order.
        keywords: named arguments; the name is ``**`` for an unpacked mapping and ``*`` marks unpacked positional ones.
        site: where the call is, to tell one object from another; 0 where it does not matter.
    """

    callee: Value
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    site: int = 0
    mode: bool = False
    size: int = 1


@dataclass(frozen=True, slots=True)
class Display:
    """A list, tuple, set or dict display whose items are visible; ``keys`` are None except for a dict."""

    kind: str
    items: tuple[Value, ...]
    keys: tuple[Value, ...] | None = None
    mode: bool = False
    size: int = 1


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that is not followed.

    Args:
        reason: what it is, for people.
        site: where it is, to tell one from another.
    """

    reason: str
    site: int = 0
    mode: bool = False


Value = Const | Receiver | Param | Imported | Defined | Attr | Op | CallOf | Display | Opaque

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Worlds(Generic[T]):
    """One thing in both worlds."""

    train: T
    eval: T

    def __getitem__(self, world: World) -> T:
        return self.train if world is World.TRAIN else self.eval


TRUE = Const(True)
FALSE = Const(False)
NONE = Const(None)

#: Stands as a keyword of the call that makes a module for the mode it was put into by ``train(...)`` or ``eval()`` at once.
MODE_SET = "<mode>"

#: Stands as the key of a mapping that is unpacked into another, or that a function got as ``**kwargs``.
UNPACKED = Opaque("an unpacked mapping")

#: Larger values are not followed: no gate that people write comes near it.
MAX_SIZE = 60


def reads_mode(value: Value) -> bool:
    """Whether the value depends on a read of the mode."""
    return not isinstance(value, (Receiver, Param, Imported, Defined)) and value.mode


def _size(value: Value) -> int:
    return value.size if isinstance(value, (Attr, Op, CallOf, Display)) else 1


def fits(values: Iterable[Value]) -> tuple[bool, bool, int]:
    """Whether a value of these parts is small enough to keep, whether it reads the mode, and its size."""
    size, mode = 1, False
    for value in values:
        size += _size(value)
        mode = mode or reads_mode(value)
    return size <= MAX_SIZE, mode, size


def is_part_of_instance(value: Value) -> bool:
    """Whether a value is an attribute of the instance, or an element of one, or an element of that."""
    while isinstance(value, Op) and value.name == "item":
        value = value.args[0]
    return isinstance(value, Attr) and isinstance(value.base, Receiver)


def is_handed_on(value: Value) -> bool:
    """Whether a value is the ``*args`` or ``**kwargs`` that a function got, or what is left of them."""
    if isinstance(value, Op) and value.name == "without":
        return is_handed_on(value.args[0])
    return isinstance(value, Param) and value.name.startswith("*")
