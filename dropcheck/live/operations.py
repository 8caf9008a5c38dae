"""Which ATen operations are random, and whether a call of one is active: told from torch's own tags and schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch._ops import OpOverload

from dropcheck.frozen import dataclass

_P = ("dropout_p", "dropout")
_FLAGS = ("train", "training")
#: The probability of these is that of a one, not that of a zero.
_KEEP = "bernoulli"
#: Chooses a kernel from the arguments of an attention, and draws nothing.
_NOT_RANDOM = frozenset({"_fused_sdp_choice"})


@dataclass(frozen=True, slots=True)
class Draw:
    """A call of a random operation.

    Args:
        name: its short name, without the underscore of the in-place form.
        p: its drop probability; for a Bernoulli draw the probability of a zero; None where it has none.
        drops: whether dropout is what it is for.
    """

    name: str
    p: float | None
    drops: bool


def active_draw(operation: OpOverload, args: Sequence[object], kwargs: Mapping[str, object]) -> Draw | None:
    """What a call of an operation draws; None if nothing.

    Torch tags every operation that takes numbers from a generator (``nondeterministic_seeded``); many do so only if an
    argument says so, which is a flag or a probability. Operations of extensions carry no such tag: of them, those count
    that have a drop probability.

    Args:
        operation: the operation.
        args: its positional arguments.
        kwargs: its keyword arguments.
    """
    name = operation._schema.name.rpartition("::")[2]
    known = _arguments(operation, args, kwargs)
    p = next((known[word] for word in _P if isinstance(known.get(word), float | int)), None)
    if torch.Tag.nondeterministic_seeded in operation.tags:
        return None if name in _NOT_RANDOM else _tagged(name, p, known)
    backward = "backward" in name
    return Draw(name, _rate(p), drops=True) if operation.namespace != "aten" and p and not backward and _on(known) else None


def _tagged(name: str, p: object, known: Mapping[str, object]) -> Draw | None:
    short = name.rstrip("_")
    if not _on(known):
        return None
    if "num_layers" in known and p is not None:  # recurrent layers drop between layers
        layers = known["num_layers"]
        return Draw(short, _rate(p), drops=True) if p and isinstance(layers, int) and layers > 1 else None
    if p is not None:
        return Draw(short, _rate(p), drops=True) if p else None
    own = known.get("p")
    if short.startswith(_KEEP):
        if isinstance(own, float | int) and own in (0, 1):
            return None
        return Draw(short, round(1 - own, 6) if isinstance(own, float | int) else None, drops=False)
    if "dropout" in short:
        return Draw(short, _rate(own), drops=True) if own else None
    return Draw(short, None, drops=short.startswith("rrelu"))


def _on(known: Mapping[str, object]) -> bool:
    return all(known[word] is not False for word in _FLAGS if word in known)


def _rate(value: object) -> float | None:
    return round(float(value), 6) if isinstance(value, float | int) else None


def _arguments(operation: OpOverload, args: Sequence[object], kwargs: Mapping[str, object]) -> dict[str, object]:
    """The arguments by name, with the defaults, which the dispatcher leaves out."""
    known: dict[str, object] = {}
    for position, argument in enumerate(operation._schema.arguments):
        if position < len(args):
            known[argument.name] = args[position]
        elif argument.name in kwargs:
            known[argument.name] = kwargs[argument.name]
        elif argument.has_default_value():
            known[argument.name] = argument.default_value
    return known
