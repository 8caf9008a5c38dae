"""``dropcheck refactor``: functional dropout becomes registered modules."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from dropcheck.cli.command import TableCommand, overrides, parameters
from dropcheck.cli.errors import print_errors
from dropcheck.cli.exit_code import CLEAN, FAILED, FINDINGS
from dropcheck.cli.streams import columns, is_log, use_color, write
from dropcheck.config.option import Group, Kind, run_option
from dropcheck.config.options import OPTION_BY_NAME

if TYPE_CHECKING:
    from dropcheck.refactor.result import RefactorReport


class RefactorCommandOptions(TypedDict):
    """What click hands to the command, as far as it asks for it."""

    paths: tuple[str, ...]
    diff: bool
    one_module_per_call: bool
    output_format: str
    config: str | None
    isolated: bool
    color: str
    jobs: int | None
    timeout_per_file: int | None
    verbose: bool


_SHARED = (
    "exclude",
    "extend-exclude",
    "force-exclude",
    "respect-gitignore",
    "config",
    "isolated",
    "color",
    "jobs",
    "timeout-per-file",
)
_OWN = (
    run_option("diff", Group.FIXES, "Show what would change, write nothing."),
    run_option("one-module-per-call", Group.FIXES, "Give each call a module of its own."),
    run_option(
        "output-format",
        Group.OUTPUT,
        "Print the summary as text (default) or json.",
        Kind.CHOICE,
        metavar="FORMAT",
        choices=("text", "json"),
    ),
    run_option("verbose", Group.OUTPUT, "Also say what could not be followed, and why.", short="-v"),
)


@click.command(
    cls=TableCommand,
    short_help="Turn functional dropout into nn.Dropout modules.",
    params=parameters(*_OWN, *(OPTION_BY_NAME[name] for name in _SHARED)),
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
    report = _run(ctx, options)
    _print(report, options)
    ctx.exit(_exit_code(report, diff=options["diff"]))


def _run(ctx: click.Context, options: RefactorCommandOptions) -> RefactorReport:
    # Imported here so that --help and --version start without the engine.
    from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415
    from dropcheck.discover import discover  # noqa: PLC0415
    from dropcheck.engine.options import SECONDS_PER_FILE  # noqa: PLC0415
    from dropcheck.engine.refactor import RefactorOptions  # noqa: PLC0415
    from dropcheck.engine.refactor import refactor as run_refactor  # noqa: PLC0415

    given = overrides(ctx)
    resolver = ConfigResolver(given.values, options["config"], options["isolated"], places=given.places)
    found = discover(options["paths"] or (os.curdir,), resolver)
    how = RefactorOptions(
        write=not options["diff"],
        one_per_call=options["one_module_per_call"],
        jobs=options["jobs"],
        timeout=options["timeout_per_file"] or SECONDS_PER_FILE,
    )
    return run_refactor(found, how)


def _print(report: RefactorReport, options: RefactorCommandOptions) -> None:
    from dropcheck.report import refactor as layout  # noqa: PLC0415
    from dropcheck.report.escape import disarmed_log, visible  # noqa: PLC0415
    from dropcheck.report.fold import fold_text  # noqa: PLC0415
    from dropcheck.report.pieces import plain  # noqa: PLC0415

    stream = sys.stderr if options["diff"] else sys.stdout
    if options["output_format"] == "json":
        summary = layout.render_json(report, diff=options["diff"])
    else:
        summary = fold_text(layout.render_text(report, diff=options["diff"]), columns(stream))
    if options["diff"]:
        terminal = sys.stdout.isatty()
        color = use_color(options["color"], os.environ, terminal=terminal)
        pieces = layout.layout_diff(report, escape=terminal or color)
        if color:
            from dropcheck.report.console import ansi  # noqa: PLC0415

            write(ansi(pieces), sys.stdout)
        else:
            text = plain(pieces)
            write(disarmed_log(text) if is_log(os.environ, sys.stdout) and not terminal else text, sys.stdout)
    write(summary, stream)
    print_errors(report.errors, verbose=options["verbose"])
    for note in report.notes if options["verbose"] else ():
        write(f"{visible(note)}\n", sys.stderr)


def _exit_code(report: RefactorReport, *, diff: bool) -> int:
    if report.errors:
        return FAILED
    return FINDINGS if diff and report.totals["files"] else CLEAN
