"""Values as they would stand in a configuration file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum

from dropcheck.config.option import Kind, Option
from dropcheck.config.settings import FunctionEntry

Plain = bool | int | float | str | list["Plain"] | dict[str, "Plain"]
"""What TOML and JSON can both say."""

_WIDTH = 80


def plain(option: Option, value: object) -> Plain:
    """The value of a setting as a file would hold it.

    Args:
        option: the option.
        value: its value, as ``Settings`` or the table of options holds it.
    """
    if option.kind is Kind.SELECTORS_BY_GLOB and isinstance(value, tuple):
        return {glob: list(selectors) for glob, selectors in value}
    if option.kind is Kind.SEVERITIES and isinstance(value, tuple):
        return {selector: severity.value for selector, severity in value}
    if isinstance(value, tuple):
        return [_entry(item) if isinstance(item, FunctionEntry) else str(item) for item in value]
    if isinstance(value, Enum):
        return str(value.value)
    return value if isinstance(value, bool | int | float) else str(value or "")


def toml(value: Plain) -> str:
    """A value in TOML; a long list has a line for each item.

    Args:
        value: the value.
    """
    line = _inline(value)
    if len(line) <= _WIDTH or not isinstance(value, list):
        return line
    return "[\n" + "".join(f"    {_inline(item)},\n" for item in value) + "]"


def _inline(value: Plain) -> str:
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    # A string of JSON is one of TOML, but for this one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("-", "").isalnum() else _inline(key)


def _entry(entry: FunctionEntry) -> dict[str, Plain]:
    values = {_NAMES.get(field.name, field.name.replace("_", "-")): getattr(entry, field.name) for field in fields(entry)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items() if value not in (None, ())}


_NAMES = {"params": "parameters"}
