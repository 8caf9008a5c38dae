"""Modules of others that are loaded when something of theirs is asked for: in a process of dropcheck's own most never are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from dropcheck.alone import is_alone


class _Later(ModuleType):
    """Stands for a module in the one that imports it."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        found: object = getattr(import_module(self.__name__), name)
        return found


@contextmanager
def put_off(module: str) -> Iterator[None]:
    """Import what imports a module without loading that. Where code of others runs, everything is loaded as usual.

    Args:
        module: its name. Whoever imports it afterwards gets the module itself.
    """
    if not is_alone() or module in sys.modules:
        yield
        return
    later = sys.modules[module] = _Later(module)
    try:
        yield
    finally:
        if sys.modules.get(module) is later:
            del sys.modules[module]
