"""The options of ``dropcheck check``, grouped as ``--help`` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import click


class CheckOptions(TypedDict):
    """What click hands to the command; ``None`` means that the configuration decides."""

    paths: tuple[str, ...]
    select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    extend_select: tuple[str, ...] | None
    min_confidence: str | None
    ignore_suppressions: bool
    fix: bool | None
    unsafe_fixes: bool | None
    fix_style: str | None
    fix_only: bool
    diff: bool
    show_fixes: bool
    exclude: tuple[str, ...] | None
    extend_exclude: tuple[str, ...] | None
    force_exclude: bool | None
    respect_gitignore: bool | None
    config: str | None
    isolated: bool
    output_format: str | None
    output_file: str | None
    statistics: bool
    color: str
    quiet: bool
    verbose: bool
    exit_zero: bool
    exit_non_zero_on_fix: bool
    jobs: int | None
    no_cache: bool


_CONFIGURED = (
    "select",
    "ignore",
    "extend-select",
    "min-confidence",
    "fix",
    "unsafe-fixes",
    "fix-style",
    "exclude",
    "extend-exclude",
    "force-exclude",
    "respect-gitignore",
    "output-format",
)


def overrides(options: CheckOptions) -> dict[str, object]:
    """The options that take the place of a configuration key, by that key; only those that were given.

    Args:
        options: the parsed command line.
    """
    values: Mapping[str, object] = options
    given = {key: values[key.replace("-", "_")] for key in _CONFIGURED}
    return {key: value for key, value in given.items() if value is not None}


def _split(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    """Comma separated and repeatable: all parts of all values, or None if the option was not used."""
    if not values:
        return None
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _invert(_ctx: click.Context, _param: click.Parameter, value: bool | None) -> bool | None:
    """The option says no to what the configuration key says yes to."""
    return None if value is None else not value


def _list(name: str, metavar: str, text: str) -> click.Option:
    return click.Option([name], multiple=True, callback=_split, metavar=metavar, help=text)


def _flag(*names: str, text: str) -> click.Option:
    return click.Option(list(names), is_flag=True, help=text)


def _switch(names: str, text: str) -> click.Option:
    return click.Option([names], default=None, help=text)


def _choice(name: str, metavar: str, values: tuple[str, ...], text: str) -> click.Option:
    return click.Option([name], type=click.Choice(values), metavar=metavar, help=text)


_GROUPS = (
    (
        "Rules",
        (
            _list("--select", "RULES", "Check these only: codes, prefixes, names, ALL."),
            _list("--extend-select", "RULES", "Check these too."),
            _list("--ignore", "RULES", "Do not check these."),
            _choice("--min-confidence", "LEVEL", ("high", "medium", "low"), "Report from high (default), medium or low on."),
            _flag("--ignore-suppressions", text="Report what comments suppress, too."),
        ),
    ),
    (
        "Fixes",
        (
            _switch("--fix/--no-fix", "Repair findings where that is safe."),
            _switch("--unsafe-fixes/--no-unsafe-fixes", "Let --fix and --diff apply unsafe fixes too."),
            _choice("--fix-style", "STYLE", ("flag", "module"), "Repair by flag (default) or by module."),
            _flag("--diff", text="Show what --fix would change, write nothing."),
            _flag("--fix-only", text="Repair, and do not report what is left."),
            _flag("--show-fixes", text="List what was repaired."),
        ),
    ),
    (
        "Files",
        (
            _list("--exclude", "GLOBS", "Leave these out, instead of the default ones."),
            _list("--extend-exclude", "GLOBS", "Leave these out too."),
            _switch("--force-exclude/--no-force-exclude", "Leave out even what is named in PATHS."),
            click.Option(
                ["--no-respect-gitignore/--respect-gitignore", "respect_gitignore"],
                default=None,
                callback=_invert,
                help="Check what git ignores, too.",
            ),
        ),
    ),
    (
        "Configuration",
        (
            click.Option(["--config"], metavar="FILE", help="Use this configuration for all files."),
            _flag("--isolated", text="Use no configuration file."),
        ),
    ),
    (
        "Output",
        (
            _choice("--output-format", "FORMAT", ("full", "concise", "json"), "Print full (default), concise or json."),
            click.Option(["-o", "--output-file"], metavar="FILE", help="Write findings here, not to stdout."),
            _flag("--statistics", text="Print how often each rule fired instead."),
            click.Option(
                ["--color"],
                type=click.Choice(("auto", "always", "never")),
                default="auto",
                metavar="WHEN",
                help="Use colour: auto (default), always or never.",
            ),
            _flag("-q", "--quiet", text="Print findings and errors, no summary."),
            _flag("-v", "--verbose", text="Tell what was suppressed, left out, and why."),
        ),
    ),
    (
        "Run",
        (
            _flag("-e", "--exit-zero", text="Exit 0 in spite of findings (not of errors)."),
            _flag("--exit-non-zero-on-fix", text="Exit 1 if a file was rewritten."),
            click.Option(["-j", "--jobs"], type=click.IntRange(min=1), metavar="N", help="Use this many processes."),
            _flag("--no-cache", text="Do not read or write the cache."),
        ),
    ),
)


def file_options() -> list[click.Option]:
    """The options that say which files and which configuration are used, for other commands that work on files."""
    return [option for title, group in _GROUPS if title in {"Files", "Configuration"} for option in group]


def parameters() -> list[click.Parameter]:
    """What ``dropcheck check`` takes."""
    options = (option for _, group in _GROUPS for option in group)
    return [click.Argument(["paths"], nargs=-1), *options]


class GroupedCommand(click.Command):
    """A command whose help lists the options of this module by group."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each on one line, with the explanations of all groups in one column."""
        groups = {title: [_record(option, ctx) for option in options] for title, options in _GROUPS}
        if help_option := self.get_help_option(ctx):
            groups["Run"].append(_record(help_option, ctx))
        width = max(len(names) for records in groups.values() for names, _ in records)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl([(names.ljust(width), text) for names, text in records], col_max=width)


def _record(option: click.Option, ctx: click.Context) -> tuple[str, str]:
    names, text = option.get_help_record(ctx) or ("", "")
    # Of a switch, only the side that changes something is shown; the other one is for undoing the configuration.
    return names.partition(" / ")[0], text.partition("  [")[0]
