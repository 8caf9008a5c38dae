"""Loads LibCST in little more than half the time that it takes otherwise.

Its 180 classes of nodes are frozen dataclasses. For each of them Python compiles six functions: two that LibCST has made itself,
and which are thrown away, and two that keep a node from being changed, which also make its constructor slow. Nothing in
dropcheck changes a node.
"""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from dropcheck.alone import is_alone

#: What a class has of its own before it is made a dataclass, and the option without which it is not made once more.
_OWN = {"__eq__": "eq", "__repr__": "repr"}


def load_libcst() -> None:
    """Import LibCST. Other dataclasses are not touched, nor is LibCST where another has loaded it already."""
    if "libcst" in sys.modules:
        return
    original = dataclasses.dataclass

    def define(cls: Any, options: dict[str, Any]) -> Any:
        if cls.__module__.startswith("libcst._nodes.") and all(name in vars(cls) for name in _OWN):
            options = options | dict.fromkeys(_OWN.values(), False)
            # A class of others that is made of one of these may be frozen, and then that has to be, too.
            options["frozen"] = bool(options.get("frozen")) and not is_alone()
        return original(cls, **options)

    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        return (lambda later: define(later, options)) if cls is None else define(cls, options)

    dataclasses.dataclass = dataclass
    try:
        import libcst  # noqa: F401, PLC0415
    finally:
        dataclasses.dataclass = original
