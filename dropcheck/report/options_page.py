"""What ``dropcheck config`` shows: the options of a configuration file, from the table of options."""

from __future__ import annotations

import json
from collections.abc import Sequence
from textwrap import fill

from dropcheck.config.option import Kind, Option
from dropcheck.config.toml import Plain, plain, toml

_WIDTH = 80
_INDENT = " " * 4


def render_names(options: Sequence[Option]) -> str:
    """The names, one a line.

    Args:
        options: the options to list.
    """
    return "".join(f"{option.name}\n" for option in options)


def render_text(option: Option) -> str:
    """An option for reading in a terminal.

    Args:
        option: the option to show.
    """
    facts = [f"Default value: {default(option)}", fill(f"Type: {option.type}", _WIDTH, subsequent_indent=_INDENT)]
    if option.flag is not None:
        facts += [f"Command line: {command_line(option)}", f"Environment: {option.variable}"]
    return "\n".join((fill(option.doc, _WIDTH), "", *facts, "Example usage:", "```toml", option.example, "```", ""))


def render_markdown(options: Sequence[Option]) -> str:
    """The options for the documentation, one heading of the third level an option.

    Args:
        options: the options to show, in order.
    """
    return "".join(_section(option) for option in options)


def render_json(options: Sequence[Option], *, single: bool) -> str:
    """The options as JSON, with ruff's field names.

    Args:
        options: the options to show, in order.
        single: there is one, and it is the object; otherwise the object has one member for each.
    """
    records = {option.name: _record(option) for option in options}
    return json.dumps(records[options[0].name] if single else records, indent=2) + "\n"


def default(option: Option) -> str:
    """The default value in TOML.

    Args:
        option: the option.
    """
    return "none" if option.default is None else toml(default_value(option))


def default_value(option: Option) -> Plain:
    """The default value as a file would hold it.

    Args:
        option: an option that has one.
    """
    return {} if option.kind in {Kind.SELECTORS_BY_GLOB, Kind.SEVERITIES} else plain(option, option.default)


def command_line(option: Option) -> str:
    """How the command line takes an option.

    Args:
        option: an option with a flag.
    """
    if option.kind is Kind.BOOLEAN:
        return f"--{option.name}, --no-{option.name}"
    return f"--{option.name} {option.flag.metavar}" if option.flag is not None else ""


def _section(option: Option) -> str:
    lines = [f"\n### `{option.name}`\n\n{option.doc}\n\n- Must be: {option.type}\n"]
    one_line = default(option).replace("\n    ", " ").replace(",\n]", " ]")
    lines.append(f"- Default: {one_line if option.default is None else f'`{one_line}`'}\n")
    if option.flag is not None:
        lines.append(f"- Command line: `{command_line(option)}`; environment: `{option.variable}`\n")
    lines.append(f"\n```toml\n[tool.dropcheck]\n{option.example}\n```\n")
    return "".join(lines)


def _record(option: Option) -> dict[str, str | None]:
    return {
        "doc": option.doc,
        "default": default(option),
        "value_type": option.type,
        "scope": None,
        "example": option.example,
        "deprecated": None,
        "command_line": command_line(option) if option.flag is not None else None,
        "environment": option.variable if option.flag is not None else None,
    }
