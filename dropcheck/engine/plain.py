"""Reports and facts as plain JSON values, and back: classes by name, fields in order.

Only known classes of data are made of what is read: nothing in a file can run code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TypeAlias

from dropcheck import facts, levels, model, outcome
from dropcheck.worlds import values

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

_MODULES = (facts, levels, model, outcome, values)
_ALL = [value for module in _MODULES for value in vars(module).values() if isinstance(value, type)]
_CLASSES = {value.__name__: value for value in _ALL if is_dataclass(value) or issubclass(value, Enum)}
_FIELDS: dict[type, tuple[str, ...]] = {
    value: tuple(field.name for field in fields(value)) for value in _ALL if is_dataclass(value)
}
_TUPLE, _SET, _MAPPING = "tuple", "set", "mapping"


def encode(value: object) -> Json:
    """Data as JSON values.

    Args:
        value: data of :mod:`dropcheck.model`, :mod:`dropcheck.outcome` and :mod:`dropcheck.facts`: dataclasses,
            enumerations, tuples, sets, mappings and plain values.

    Raises:
        TypeError: something else.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (tuple, list)):
        return [_TUPLE, *map(encode, value)]
    if isinstance(value, frozenset):
        return [_SET, *map(encode, sorted(value))]
    if isinstance(value, Mapping):
        return [_MAPPING, *(encode(pair) for pair in value.items())]
    kind = type(value)
    if _CLASSES.get(kind.__name__) is not kind:
        raise TypeError(f"{kind.__name__} is no plain data")
    if isinstance(value, Enum):
        return [kind.__name__, encode(value.value)]
    return [kind.__name__, *(encode(getattr(value, field)) for field in _FIELDS[kind])]


def decode(value: Json) -> object:
    """The data that :func:`encode` made JSON of; lists come back as tuples.

    Raises:
        ValueError, TypeError, KeyError, IndexError: the value was not made by ``encode``.
    """
    if not isinstance(value, list):
        return value
    parts = [decode(part) if isinstance(part, list) else part for part in value[1:]]
    if value[0] == _TUPLE:
        return tuple(parts)
    if value[0] == _SET:
        return frozenset(parts)
    if value[0] == _MAPPING:
        return dict(parts)  # type: ignore[arg-type]  # what are no pairs raises
    return _CLASSES[str(value[0])](*parts)
