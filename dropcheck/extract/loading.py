"""Loads LibCST in half the time that it takes otherwise, and makes its nodes cheaper to use.

Its 180 classes of nodes are frozen dataclasses. For each of them Python compiles six functions: two that LibCST has made itself,
and which are thrown away, two that keep a node from being changed, which also make its constructor slow, and the constructor, of
which most files need less than half. Nothing in dropcheck changes a node. A LibCST whose inside is not known is loaded as it is.
"""

from __future__ import annotations

import dataclasses
import os
import re
import sys
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dropcheck.alone import is_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The versions that this was written for and tried with.
_KNOWN = frozenset({"1.8", "1.9"})
_VERSION = re.compile(r"^__version__ = version = '(\d+\.\d+)\.", re.MULTILINE)
#: What a class has of its own before it is made a dataclass, and the option without which it is not made once more.
_OWN = {"__eq__": "eq", "__repr__": "repr"}
#: From these modules LibCST only hands on names, none of which dropcheck uses; they take a third of the time.
_HANDED_ON = (
    "libcst._parser.entrypoints",
    "libcst._parser.types.config",
    "libcst.helpers",
    "libcst.metadata.base_provider",
    "libcst.metadata.wrapper",
)


def load_libcst() -> None:
    """Import LibCST. Other dataclasses are not touched, nor is LibCST where another has loaded it already."""
    if "libcst" in sys.modules:
        return
    if not _is_known():
        import_module("libcst")
        return
    original = dataclasses.dataclass
    alone = is_alone()

    def define(cls: Any, options: dict[str, Any]) -> Any:
        if not cls.__module__.startswith("libcst._nodes.") or any(name not in vars(cls) for name in _OWN):
            return original(cls, **options)
        options = options | dict.fromkeys(_OWN.values(), False)
        # A class of others that is made of one of these may be frozen, and then that has to be, too.
        options["frozen"] = bool(options.get("frozen")) and not alone
        options["init"] = not alone
        made = original(cls, **options)
        if alone:
            made.__init__ = _compiled_when_used
        return made

    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        return (lambda later: define(later, options)) if cls is None else define(cls, options)

    dataclasses.dataclass = dataclass
    try:
        with _without_what_it_hands_on() if alone else _as_it_is():
            import libcst  # noqa: F401, PLC0415
    finally:
        dataclasses.dataclass = original
    if alone:
        _shorten_ways()


def _is_known() -> bool:
    """Whether the LibCST that would be imported is one of the known versions, by its file."""
    spec = PathFinder.find_spec("libcst")
    try:
        with open(os.path.join(os.path.dirname((spec and spec.origin) or ""), "_version.py"), encoding="utf-8") as file:
            version = _VERSION.search(file.read())
    except (OSError, UnicodeDecodeError):
        return False
    return version is not None and version[1] in _KNOWN


def _compiled_when_used(self: Any, /, *args: Any, **values: Any) -> None:
    """The constructor of every node at first: compiles that of its class, and puts it in its own place."""
    kind: Any = next(one for one in type(self).__mro__ if vars(one).get("__init__") is _compiled_when_used)
    kind.__init__ = _constructor(kind)
    kind.__init__(self, *args, **values)


def _constructor(kind: Any) -> Callable[..., None]:
    """The constructor that ``dataclass`` makes for a class, except that it does not call what checks nothing."""
    names: dict[str, Any] = {"_unset": object()}
    parameters: list[str] = []
    body: list[str] = []
    for field in dataclasses.fields(kind):
        name, value = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            names[f"_{name}"] = field.default_factory
            parameters.append(f"{name}=_unset")
            value = f"_{name}() if {name} is _unset else {name}"
        elif field.default is not dataclasses.MISSING:
            names[f"_{name}"] = field.default
            parameters.append(f"{name}=_{name}")
        else:
            parameters.append(name)
        body.append(f"self.{name} = {value}")
    if kind._validate is not sys.modules["libcst"].CSTNode._validate:
        body.append("self._validate()")
    exec(f"def __init__({', '.join(['self', *parameters])}):\n " + "\n ".join(body or ["pass"]), names)
    made: Callable[..., None] = names["__init__"]
    return made


class _Everything:
    """What who prints nodes wants to know of, by ``id``, if it does not say."""

    def __contains__(self, _node: int) -> bool:
        return True


def _shorten_ways() -> None:
    """Make cheap what a tree has most of: white space, two nodes of five, names, and expressions without parentheses.

    White space is checked once for all nodes that hold the same. Who prints a tree is only told of the nodes that it wants, and
    of comments, but of no white space.
    """
    libcst: Any = sys.modules["libcst"]
    state: Any = sys.modules["libcst._nodes.internal"].CodegenState
    expression: Any = sys.modules["libcst._nodes.expression"]._BaseParenthesizedNode
    node, space, name = libcst.CSTNode, libcst.SimpleWhitespace, libcst.Name
    validate, valid = space._validate, set[str]()
    tell, parenthesize = node._codegen, expression._parenthesize

    def validate_once(self: Any) -> None:
        if self.value not in valid:
            validate(self)
            valid.add(self.value)

    def print_node(self: Any, state: Any, **options: Any) -> None:
        if id(self) in state.wanted:
            tell(self, state, **options)
        else:
            self._codegen_impl(state, **options)

    def print_space(self: Any, state: Any) -> None:
        state.add_token(self.value)

    def print_name(self: Any, state: Any, **options: Any) -> None:
        if self.lpar or id(self) in state.wanted:
            tell(self, state, **options)
        else:
            state.add_token(self.value)

    def parenthesize_if_needed(self: Any, state: Any) -> Any:
        return parenthesize(self, state) if self.lpar else state.record_syntactic_position(self)

    state.wanted = _Everything()
    space._validate = validate_once
    node._codegen, space._codegen, name._codegen, libcst.Comment._codegen = print_node, print_space, print_name, tell
    expression._parenthesize = parenthesize_if_needed


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


class _Placeholder(ModuleType):
    """Stands for a module from which LibCST takes names that it does not use itself."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


@contextmanager
def _without_what_it_hands_on() -> Iterator[None]:
    """Import LibCST without some modules. Who asks it for a name of one of these gets it nevertheless."""
    sys.modules.update({name: _Placeholder(name) for name in _HANDED_ON})
    try:
        yield
    finally:
        for name in _HANDED_ON:
            del sys.modules[name]
    libcst: Any = sys.modules["libcst"]
    later = {name: value.__name__ for name, value in vars(libcst).items() if isinstance(value, _Placeholder)}
    for name in later:
        delattr(libcst, name)

    def handed_on(name: str) -> Any:
        if name not in later:
            raise AttributeError(f"module 'libcst' has no attribute {name!r}")
        return getattr(import_module(later[name]), name)

    libcst.__getattr__ = handed_on
