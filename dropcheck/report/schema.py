"""The JSON Schema of a configuration, for editors: made from the table of options and the rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dropcheck.config.option import Kind, Option
from dropcheck.config.values import FUNCTION_KEYS
from dropcheck.report.options_page import default_value
from dropcheck.report.rules_page import RulePage

_DOTTED = r"^[^\W\d]\w*(\.[^\W\d]\w*)*$"


def render(options: Sequence[Option], rules: Sequence[RulePage]) -> str:
    """The schema of the table ``[tool.dropcheck]``, which is also that of ``dropcheck.toml``.

    Args:
        options: what a configuration file can hold.
        rules: the rules that selectors can name.
    """
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://dropcheck.readthedocs.io/dropcheck.schema.json",
        "title": "dropcheck",
        "description": "The configuration of dropcheck: [tool.dropcheck] in pyproject.toml, or dropcheck.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {option.name: _property(option) for option in options},
        "$defs": {"selector": _selector(rules), "function": _function()},
    }
    return json.dumps(schema, indent=2) + "\n"


def _property(option: Option) -> dict[str, Any]:
    described: dict[str, Any] = {"description": option.doc, **_type(option)}
    if option.default is not None:
        described["default"] = default_value(option)
    return described


def _type(option: Option) -> dict[str, Any]:
    match option.kind:
        case Kind.BOOLEAN:
            return {"type": "boolean"}
        case Kind.CHOICE:
            return {"enum": list(option.choices)}
        case Kind.FORMATS:
            one = {"anyOf": [{"enum": list(option.choices)}, {"type": "string", "pattern": f"^({'|'.join(option.choices)}):."}]}
            return {"anyOf": [one, {**_array(one), "minItems": 1}]}
        case Kind.PATH:
            return {"type": "string"}
        case Kind.SELECTORS_BY_GLOB:
            return {"type": "object", "additionalProperties": _array({"$ref": "#/$defs/selector"})}
        case Kind.SEVERITIES:
            return {
                "type": "object",
                "propertyNames": {"$ref": "#/$defs/selector"},
                "additionalProperties": {"enum": list(option.choices)},
            }
        case _:
            return _array(_ITEMS[option.kind])


_ITEMS: dict[Kind, dict[str, Any]] = {
    Kind.STRINGS: {"type": "string"},
    Kind.SELECTORS: {"$ref": "#/$defs/selector"},
    Kind.GLOBS: {"type": "string", "minLength": 1, "pattern": "^[^!]"},
    Kind.DOTTED_NAMES: {"type": "string", "pattern": _DOTTED},
    Kind.FUNCTIONS: {"$ref": "#/$defs/function"},
}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _selector(rules: Sequence[RulePage]) -> dict[str, Any]:
    codes = [rule.code for rule in rules]
    prefixes = sorted({code[:length] for code in codes for length in range(1, len(code))})
    return {
        "description": "A rule, by code, prefix or name, or ALL.",
        "enum": ["ALL", *codes, *(rule.name for rule in rules), *prefixes],
    }


def _function() -> dict[str, Any]:
    texts = {"name": _ITEMS[Kind.DOTTED_NAMES], "parameters": _array({"type": "string"})}
    types = {**texts, "p-default": {"type": "number", "minimum": 0, "maximum": 1}, "flag-default": {"type": "boolean"}}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "anyOf": [{"required": ["p"]}, {"required": ["flag"]}],
        "properties": {key: types.get(key, {"type": "string"}) for key in FUNCTION_KEYS},
    }
