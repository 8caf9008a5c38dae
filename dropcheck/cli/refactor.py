"""``dropcheck refactor``: functional dropout becomes registered modules."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from dropcheck.cli.exit_code import CLEAN, FAILED, FINDINGS
from dropcheck.cli.options import file_options
from dropcheck.cli.streams import use_color, write

if TYPE_CHECKING:
    from dropcheck.refactor.result import RefactorReport


class RefactorCommandOptions(TypedDict):
    """What click hands to the command."""

    paths: tuple[str, ...]
    diff: bool
    one_module_per_call: bool
    output_format: str
    exclude: tuple[str, ...] | None
    extend_exclude: tuple[str, ...] | None
    force_exclude: bool | None
    respect_gitignore: bool | None
    config: str | None
    isolated: bool
    color: str
    jobs: int | None
    verbose: bool


@click.command(
    params=[
        click.Argument(["paths"], nargs=-1),
        click.Option(["--diff"], is_flag=True, help="Show what would change, write nothing."),
        click.Option(["--one-module-per-call"], is_flag=True, help="Give each call a module of its own."),
        click.Option(
            ["--output-format"],
            type=click.Choice(("text", "json")),
            default="text",
            metavar="FORMAT",
            help="Print the summary as text (default) or json.",
        ),
        *file_options(),
        click.Option(
            ["--color"],
            type=click.Choice(("auto", "always", "never")),
            default="auto",
            metavar="WHEN",
            help="Use colour in the diff: auto (default), always or never.",
        ),
        click.Option(["-j", "--jobs"], type=click.IntRange(min=1), metavar="N", help="Use this many processes."),
        click.Option(["-v", "--verbose"], is_flag=True, help="Also say what could not be followed, and why."),
    ],
    epilog="""
    `F.dropout(x, self.p, self.training)` becomes `self.dropout(x)`, with `self.dropout = nn.Dropout(p)` in `__init__`: what
    print(model), named_modules() and hooks see. While it trains, the model computes bit for bit what it did. What cannot be
    refactored is listed with the reason. Read the diff: old pickles of whole models do not know the new attributes.

    \b
    Exit codes:
      0  done, or nothing to do (also where sites were declined)
      1  with --diff: something would change
      2  bad options or configuration, or a file that could not be worked on

    \b
    Examples:
      dropcheck refactor --diff src
      dropcheck refactor src
      dropcheck refactor --output-format json src > refactor.json
    """,
)
@click.pass_context
def refactor(ctx: click.Context, /, **options: Unpack[RefactorCommandOptions]) -> None:
    """Turn functional dropout in Modules into nn.Dropout modules.

    Rewrites the Python files in PATHS (files or folders; by default the current folder).
    """
    if options["isolated"] and options["config"] is not None:
        raise click.UsageError("--isolated and --config cannot be used together")
    report = _run(options)
    _print(report, options)
    ctx.exit(_exit_code(report, diff=options["diff"]))


def _run(options: RefactorCommandOptions) -> RefactorReport:
    # Imported here so that --help and --version start without the engine.
    from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415
    from dropcheck.discover import discover  # noqa: PLC0415
    from dropcheck.engine.refactor import RefactorOptions  # noqa: PLC0415
    from dropcheck.engine.refactor import refactor as run_refactor  # noqa: PLC0415

    given = {name: options[name] for name in ("exclude", "extend_exclude", "force_exclude", "respect_gitignore")}
    overrides = {name.replace("_", "-"): value for name, value in given.items() if value is not None}
    found = discover(options["paths"] or (os.curdir,), ConfigResolver(overrides, options["config"], options["isolated"]))
    how = RefactorOptions(write=not options["diff"], one_per_call=options["one_module_per_call"], jobs=options["jobs"])
    return run_refactor(found, how)


def _print(report: RefactorReport, options: RefactorCommandOptions) -> None:
    from dropcheck.report import refactor as layout  # noqa: PLC0415
    from dropcheck.report.escape import visible  # noqa: PLC0415
    from dropcheck.report.pieces import plain  # noqa: PLC0415

    shown = layout.render_json if options["output_format"] == "json" else layout.render_text
    if options["diff"]:
        terminal = sys.stdout.isatty()
        color = use_color(options["color"], os.environ, terminal=terminal)
        pieces = layout.layout_diff(report, escape=terminal or color)
        if color:
            from dropcheck.report.console import ansi  # noqa: PLC0415

            write(ansi(pieces), sys.stdout)
        else:
            write(plain(pieces), sys.stdout)
    write(shown(report, diff=options["diff"]), sys.stderr if options["diff"] else sys.stdout)
    for error in report.errors:
        write(f"error: {visible(f'{error.path}: {error.message}')}\n", sys.stderr)
    for note in report.notes if options["verbose"] else ():
        write(f"{visible(note)}\n", sys.stderr)


def _exit_code(report: RefactorReport, *, diff: bool) -> int:
    if report.errors:
        return FAILED
    return FINDINGS if diff and report.totals["files"] else CLEAN
