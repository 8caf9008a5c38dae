"""``dropcheck version``."""

from __future__ import annotations

import sys

import click

from dropcheck._version import __version__
from dropcheck.cli.streams import write


@click.command()
def version() -> None:
    """Print the version."""
    write(f"dropcheck {__version__}\n", sys.stdout)
