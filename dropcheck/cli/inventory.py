"""``dropcheck inventory``: every dropout site, also the correct ones."""

from __future__ import annotations

import os
import sys

import click

from dropcheck.cli.exit_code import FAILED
from dropcheck.cli.streams import write, write_file


@click.command(
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
    """
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--output-format",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
    help="How to print it.",
)
@click.option("--output-file", "-o", metavar="FILE", help="Write to FILE.")
@click.option("--config", metavar="FILE", help="Use FILE as the configuration of every file.")
@click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Use at most N processes.")
@click.option("--verbose", "-v", is_flag=True, help="Also say what could not be followed, and why.")
@click.pass_context
def inventory(
    ctx: click.Context,
    paths: tuple[str, ...],
    *,
    output_format: str,
    output_file: str | None,
    config: str | None,
    isolated: bool,
    jobs: int | None,
    verbose: bool,
) -> None:
    """List every dropout site and what it does in training and in evaluation.

    PATHS are files or folders; by default the current folder.
    """
    if isolated and config is not None:
        raise click.UsageError("--isolated and --config cannot be used together")
    # Imported here so that --help starts without the engine.
    from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415
    from dropcheck.discover import discover  # noqa: PLC0415
    from dropcheck.engine.inventory import take_inventory  # noqa: PLC0415
    from dropcheck.engine.run import RunOptions  # noqa: PLC0415
    from dropcheck.report import inventory as report  # noqa: PLC0415
    from dropcheck.report.escape import visible  # noqa: PLC0415

    found = discover(paths or (os.curdir,), ConfigResolver({}, config, isolated))
    taken = take_inventory(found, RunOptions(jobs=jobs))
    render = {"text": report.render_text, "json": report.render_json, "markdown": report.render_markdown}[output_format]
    if output_file is None:
        write(render(taken), sys.stdout)
    else:
        write_file(output_file, render(taken))
    for error in taken.errors:
        write(f"error: {visible(f'{error.path}: {error.message}')}\n", sys.stderr)
    for note in taken.notes if verbose else ():
        write(f"{visible(note)}\n", sys.stderr)
    ctx.exit(FAILED if taken.errors else 0)
