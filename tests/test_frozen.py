"""The cheap ``dataclass`` makes what the one of the standard library makes, as far as it is used here."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from dropcheck import frozen

Decorator = Callable[..., Any]
both = pytest.mark.parametrize("dataclass", [dataclasses.dataclass, frozen.dataclass])


def point(dataclass: Decorator) -> Any:
    @dataclass(frozen=True, slots=True)
    class Point:
        x: int
        y: int = 0
        names: tuple[str, ...] = dataclasses.field(default_factory=lambda: ("a",))

        def sum(self) -> int:
            return self.x + self.y

    return Point


@frozen.dataclass(frozen=True, slots=True)
class Sendable:
    """At the top of its module, where pickle finds it."""

    name: str
    inner: Sendable | None = None


@both
def test_what_is_made(dataclass: Decorator) -> None:
    made = point(dataclass)
    assert repr(made(1, y=2)).endswith("Point(x=1, y=2, names=('a',))")
    assert made(1).sum() == 1
    assert made.__slots__ == ("x", "y", "names")
    assert [field.name for field in dataclasses.fields(made)] == ["x", "y", "names"]
    assert dataclasses.replace(made(1), y=3) == made(1, 3)
    match made(5, 6):
        case made(x, y):
            assert (x, y) == (5, 6)
    with pytest.raises(TypeError):
        made()


@both
def test_equal_are_those_with_equal_values_of_the_same_class(dataclass: Decorator) -> None:
    first, second = point(dataclass), point(dataclass)
    assert first(1) == first(1)
    assert first(1) != first(2)
    assert first(1) != second(1)
    assert first(1) != (1, 0, ("a",))
    assert len({first(1), first(1, 0), first(2)}) == 2


@both
def test_what_can_change_has_no_hash(dataclass: Decorator) -> None:
    @dataclass(slots=True)
    class Count:
        number: int = 0

    count = Count()
    count.number += 1
    assert count == Count(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(count)


@both
def test_what_is_not_compared_by_values_is_itself(dataclass: Decorator) -> None:
    @dataclass(slots=True, eq=False)
    class Thing:
        number: int = 0

    thing = Thing()
    assert thing == thing  # noqa: PLR0124
    assert thing != Thing()
    assert {thing: 1}[thing] == 1


@both
def test_own_methods_stay(dataclass: Decorator) -> None:
    @dataclass(frozen=True, slots=True)
    class Own:
        number: int

        def __repr__(self) -> str:
            return "mine"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __hash__(self) -> int:
            return 7

    assert repr(Own(1)) == "mine"
    assert Own(1) == Own(2)
    assert hash(Own(1)) == 7


@both
def test_a_class_without_fields(dataclass: Decorator) -> None:
    @dataclass(frozen=True, slots=True)
    class Nothing:
        pass

    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


def test_it_crosses_the_borders_of_processes() -> None:
    sent = Sendable("a", Sendable("b"))
    assert pickle.loads(pickle.dumps(sent)) == sent
