"""The cheap ``dataclass`` makes what the one of the standard library makes, as far as it is used here."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from dropcheck import Finding, frozen

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


@frozen.dataclass(frozen=True, slots=True)
class Alone:
    """With one field, which is a tuple."""

    names: tuple[str, ...]


def cheap(**options: bool) -> Any:
    """What is sealed in a process of dropcheck's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frozen, "is_alone", lambda: True)
        return frozen.sealed(**options)


@cheap(frozen=True, slots=True)
class Guarded:
    """Frozen against all code."""

    number: int


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
    for sent in (Sendable("a", Sendable("b")), Alone(("a",)), Guarded(1)):
        there = pickle.loads(pickle.dumps(sent))
        assert (there, type(there)) == (sent, type(sent))
        assert copy.deepcopy(sent) == sent


@both
@pytest.mark.parametrize("made_before", [0, 1, 200])
def test_a_constructor_does_the_same_however_often_it_was_called(dataclass: Decorator, made_before: int) -> None:
    made = point(dataclass)
    for _ in range(made_before):
        made(1)
    values = [made(1), made(1, names=()), made(x=1, y=2, names=("b",)), made(1, 2, ())]
    assert [(one.x, one.y, one.names) for one in values] == [(1, 0, ("a",)), (1, 0, ()), (1, 2, ("b",)), (1, 2, ())]
    for wrong in ((), (1, 2, (), 4)):
        with pytest.raises(TypeError):
            made(*wrong)
    for named in ({"z": 1}, {"x": 1, "z": 1}, {"y": 1}):
        with pytest.raises(TypeError):
            made(**named)
    with pytest.raises(TypeError, match="multiple values"):
        made(1, x=1)
    assert made(3).x == 3


@both
def test_what_is_made_by_default_is_made_for_each(dataclass: Decorator) -> None:
    @dataclass(slots=True)
    class Basket:
        eggs: list[int] = dataclasses.field(default_factory=list)

    first, second = Basket(), Basket()
    first.eggs.append(1)
    assert (first.eggs, second.eggs) == ([1], [])


def test_programs_of_others_have_the_original() -> None:
    assert next(iter(inspect.signature(Finding).parameters)) == "code"


@pytest.mark.parametrize("sealed", [dataclasses.dataclass, frozen.sealed, cheap])
def test_what_is_sealed_can_not_be_changed_and_has_an_order(sealed: Decorator) -> None:
    @sealed(frozen=True, slots=True, order=True)
    class Place:
        row: int
        column: int = 0

    for _ in range(200):  # before and after the constructor is compiled
        place = Place(1, 2)
        for change in (lambda: setattr(place, "row", 3), lambda: delattr(place, "row")):  # noqa: B023
            with pytest.raises(dataclasses.FrozenInstanceError):
                change()
    assert sorted([Place(2), Place(1, 2), Place(1, 1)]) == [Place(1, 1), Place(1, 2), Place(2)]
    assert Place(1) <= Place(1) >= Place(1)
    assert Place(1) < Place(2) > Place(1)
    with pytest.raises(TypeError):
        assert Place(1) < (2, 0)
    assert len({Place(1), Place(1), Place(2)}) == 2
