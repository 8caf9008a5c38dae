"""Layers of values: a configuration file over the one it extends, the command line over both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dropcheck.frozen import dataclass

_SELECTION = ("extend_select", "ignore")
"""What belongs to a selection: a new ``select`` starts without them."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Values that stand in one place.

    Args:
        place: where they stand, as messages and ``--show-settings`` name it.
        fields: the fields of ``Settings`` that they set.
    """

    place: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Combined:
    """What several layers come to.

    Args:
        fields: the fields of ``Settings`` that are set.
        places: for each of them where its value stands; several where they were added up.
    """

    fields: dict[str, Any]
    places: dict[str, tuple[str, ...]]


def combine(layers: Iterable[Layer]) -> Combined:
    """Lay values over each other, as ruff does.

    A value replaces the one below it. ``ignore`` and what is called ``extend-...`` add to what is below instead; but
    ``select`` begins a new selection, in which what was added or ignored below it has no part.

    Args:
        layers: the lowest first.
    """
    fields: dict[str, Any] = {}
    places: dict[str, tuple[str, ...]] = {}
    for layer in layers:
        if "select" in layer.fields:
            for name in _SELECTION:
                fields.pop(name, None)
                places.pop(name, None)
        for name, value in layer.fields.items():
            adds = (name == "ignore" or name.startswith("extend_")) and name in fields
            fields[name] = (*fields[name], *value) if adds else value
            places[name] = (*places[name], layer.place) if adds else (layer.place,)
    return Combined(fields, places)
