"""``dropcheck config``: the options of a configuration file, listed or explained."""

from __future__ import annotations

import sys

import click

from dropcheck.cli.command import TableCommand
from dropcheck.cli.complete import complete_file_options
from dropcheck.cli.streams import write
from dropcheck.cli.table_option import TableOption
from dropcheck.config.option import Group, Kind, Option, run_option
from dropcheck.config.options import FILE_OPTIONS, OPTION_BY_NAME
from dropcheck.errors import UserError

_OPTIONS = (
    run_option(
        "output-format", Group.OUTPUT, "Print text (default) or json.", Kind.CHOICE, metavar="FORMAT", choices=("text", "json")
    ),
    run_option("schema", Group.OUTPUT, "Print the JSON Schema of the configuration."),
)


@click.command(
    cls=TableCommand,
    params=[click.Argument(["option"], required=False, shell_complete=complete_file_options), *map(TableOption, _OPTIONS)],
    epilog="""
    The schema lets editors complete and check the configuration. `dropcheck check --show-settings FILE` tells what holds for a
    file.

    \b
    Examples:
      dropcheck config
      dropcheck config per-file-ignores
      dropcheck config --output-format json
      dropcheck config --schema > dropcheck.schema.json
    """,
)
def config(option: str | None, *, output_format: str, schema: bool) -> None:
    """List the options of a configuration file, or explain one.

    Says what OPTION does, its type, its default, and how to set it in a file, on the command line and in the environment.
    """
    if schema and option is not None:
        raise click.UsageError("--schema is about all options; leave OPTION out")
    # Imported here so that --help and --version start without them.
    from dropcheck.report import options_page  # noqa: PLC0415
    from dropcheck.report import schema as schema_page  # noqa: PLC0415
    from dropcheck.rules import ALL_RULES  # noqa: PLC0415

    options = FILE_OPTIONS if option is None else (_named(option),)
    if schema:
        text = schema_page.render(FILE_OPTIONS, ALL_RULES)
    elif output_format == "json":
        text = options_page.render_json(options, single=option is not None)
    else:
        text = options_page.render_names(options) if option is None else options_page.render_text(options[0])
    write(text, sys.stdout)


def _named(name: str) -> Option:
    from dropcheck.config.values import no_option  # noqa: PLC0415  (only here, and it loads more than --help needs)

    option = OPTION_BY_NAME.get(name)
    if option is None or not option.in_file:
        raise UserError(no_option(name))
    return option
