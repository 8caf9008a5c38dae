"""Commands whose options come from the table: their help, their variables, and which options exclude each other."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from dropcheck.cli.options import Overrides
from dropcheck.cli.table_option import TableOption
from dropcheck.config.nearest import nearest
from dropcheck.config.option import VARIABLE_PREFIX, Group, Option
from dropcheck.config.options import EXCLUSIVE, FLAGS

_SLIP = 0.75
"""How like a variable's name another must be to be taken for a slip of the pen; other programs may own the rest."""


class TableCommand(click.Command):
    """A command with options of the table, which ``--help`` lists by group, one a line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line and the variables, and refuse what cannot be together."""
        if not ctx.resilient_parsing and any(parameter.envvar for parameter in self.params):
            _refuse_unknown_variables(ctx)
        rest = super().parse_args(ctx, [*_with_values(self, args)])
        if not ctx.resilient_parsing:
            for first, second in EXCLUSIVE:
                _refuse_both(ctx, first, second)
        return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options: those of the table under their headings, ``--help`` last."""
        groups: dict[str, list[tuple[str, str]]] = {group.value: [] for group in Group}
        others = []
        for parameter in self.get_params(ctx):
            if isinstance(parameter, TableOption):
                groups[parameter.flag.group.value].append(parameter.help_record)
            elif isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)) is not None:
                others.append(record)
        groups.setdefault(Group.RUN.value if groups[Group.RUN.value] else "Options", []).extend(others)
        width = max(len(names) for records in groups.values() for names, _ in records)
        for title, records in groups.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl([(names.ljust(width), text) for names, text in records], col_max=width)


def _with_values(command: click.Command, args: list[str]) -> Iterator[str]:
    """The arguments, with a bare ``--option`` whose value may be left out as ``--option=``: what follows it is a path."""
    bare = {f"--{each.option.name}" for each in command.params if isinstance(each, TableOption) and each.flag.bare}
    end = args.index("--") if "--" in args else len(args)
    for position, argument in enumerate(args):
        yield f"{argument}=" if argument in bare and position < end else argument


def _refuse_unknown_variables(ctx: click.Context) -> None:
    known = [option.variable for option in FLAGS]
    for name in sorted(os.environ):
        if name.startswith(VARIABLE_PREFIX) and name not in known:
            # Without what all of them begin with, which would make any two alike.
            words = [variable.removeprefix(VARIABLE_PREFIX) for variable in known]
            near = nearest(name.removeprefix(VARIABLE_PREFIX), words, _SLIP)
            if near is not None:
                raise click.UsageError(f"unknown environment variable {name}; did you mean {VARIABLE_PREFIX}{near}?", ctx)


def _refuse_both(ctx: click.Context, first: str, second: str) -> None:
    """Two options that exclude each other: the one given by a variable makes way for the one on the command line."""
    known = {each.option.name: each for each in ctx.command.params if isinstance(each, TableOption)}
    given = [known[name] for name in (first, second) if name in known]
    if len(given) < 2 or any(ctx.params[each.option.field] in (None, False) for each in given):
        return
    weak = [each for each in given if each.is_from_variable(ctx)]
    if len(weak) != 1:
        raise click.UsageError(f"{given[0].place(ctx)} and {given[1].place(ctx)} cannot be used together", ctx)
    ctx.params[weak[0].option.field] = weak[0].option.default


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
