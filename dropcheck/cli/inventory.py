"""``dropcheck inventory``: every dropout site, also the correct ones."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from dropcheck._version import __version__
from dropcheck.cli.command import TableCommand, overrides, parameters
from dropcheck.cli.errors import print_errors
from dropcheck.cli.exit_code import FAILED
from dropcheck.cli.streams import columns, write, write_file
from dropcheck.config.option import Group, Kind, run_option
from dropcheck.config.options import OPTION_BY_NAME

if TYPE_CHECKING:
    from dropcheck.inventory import Inventory


class _InventoryOptions(TypedDict):
    """What click hands to the command, as far as it asks for it."""

    paths: tuple[str, ...]
    config: str | None
    isolated: bool
    jobs: int | None
    timeout_per_file: int | None
    verbose: bool
    output_format: str
    output_file: str | None


_SHARED = ("exclude", "extend-exclude", "force-exclude", "respect-gitignore", "config", "isolated", "jobs", "timeout-per-file")
_OWN = (
    run_option(
        "output-format",
        Group.OUTPUT,
        "Print text (default), json, markdown or html.",
        Kind.CHOICE,
        metavar="FORMAT",
        choices=("text", "json", "markdown", "html"),
    ),
    run_option("output-file", Group.OUTPUT, "Write to FILE.", Kind.PATH, metavar="FILE", short="-o"),
    run_option("verbose", Group.OUTPUT, "Also say what could not be followed, and why.", short="-v"),
)


@click.command(
    cls=TableCommand,
    short_help="List every dropout site, also the correct ones.",
    params=parameters(*(OPTION_BY_NAME[name] for name in _SHARED), *_OWN),
    epilog="""
    `print(model)` shows modules only; functional and attention dropout is invisible there. This is the list that has all of it.

    \b
    Exit codes:
      0  the inventory was taken
      2  bad options or configuration, or a file that could not be read

    \b
    Examples:
      dropcheck inventory src
      dropcheck inventory --output-format markdown --output-file dropout.md src
      dropcheck inventory --output-format html -o map.html src
    """,
)
@click.pass_context
def inventory(ctx: click.Context, /, **options: Unpack[_InventoryOptions]) -> None:
    """List every dropout site and what it does in training and in evaluation.

    PATHS are files or folders; by default the current folder.
    """
    # Imported here so that --help starts without the engine.
    from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415
    from dropcheck.discover import discover  # noqa: PLC0415
    from dropcheck.engine.inventory import take_inventory  # noqa: PLC0415
    from dropcheck.engine.options import SECONDS_PER_FILE, RunOptions  # noqa: PLC0415
    from dropcheck.report.escape import visible  # noqa: PLC0415

    given = overrides(ctx)
    resolver = ConfigResolver(given.values, options["config"], options["isolated"], places=given.places)
    found = discover(options["paths"] or (os.curdir,), resolver)
    run_options = RunOptions(jobs=options["jobs"], timeout=options["timeout_per_file"] or SECONDS_PER_FILE)
    taken = take_inventory(found, run_options, composed=options["output_format"] == "html")
    width = columns(sys.stdout) if options["output_file"] is None else None
    text = _rendered(taken, options["output_format"], width)
    if options["output_file"] is None:
        write(text, sys.stdout)
    else:
        write_file(options["output_file"], text)
    print_errors(taken.errors, verbose=options["verbose"])
    for note in taken.notes if options["verbose"] else ():
        write(f"{visible(note)}\n", sys.stderr)
    ctx.exit(FAILED if taken.errors else 0)


def _rendered(taken: Inventory, form: str, width: int | None) -> str:
    if form == "html":
        from dropcheck.report import html  # noqa: PLC0415

        return html.render(taken, __version__)
    from dropcheck.report import inventory as report  # noqa: PLC0415

    if form == "text":
        return report.render_text(taken, width)
    return {"json": report.render_json, "markdown": report.render_markdown}[form](taken)
