"""The names of a model's modules and who holds them, also of those that it does not know."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from torch import nn

from dropcheck.frozen import dataclass

_COMPILED = "_orig_mod"


@dataclass(frozen=True, slots=True)
class Held:
    """Where a class holds a module: what ``self.drop = ...`` in its source says.

    Args:
        path: the file of the class.
        owner: the qualified name of the class.
        attribute: the attribute that the module, or what contains it, is held in.
    """

    path: str
    owner: str
    attribute: str


class Names:
    """Qualified names as ``named_modules`` gives them, without the wrapper that torch.compile puts around a model.

    Args:
        model: the model.
    """

    def __init__(self, model: nn.Module) -> None:
        self._names: dict[int, str] = {}
        self._modules: dict[str, nn.Module] = {}
        for name, module in model.named_modules(remove_duplicate=False):
            self._names.setdefault(id(module), _plain(name))
            self._modules[_plain(name)] = module

    def knows(self, module: nn.Module) -> bool:
        """Whether ``model.eval()`` reaches a module."""
        return id(module) in self._names

    def of(self, module: nn.Module, outer: nn.Module | None) -> str:
        """The qualified name of a module.

        Args:
            module: the module.
            outer: the module that calls it, where a module that is not registered is looked for.
        """
        if id(module) in self._names:
            return self._names[id(module)]
        owner = self._names.get(id(outer), "") if outer is not None else ""
        found = next(_unregistered(outer, module), f"<{type(module).__name__}>")
        return f"{owner}.{found}" if owner else found

    def held(self, module: nn.Module, outer: nn.Module | None) -> tuple[Held, ...]:
        """Where the class that made a module holds it, one entry for each class that it inherits from.

        Args:
            module: the module.
            outer: the module that calls it.
        """
        if id(module) not in self._names:
            found = next(_unregistered(outer, module), None)
            return () if outer is None or found is None else _in_classes(outer, found.partition("[")[0])
        parts = self._names[id(module)].split(".")
        for end in range(len(parts) - 1, -1, -1):
            owner = self._modules.get(".".join(parts[:end]))
            if owner is not None and not type(owner).__module__.startswith("torch."):
                return _in_classes(owner, parts[end])
        return ()


def _plain(name: str) -> str:
    return ".".join(part for part in name.split(".") if part != _COMPILED)


def _unregistered(outer: nn.Module | None, module: nn.Module) -> Iterator[str]:
    """The attributes of a module through which it holds another one without registering it."""
    for name, value in vars(outer).items() if outer is not None else ():
        if value is module:
            yield name
        elif isinstance(value, list | tuple):
            yield from (f"{name}[{position}]" for position, item in enumerate(value) if item is module)
        elif isinstance(value, dict) and name != "_modules":
            yield from (f"{name}[{key!r}]" for key, item in value.items() if item is module)


def _in_classes(owner: nn.Module, attribute: str) -> tuple[Held, ...]:
    classes = (cls for cls in type(owner).__mro__ if issubclass(cls, nn.Module) and not cls.__module__.startswith("torch."))
    return tuple(Held(source_file(cls), cls.__qualname__.replace(".<locals>", ""), attribute) for cls in classes)


def source_file(cls: type) -> str:
    """The source file of a class; empty where it has none.

    Args:
        cls: the class.
    """
    return getattr(sys.modules.get(cls.__module__), "__file__", None) or ""
