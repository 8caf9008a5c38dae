"""Example inputs for a model: those that its factory gives, those of ``--input``, and those that the model brings along."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import field

import torch
from torch import nn

from dropcheck.errors import UserError
from dropcheck.frozen import dataclass

_SPEC = re.compile(r"(?:(?P<name>[A-Za-z_]\w*)=)?(?P<shape>\d+(?:x\d+)*|scalar)(?::(?P<dtype>\w+))?")
_DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}
_EXAMPLE = "write it as --input 2x16, --input 2x16:int or --input name=2x16:float"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a forward is called with.

    Args:
        args: by position.
        kwargs: by name.
    """

    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)


def inputs_of(value: object) -> Inputs:
    """The inputs that a factory gives next to its model.

    Args:
        value: a tuple or list (by position), a mapping (by name), or the only input.
    """
    if isinstance(value, Mapping):
        return Inputs(kwargs={str(name): each for name, each in value.items()})
    return Inputs(tuple(value)) if isinstance(value, tuple | list) else Inputs((value,))


def inputs_from(specs: Sequence[str], model: nn.Module) -> Inputs:
    """The inputs that the command line describes: numbers of a normal distribution, or zeros where they must be whole.

    Args:
        specs: such as ``2x16:float`` or ``ids=2x16:int``.
        model: what they are for; they go to its device.

    Raises:
        UserError: one cannot be read.
    """
    device = next((each.device for each in (*model.parameters(), *model.buffers())), torch.device("cpu"))
    generator = torch.Generator().manual_seed(0)
    args: list[object] = []
    kwargs: dict[str, object] = {}
    for spec in specs:
        found = _SPEC.fullmatch(spec)
        dtype = _DTYPES.get(found["dtype"] or "float", getattr(torch, found["dtype"] or "", None)) if found else None
        if found is None or not isinstance(dtype, torch.dtype):
            raise UserError(f"--input {spec}: is no shape and type; {_EXAMPLE}")
        shape = () if found["shape"] == "scalar" else tuple(map(int, found["shape"].split("x")))
        made = torch.randn(shape, generator=generator) if dtype.is_floating_point else torch.zeros(shape)
        value = made.to(device=device, dtype=dtype)
        if found["name"]:
            kwargs[found["name"]] = value
        else:
            args.append(value)
    return Inputs(tuple(args), kwargs)


def own_inputs(model: nn.Module) -> Inputs:
    """The inputs that a model brings along, as those of Lightning and transformers may.

    Args:
        model: the model.

    Returns:
        No inputs where it has none, or none that its forward takes.
    """
    for name in ("example_input_array", "dummy_inputs"):
        value = getattr(model, name, None)
        if value is not None:
            inputs = inputs_of(value)
            if missing_inputs(model, inputs) is None:
                return inputs
    return Inputs()


def missing_inputs(model: nn.Module, inputs: Inputs) -> str | None:
    """Why a model's forward cannot be called with some inputs.

    Args:
        model: the model.
        inputs: the inputs.

    Returns:
        The reason in the words of Python; None where it can be called, or where that cannot be told.
    """
    try:
        signature = inspect.signature(getattr(model, "_orig_mod", model).forward)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*inputs.args, **inputs.kwargs)
    except TypeError as error:
        return str(error)
    return None
