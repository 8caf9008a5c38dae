"""``dropcheck version``."""

from __future__ import annotations

import sys

import click

from dropcheck._version import __version__
from dropcheck.cli.command import TableCommand
from dropcheck.cli.streams import write
from dropcheck.cli.table_option import TableOption
from dropcheck.config.option import Group, Kind, run_option

_FORMAT = run_option(
    "output-format", Group.OUTPUT, "Print text (default) or json.", Kind.CHOICE, metavar="FORMAT", choices=("text", "json")
)


@click.command(cls=TableCommand, params=[TableOption(_FORMAT)])
def version(output_format: str) -> None:
    """Print the version."""
    write(f'{{"version": "{__version__}"}}\n' if output_format == "json" else f"dropcheck {__version__}\n", sys.stdout)
