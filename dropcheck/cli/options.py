"""The options of ``dropcheck check``, made from the table of options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import click

from dropcheck.cli.table_option import TableOption
from dropcheck.config.option import Option
from dropcheck.frozen import dataclass


class CheckOptions(TypedDict):
    """What click hands to the command; ``None`` means that the configuration decides."""

    paths: tuple[str, ...]
    stdin_filename: str | None
    select: tuple[str, ...] | None
    extend_select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    min_confidence: str | None
    fail_on: str | None
    ignore_suppressions: bool
    add_ignore: str | None
    baseline: str | None
    ignore_baseline: bool
    write_baseline: str | None
    prune_baseline: bool
    fix_baselined: bool
    fix: bool | None
    unsafe_fixes: bool | None
    fix_style: str | None
    fixable: tuple[str, ...] | None
    unfixable: tuple[str, ...] | None
    diff: bool
    fix_only: bool
    show_fixes: bool
    exclude: tuple[str, ...] | None
    extend_exclude: tuple[str, ...] | None
    force_exclude: bool | None
    respect_gitignore: bool | None
    show_files: bool
    config: str | None
    isolated: bool
    show_settings: bool
    output_format: tuple[str, ...] | None
    output_file: str | None
    statistics: bool
    color: str
    quiet: bool
    verbose: bool
    exit_zero: bool
    exit_non_zero_on_fix: bool
    jobs: int | None
    timeout_per_file: int | None
    no_cache: bool
    cache_dir: str | None


@dataclass(frozen=True, slots=True)
class Overrides:
    """The options that take the place of keys of a configuration file; only those that were given.

    Args:
        values: by key, those given by a variable first: they are the weaker ones.
        places: by key, how the option was given.
    """

    values: Mapping[str, object]
    places: Mapping[str, str]


def overrides(ctx: click.Context) -> Overrides:
    """What the command line and the environment say of the keys of a configuration file.

    Args:
        ctx: the context of the command.
    """
    given = [
        parameter
        for parameter in ctx.command.params
        if isinstance(parameter, TableOption) and parameter.option.in_file and ctx.params[parameter.option.field] is not None
    ]
    given.sort(key=lambda parameter: not parameter.is_from_variable(ctx))
    return Overrides(
        {parameter.option.name: ctx.params[parameter.option.field] for parameter in given},
        {parameter.option.name: parameter.place(ctx) for parameter in given},
    )


def parameters(*options: Option) -> list[click.Parameter]:
    """What a command that works on files takes.

    Args:
        options: its options.

    Returns:
        Paths, and the options.
    """
    return [click.Argument(["paths"], nargs=-1, type=click.Path()), *map(TableOption, options)]
