"""The options of the table as click knows them: types, variables of the environment, completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from dropcheck.cli.complete import complete_formats, complete_selectors
from dropcheck.cli.options import split
from dropcheck.config.nearest import wrong_word
from dropcheck.config.option import Flag, Kind, Option
from dropcheck.config.options import OPTION_BY_NAME

_YES = frozenset({"1", "true", "t", "yes", "y", "on"})
_NO = frozenset({"0", "false", "f", "no", "n", "off"})
_LISTS = (Kind.FORMATS, Kind.STRINGS, Kind.SELECTORS, Kind.GLOBS, Kind.DOTTED_NAMES)


class TableOption(click.Option):
    """An option of the table: it can also be given by its variable, and a wrong value is told with its place.

    Commands describe options of their own in the same way; those have no variable.

    Args:
        option: what is known of it.

    Raises:
        ValueError: the command line does not take it.
    """

    def __init__(self, option: Option) -> None:
        if option.flag is None:
            raise ValueError(f"{option.name} has no flag")
        self.option = option
        self.flag = option.flag
        super().__init__(
            _declarations(option, self.flag),
            metavar=self.flag.metavar or None,
            help=self.flag.help,
            envvar=option.variable if OPTION_BY_NAME.get(option.name) is option else None,
            **_click_type(option),
        )

    @property
    def help_record(self) -> tuple[str, str]:
        """The names and the explanation, as ``--help`` lists them."""
        # Of a switch, only the side that changes something is shown; the other one is for undoing the configuration.
        side = self.secondary_opts[0] if self.option.default is True else f"--{self.option.name}"
        names = ", ".join(filter(None, (self.flag.short, side)))
        space = "" if self.flag.bare else " "
        return f"{names}{space}{self.flag.metavar}".rstrip(), self.flag.help

    def is_from_variable(self, ctx: click.Context) -> bool:
        """Whether the option was given by its variable.

        Args:
            ctx: the context of the command.
        """
        return ctx.get_parameter_source(self.option.field) is ParameterSource.ENVIRONMENT

    def place(self, ctx: click.Context) -> str:
        """How the user gave the option: its name, or that of its variable.

        Args:
            ctx: the context of the command.
        """
        return self.option.variable if self.is_from_variable(ctx) else f"--{self.option.name}"

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """The value of the variable; one that is empty counts as not set."""
        text = self.resolve_envvar_value(ctx)
        if text is None or ctx.resilient_parsing:
            return None
        if self.option.kind is Kind.BOOLEAN:
            if text.lower() not in _YES | _NO:
                raise click.UsageError(f"{self.option.variable} must be true or false, not {text!r}", ctx)
            return text.lower() in _YES
        return (text,) if self.multiple else text

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Convert what was given."""
        try:
            return super().process_value(ctx, value)
        except click.BadParameter as error:
            message = f"{self.place(ctx)} {wrong_word(self.option.type, str(value), self.option.choices)}"
            raise click.UsageError(message, ctx) from error


def _declarations(option: Option, flag: Flag) -> list[str]:
    long = f"--{option.name}"
    if option.kind is Kind.BOOLEAN and option.in_file:
        # Both sides, so that the command line can undo what a file says.
        long += f"/--no-{option.name}"
    return [flag.short, long] if flag.short else [long]


def _click_type(option: Option) -> Mapping[str, Any]:
    if option.kind is Kind.BOOLEAN:
        return {"default": None} if option.in_file else {"is_flag": True}
    if option.kind is Kind.CHOICE:
        return {"type": click.Choice(option.choices), "default": None if option.in_file else option.default}
    if option.kind in _LISTS:
        return {"multiple": True, "callback": _split, "shell_complete": _COMPLETE.get(option.kind)}
    return {"type": _SINGLE[option.kind]}


_COMPLETE = {Kind.FORMATS: complete_formats, Kind.SELECTORS: complete_selectors}
_SINGLE = {Kind.PATH: click.Path(), Kind.TEXT: click.STRING, Kind.COUNT: click.IntRange(min=1)}


def _split(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    return split(values)
