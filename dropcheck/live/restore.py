"""Leaves a model as it was: its mode, attributes, parameters and buffers, and every random generator."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from types import ModuleType

import torch
from torch import nn
from torch._ops import OpOverload
from torch.utils._pytree import tree_leaves

from dropcheck.live.numpy_draws import NumpyGenerators
from dropcheck.live.recorder import Arguments
from dropcheck.live.script import is_script

_OWN_STATES = ("cuda", "xpu")
_TABLES = ("_parameters", "_buffers", "_modules")


class Untouched:
    """A context at the end of which a model is what it was at the start.

    Buffers are copied at the start. Parameters and inputs are copied when an operation is about to write to them, which
    in evaluation hardly ever happens: so a large model is not held twice.

    Args:
        model: the model.
        inputs: what it will be called with.
    """

    def __init__(self, model: nn.Module, inputs: object) -> None:
        self._model = model
        self._training = model.training
        self._scripts = [(module, module.training) for module in model.modules() if is_script(module) and _has_mode(module)]
        self._modules = [_Attributes(module) for module in model.modules() if not is_script(module)]
        self._parameters = [(tensor, tensor.detach()) for tensor in model.parameters()]
        self._buffers = [(tensor, tensor.detach(), tensor.detach().clone()) for tensor in model.buffers()]
        leaves = (*model.parameters(), *tree_leaves(inputs))
        self._watched = {key for leaf in leaves if (key := _storage_key(leaf)) is not None}
        self._copies: dict[int, tuple[torch.UntypedStorage, torch.UntypedStorage]] = {}
        self._generators: dict[int, tuple[torch.Generator, torch.Tensor]] = {}
        self._random = (*_random_states(), NumpyGenerators(model).rewind)

    def __enter__(self) -> Untouched:
        return self

    def before(self, operation: OpOverload, arguments: Arguments) -> None:
        """Keep what an operation is about to change.

        Args:
            operation: the operation.
            arguments: its arguments.
        """
        args, kwargs = arguments
        generator = kwargs.get("generator")
        if isinstance(generator, torch.Generator):
            self._generators.setdefault(id(generator), (generator, generator.get_state()))
        if not operation._schema.is_mutable:
            return
        for position, argument in enumerate(operation._schema.arguments):
            if argument.alias_info is not None and argument.alias_info.is_write:
                value = args[position] if position < len(args) else kwargs.get(argument.name)
                for leaf in tree_leaves(value):
                    self._keep(leaf)

    def _keep(self, leaf: object) -> None:
        key = _storage_key(leaf)
        if key in self._watched and key not in self._copies and isinstance(leaf, torch.Tensor):
            storage = leaf.untyped_storage()
            self._copies[key] = storage, storage.clone()

    def reset(self) -> None:
        """Put everything back but the generators; the model can be run again."""
        with torch.no_grad():
            if self._model.training != self._training:
                # Its own way back first: there are models that change weights when their mode changes.
                self._model.train(self._training)
            for attributes in self._modules:
                attributes.restore()
            for module, training in self._scripts:
                module.training = training
            for storage, copy in self._copies.values():
                storage.copy_(copy)
            for tensor, alias in self._parameters:
                _point_back(tensor, alias)
            for tensor, alias, copy in self._buffers:
                _point_back(tensor, alias)
                if not (tensor.is_meta or torch.equal(tensor, copy)):
                    tensor.copy_(copy)

    def rewind(self) -> None:
        """Put the generators back."""
        for undo in self._random:
            undo()
        for generator, state in self._generators.values():
            generator.set_state(state)

    def __exit__(self, *_: object) -> None:
        self.reset()
        self.rewind()


class _Attributes:
    """The attributes of one module, and its tables of parameters, buffers and modules."""

    def __init__(self, module: nn.Module) -> None:
        self._own = vars(module)
        self._saved = dict(self._own)
        self._tables = [(self._own[name], dict(self._own[name])) for name in _TABLES if name in self._own]

    def restore(self) -> None:
        for table, saved in ((self._own, self._saved), *self._tables):
            if table.keys() != saved.keys() or any(table[name] is not value for name, value in saved.items()):
                table.clear()
                table.update(saved)


def _has_mode(module: nn.Module) -> bool:
    return hasattr(module, "training")  # a frozen script has none


def _point_back(tensor: torch.Tensor, alias: torch.Tensor) -> None:
    """Undo ``tensor.data = other``."""
    if _storage_key(tensor) != _storage_key(alias) or tensor.shape != alias.shape:
        tensor.data = alias


def _storage_key(leaf: object) -> int | None:
    if not isinstance(leaf, torch.Tensor):
        return None
    try:
        return int(leaf.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):  # sparse and other tensors without a storage of their own
        return None


def _random_states() -> Iterator[Callable[[], None]]:
    """How to put every global generator back to where it is now."""
    state = random.getstate()
    yield lambda: random.setstate(state)
    cpu = torch.get_rng_state()
    yield lambda: torch.set_rng_state(cpu)
    for device in used_devices():
        yield _of_devices(device.set_rng_state_all, device.get_rng_state_all())
    if torch.backends.mps.is_available():
        mps = torch.mps.get_rng_state()
        yield lambda: torch.mps.set_rng_state(mps)


def used_devices() -> Iterator[ModuleType]:
    """The parts of torch for devices that have random generators and are in use."""
    for name in _OWN_STATES:
        device: ModuleType | None = getattr(torch, name, None)
        if device is not None and device.is_available() and device.is_initialized():
            yield device


def _of_devices(put: Callable[[list[torch.Tensor]], None], states: list[torch.Tensor]) -> Callable[[], None]:
    return lambda: put(states)
