"""Checking of the values of options, whether they come from a file or from the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from dropcheck.config.confined import confined, confined_report
from dropcheck.config.globs import anchored, path_matcher, posix
from dropcheck.config.nearest import unknown, wrong_word
from dropcheck.config.option import Kind, Option
from dropcheck.config.options import FILE_OPTIONS, OPTION_BY_NAME
from dropcheck.config.outputs import Output
from dropcheck.config.settings import FunctionEntry
from dropcheck.errors import ConfigError
from dropcheck.frozen import dataclass
from dropcheck.levels import Confidence, Severity

FUNCTION_KEYS = ("name", "parameters", "p", "flag", "p-default", "flag-default")
"""The keys of an entry of ``functions``."""

_FILE_NAMES = tuple(option.name for option in FILE_OPTIONS)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values stand.

    Args:
        place: the words an error message begins with, such as ``pyproject.toml [tool.dropcheck]``.
        root: the absolute folder that globs with a slash are relative to.
        by_user: whether the user who runs dropcheck says it, who may name any place on the disk, and not a configuration file.
    """

    place: str
    root: str
    by_user: bool = False

    def error(self, message: str) -> ConfigError:
        """The error to raise about something that stands here."""
        return ConfigError(f"{self.place}: {message}")


def checked(values: Mapping[str, object], origin: Origin) -> dict[str, Any]:
    """Check options and bring their values into the form that ``Settings`` holds.

    Args:
        values: names of options with the values given, as ``tomllib`` reads them (tuples serve as lists).
        origin: where they stand.

    Returns:
        The fields of ``Settings`` that they set.

    Raises:
        ConfigError: there is no such option, or its value is not what it must be.
    """
    for name in values:
        if name not in _FILE_NAMES:
            raise origin.error(no_option(name))
    return {OPTION_BY_NAME[name].field: _value(OPTION_BY_NAME[name], value, origin) for name, value in values.items()}


def no_option(name: str) -> str:
    """The message about a name that is no option of a configuration file.

    Args:
        name: the name.
    """
    if name in OPTION_BY_NAME:
        return f"{name!r} concerns one run: give it on the command line, as --{name}"
    return unknown("option", name, _FILE_NAMES, "'dropcheck config' lists them")


def _value(option: Option, value: object, origin: Origin) -> object:
    match option.kind:
        case Kind.BOOLEAN if isinstance(value, bool):
            return value
        case Kind.CHOICE:
            return _choice(option, value, origin)
        case Kind.FORMATS if (strings := _strings((value,) if isinstance(value, str) else value)) is not None:
            return _outputs(option, strings, origin)
        case Kind.STRINGS | Kind.SELECTORS | Kind.GLOBS | Kind.DOTTED_NAMES if (strings := _strings(value)) is not None:
            return tuple(_text(option, text, origin) for text in strings)
        case Kind.PATH if isinstance(value, str):
            return _path(option, value, origin)
        case Kind.SELECTORS_BY_GLOB if isinstance(value, Mapping):
            return tuple(_ignores(str(pattern), selectors, option, origin) for pattern, selectors in value.items())
        case Kind.SEVERITIES if isinstance(value, Mapping):
            return tuple((str(name), _severity(option, str(name), word, origin)) for name, word in value.items())
        case Kind.FUNCTIONS if isinstance(value, list | tuple) and all(isinstance(entry, Mapping) for entry in value):
            return tuple(_function(entry, f"'functions' entry {row}", origin) for row, entry in enumerate(value, 1))
    raise _wrong(f"{option.name!r}", option.type, value, origin)


def _wrong(where: str, wanted: str, value: object, origin: Origin) -> ConfigError:
    found = {bool: "true or false", str: "a string", int: "a number", float: "a number", dict: "a table"}
    kind = "a list with other things in it" if isinstance(value, list | tuple) else found.get(type(value), "a date")
    return origin.error(f"{where} must be {wanted}, not {kind}")


def _strings(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        return None
    return tuple(value)


def _text(option: Option, text: str, origin: Origin) -> str:
    if option.kind is Kind.GLOBS:
        return _glob(text, f"{option.name!r}", origin)
    return _dotted(text, f"{option.name!r}", origin) if option.kind is Kind.DOTTED_NAMES else text


def _choice(option: Option, value: object, origin: Origin) -> str | Confidence | Severity:
    word = value.value if isinstance(value, Confidence | Severity) else value
    if not isinstance(word, str):
        raise _wrong(f"{option.name!r}", option.type, value, origin)
    if word not in option.choices:
        raise origin.error(f"{option.name!r} {wrong_word(option.type, word, option.choices)}")
    meant: dict[str, type[Confidence] | type[Severity]] = {"min-confidence": Confidence, "fail-on": Severity}
    return meant[option.name](word) if option.name in meant else word


def _severity(option: Option, selector: str, value: object, origin: Origin) -> Severity:
    where, wanted = f"{option.name!r} for {selector!r}", f"one of {', '.join(map(repr, option.choices))}"
    word = value.value if isinstance(value, Severity) else value
    if not isinstance(word, str):
        raise _wrong(where, wanted, value, origin)
    if word not in option.choices:
        raise origin.error(f"{where} {wrong_word(wanted, word, option.choices)}")
    return Severity(word)


def _path(option: Option, text: str, origin: Origin) -> str | None:
    if not text:
        return None  # it takes back what the file that is extended says
    _refuse_null(option, text, origin)
    path = os.path.normpath(os.path.join(origin.root, os.path.expandvars(os.path.expanduser(text))))
    if origin.by_user:
        return path
    if option.flag is None:
        # Only read. The place is told as it is written: a variable in it may hold a secret.
        wrong = None if os.path.isfile(path) else f"{text!r} is no file; name another one"
    else:
        wrong = confined(path, origin.root, text, _instead(option))
    if wrong is not None:
        raise origin.error(f"{option.name!r}: {wrong}")
    return path


def _refuse_null(option: Option, path: str, origin: Origin) -> None:
    if "\0" in path:
        raise origin.error(f"{option.name!r}: {path!r} holds a null character, as no name of a file does; take it out")


def _instead(option: Option) -> str:
    return f"--{option.name} or {option.variable}"


def _outputs(option: Option, texts: Iterable[str], origin: Origin) -> tuple[Output, ...]:
    outputs = tuple(_output(option, text, origin) for text in texts)
    if not outputs:
        raise origin.error(f"{option.name!r} names no format; leave it out, or name one")
    unplaced = [output.format for output in outputs if output.path is None]
    if len(unplaced) > 1:
        example = f"{unplaced[1]}:FILE"
        raise origin.error(f"{option.name!r}: only one format can go to stdout; give the others a file, as in {example!r}")
    paths = [os.path.realpath(output.path) for output in outputs if output.path is not None]
    if len(set(paths)) < len(paths):
        raise origin.error(f"{option.name!r}: two formats go to one file; name another file for one of them")
    return outputs


def _output(option: Option, text: str, origin: Origin) -> Output:
    name, colon, path = text.partition(":")
    if name not in option.choices:
        raise origin.error(f"{option.name!r}: {unknown('format', name, option.choices)}")
    if not colon:
        return Output(name)
    if not path:
        raise origin.error(f"{option.name!r}: {text!r} names no file; write '{name}:FILE', or {name!r} for stdout")
    _refuse_null(option, path, origin)
    if origin.by_user:
        return Output(name, path)  # like globs, relative to where the user is
    place = os.path.join(origin.root, path)
    wrong = confined_report(place, origin.root, path, _instead(option))
    if wrong is not None:
        raise origin.error(f"{option.name!r}: {wrong}")
    return Output(name, place)


def _glob(pattern: str, where: str, origin: Origin, *, inverted: bool = False) -> str:
    if not pattern.strip("./"):
        raise origin.error(f"{where} holds the glob {pattern!r}, which names no file or folder")
    if pattern.startswith("!") and not inverted:
        raise origin.error(f"{where} holds the glob {pattern!r}; '!' has no meaning here, leave it out")
    is_absolute = origin.by_user and os.path.isabs(pattern)
    absolute = posix(pattern) if is_absolute else anchored(pattern, origin.root)
    try:
        path_matcher((absolute,))
    except re.error as error:
        raise origin.error(f"{where} holds the glob {pattern!r}, which is not valid: {error}") from error
    return absolute


def _dotted(name: str, where: str, origin: Origin) -> str:
    if not all(part.isidentifier() for part in name.split(".")):
        raise origin.error(f"{where} holds {name!r}, which is not a dotted name such as 'package.module.name'")
    return name


def _ignores(pattern: str, selectors: object, option: Option, origin: Origin) -> tuple[str, tuple[str, ...]]:
    where = f"{option.name!r}"
    strings = _strings(selectors)
    if strings is None:
        raise _wrong(f"{where} for {pattern!r}", "a list of codes or names", selectors, origin)
    inversion = "!" if pattern.startswith("!") else ""
    wanted = pattern.removeprefix("!")
    if wanted.endswith("/"):
        # A bare "tests/" is the folder of that name at the root; as a name it would match no file at all.
        wanted += "**"
    return inversion + _glob(wanted, where, origin, inverted=True), strings


def _function(entry: Mapping[str, object], where: str, origin: Origin) -> FunctionEntry:
    for key in entry:
        if key not in FUNCTION_KEYS:
            raise origin.error(f"{where}: {unknown('key', key, FUNCTION_KEYS)}")
    name = _string_or_none(entry, "name", where, origin)
    if name is None:
        raise origin.error(f"{where} has no 'name'; give the function's dotted name")
    where = f"{where} ({name})"
    parameters = _strings(entry.get("parameters", ()))
    if parameters is None:
        raise _wrong(f"{where}: 'parameters'", Kind.STRINGS.value, entry["parameters"], origin)
    p, flag = (_string_or_none(entry, key, where, origin) for key in ("p", "flag"))
    if p is None and flag is None:
        raise origin.error(f"{where} has neither 'p' nor 'flag'; name the parameter that holds either")
    for key, parameter in (("p", p), ("flag", flag)):
        if parameter is not None and parameters and parameter not in parameters:
            raise origin.error(f"{where}: {key!r} is {parameter!r}, which is not one of its 'parameters'")
    return FunctionEntry(
        _dotted(name, where, origin),
        parameters,
        p,
        flag,
        _probability_or_none(entry, where, origin),
        _boolean_or_none(entry, where, origin),
    )


def _string_or_none(entry: Mapping[str, object], key: str, where: str, origin: Origin) -> str | None:
    value = entry.get(key)
    if value is None or isinstance(value, str):
        return value
    raise _wrong(f"{where}: {key!r}", "a string", value, origin)


def _probability_or_none(entry: Mapping[str, object], where: str, origin: Origin) -> float | None:
    value = entry.get("p-default")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(f"{where}: 'p-default'", "a number from 0 to 1", value, origin)
    if not 0 <= value <= 1:
        raise origin.error(f"{where}: 'p-default' must be a number from 0 to 1, not {value}")
    return float(value)


def _boolean_or_none(entry: Mapping[str, object], where: str, origin: Origin) -> bool | None:
    value = entry.get("flag-default")
    if value is None or isinstance(value, bool):
        return value
    raise _wrong(f"{where}: 'flag-default'", "true or false", value, origin)
