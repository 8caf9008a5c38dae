"""Reads the command lines of ``check`` that have nothing special, without click: to load that takes longer than to check a file.

What it reads, it reads as click does, which a test holds; what it is not sure of, it leaves to click: other commands, help, wrong
options and values, abbreviations, environment variables, standard input.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import cast

from dropcheck.cli.options import CheckOptions, Overrides, split
from dropcheck.config.option import VARIABLE_PREFIX, Kind, Option
from dropcheck.config.options import EXCLUSIVE, FLAGS
from dropcheck.frozen import dataclass

COMMANDS = frozenset({"audit", "check", "clean", "completion", "config", "inventory", "refactor", "rule", "server", "version"})
_LISTS = frozenset({Kind.FORMATS, Kind.STRINGS, Kind.SELECTORS, Kind.GLOBS, Kind.DOTTED_NAMES})


@dataclass(frozen=True, slots=True)
class Plain:
    """A command line of ``check`` that has nothing special.

    Args:
        options: what it says.
        overrides: what it says of the keys of a configuration file.
    """

    options: CheckOptions
    overrides: Overrides


def plain_check(arguments: Sequence[str], environ: Mapping[str, str]) -> Plain | None:
    """Read a command line of ``check``.

    Args:
        arguments: the command line without the program's name.
        environ: the environment.

    Returns:
        What it says; None where click must read it.
    """
    if any(name.lstrip("_").startswith(VARIABLE_PREFIX) for name in environ):
        return None
    first = arguments[0] if arguments else ""
    if first == "check":
        arguments = arguments[1:]
    elif first in COMMANDS or (first and not first.startswith("-") and not os.path.lexists(first)):
        return None
    reader = _Reader()
    return reader.result() if reader.read(arguments) else None


class _Reader:
    """What was read so far: paths, and the values of options by name."""

    def __init__(self) -> None:
        self._switches = {name: value for option in FLAGS for name, value in _switches(option)}
        self._taking = {name: option for option in FLAGS for name in _names(option) if _takes_value(option)}
        self._paths: list[str] = []
        self._values: dict[str, object] = {}
        self._lists: dict[str, list[str]] = {}

    def read(self, arguments: Sequence[str]) -> bool:
        """Read all of the arguments; False where one of them is not plain."""
        waiting = iter(arguments)
        for argument in waiting:
            name, equals, value = argument.partition("=")
            if not argument.startswith("-"):
                plain = self._path(argument)
            elif argument in self._switches:
                option, self._values[option] = self._switches[argument]
                plain = True
            elif name in self._taking and name.startswith("--") and equals:
                plain = self._take(self._taking[name], value)
            else:
                value = next(waiting, "-")
                plain = argument in self._taking and not value.startswith("-") and self._take(self._taking[argument], value)
            if not plain:
                return False
        given = {name for name, value in (self._values | self._lists).items() if value is not False}
        return not any(given.issuperset(pair) for pair in EXCLUSIVE)

    def result(self) -> Plain:
        """What the command line says."""
        lists = {name: split(values) for name, values in self._lists.items()}
        given = {option.name: value for option in FLAGS if (value := (self._values | lists).get(option.name)) is not None}
        options = {option.field: given.get(option.name, _default(option)) for option in FLAGS}
        overriding = {option.name: given[option.name] for option in FLAGS if option.in_file and option.name in given}
        return Plain(
            cast("CheckOptions", {"paths": tuple(self._paths), **options}),
            Overrides(overriding, {name: f"--{name}" for name in overriding}),
        )

    def _path(self, path: str) -> bool:
        self._paths.append(path)
        return bool(path) and _is_fit(path)

    def _take(self, option: Option, value: str) -> bool:
        """Take the value of an option, if it is plain."""
        if option.kind in _LISTS:
            self._lists.setdefault(option.name, []).append(value)
            return True
        self._values[option.name] = value
        if option.kind is Kind.COUNT:
            plain = value.isascii() and value.isdecimal() and int(value) > 0
            self._values[option.name] = int(value) if plain else value
            return plain
        if option.kind is Kind.CHOICE:
            return value in option.choices
        return option.kind is Kind.TEXT or _is_fit(value)


def _takes_value(option: Option) -> bool:
    return option.kind is not Kind.BOOLEAN and not (option.flag is not None and option.flag.bare)


def _names(option: Option) -> tuple[str, ...]:
    short = option.flag.short if option.flag is not None else ""
    return (f"--{option.name}", short) if short else (f"--{option.name}",)


def _switches(option: Option) -> tuple[tuple[str, tuple[str, bool]], ...]:
    """The switches of an option, each with what it sets."""
    if option.kind is not Kind.BOOLEAN:
        return ()
    on = tuple((name, (option.name, True)) for name in _names(option))
    return (*on, (f"--no-{option.name}", (option.name, False))) if option.in_file else on


def _default(option: Option) -> object:
    """The value of an option that is not given."""
    if option.kind is Kind.BOOLEAN and not option.in_file:
        return False
    return option.default if option.kind is Kind.CHOICE and not option.in_file else None


def _is_fit(path: str) -> bool:
    """Whether click would take a path: it refuses a file that cannot be read."""
    return not os.path.exists(path) or os.access(path, os.R_OK)
