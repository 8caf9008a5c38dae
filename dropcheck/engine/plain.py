"""Results as plain JSON values, and back. Only known classes of data are made of what is read: nothing in a file can run code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TypeAlias

from dropcheck import levels, model, outcome

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

_TYPE = "is"
_KNOWN = {**vars(levels), **vars(model), **vars(outcome)}
_CLASSES = {name: value for name, value in _KNOWN.items() if isinstance(value, type) and is_dataclass(value)}
_ENUMS = {name: value for name, value in _KNOWN.items() if isinstance(value, type) and issubclass(value, Enum)}


def encode(value: object) -> Json:
    """Data as JSON values.

    Args:
        value: data of :mod:`dropcheck.model` and :mod:`dropcheck.outcome`: dataclasses,
            enumerations, tuples, mappings with string keys and plain values.

    Raises:
        TypeError: something else.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Enum):
        return {_TYPE: type(value).__name__, "value": encode(value.value)}
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: encode(getattr(value, field.name)) for field in fields(value)}
        return {_TYPE: type(value).__name__, **named}
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {_TYPE: "mapping", "items": [[encode(key), encode(item)] for key, item in value.items()]}
    raise TypeError(f"{type(value).__name__} is no plain data")


def decode(value: Json) -> object:
    """The data that :func:`encode` made JSON of; lists come back as tuples.

    Raises:
        ValueError, TypeError, KeyError: the value was not made by ``encode``.
    """
    if isinstance(value, list):
        return tuple(decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value.get(_TYPE)
    if kind == "mapping":
        pairs = value["items"]
        if not isinstance(pairs, list):
            raise ValueError("a mapping is a list of pairs")
        return dict(_pair(pair) for pair in pairs)
    if kind in _ENUMS:
        return _ENUMS[str(kind)](decode(value["value"]))
    made = _CLASSES[str(kind)]
    return made(**{name: decode(item) for name, item in value.items() if name != _TYPE})


def _pair(pair: Json) -> tuple[object, object]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise ValueError("a pair has two parts")
    return decode(pair[0]), decode(pair[1])
