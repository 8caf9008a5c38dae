"""``dropcheck check``: the scan, the fix and the diff."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import click

from dropcheck.cli.command import TableCommand
from dropcheck.cli.exit_code import ExitOptions, exit_code
from dropcheck.cli.options import CheckOptions, Overrides, overrides, parameters
from dropcheck.cli.streams import use_color, write, write_file
from dropcheck.config.option import Kind
from dropcheck.config.options import FLAGS, OPTION_BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcheck.model import Report
    from dropcheck.report.pieces import Piece


@click.command(
    cls=TableCommand,
    params=parameters(*FLAGS),
    epilog="""
    RULES and GLOBS are separated by commas, and their options can be repeated.

    A variable stands in for an option that is not given: DROPCHECK_MIN_CONFIDENCE=medium for --min-confidence medium. The
    command line comes first, then the variables, then the configuration file closest to each file, then the defaults.

    \b
    Exit codes:
      0  nothing left to report, or all of it repaired
      1  findings; with --diff, also changes
      2  bad options or configuration, or a file that could not be checked

    \b
    Examples:
      dropcheck check src
      dropcheck check --diff src
      dropcheck check --fix --unsafe-fixes src
      dropcheck check --select DRP1,invalid-dropout-probability src
      dropcheck check --output-format json --output-file report.json .
    """,
)
@click.pass_context
def check(ctx: click.Context, /, **options: Unpack[CheckOptions]) -> None:
    """Find dropout that stays on in evaluation, and repair it.

    Checks the Python files in PATHS (files or folders; by default the current folder) and prints what it finds.
    """
    given = overrides(ctx)
    _refuse_unknown_rules(given)
    if options["show_settings"] or options["show_files"]:
        from dropcheck.cli.show import show  # noqa: PLC0415  (as below)

        ctx.exit(show(options, given))
    report, output_format = _run(options, given)
    _print_findings(report, output_format, options)
    _print_errors(report)
    if not options["quiet"]:
        _print_summary(report, options)
    ctx.exit(
        exit_code(
            report,
            ExitOptions(
                diff=options["diff"],
                fix_only=options["fix_only"],
                exit_zero=options["exit_zero"],
                exit_non_zero_on_fix=options["exit_non_zero_on_fix"],
            ),
        )
    )


def _run(options: CheckOptions, given: Overrides) -> tuple[Report, str]:
    """The report of the run and the format to print it in."""
    # Imported here so that --help and --version start without the engine.
    from dropcheck.cli.progress import ProgressBar  # noqa: PLC0415
    from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415
    from dropcheck.discover import discover  # noqa: PLC0415
    from dropcheck.engine.run import RunOptions  # noqa: PLC0415
    from dropcheck.engine.run import check as run_check  # noqa: PLC0415

    resolver = ConfigResolver(given.values, options["config"], options["isolated"], places=given.places)
    # What concerns the run and not a file follows the folder the user is in.
    here = resolver.settings_in(os.getcwd())
    found = discover(options["paths"] or (os.curdir,), resolver)
    run_options = RunOptions(
        fix=(here.fix or options["fix_only"]) and not options["diff"],
        diff=options["diff"],
        ignore_suppressions=options["ignore_suppressions"],
        jobs=options["jobs"],
    )
    visible_bar = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not options["quiet"]
    color = use_color(options["color"], os.environ, terminal=visible_bar)
    with ProgressBar(enabled=visible_bar, color=color) as progress:
        return run_check(found, run_options, progress=progress), here.output_format


def _refuse_unknown_rules(given: Overrides) -> None:
    """Name the option in the message, and do so even if there is no file to check."""
    from dropcheck.rules.selectors import expand  # noqa: PLC0415

    for name, value in given.values.items():
        if OPTION_BY_NAME[name].kind is Kind.SELECTORS and isinstance(value, tuple):
            expand(value, origin=given.places[name])


def _print_findings(report: Report, output_format: str, options: CheckOptions) -> None:
    from dropcheck.report import json_report, statistics  # noqa: PLC0415
    from dropcheck.report.pieces import plain  # noqa: PLC0415

    shown = replace(report, findings=()) if options["fix_only"] else report
    path = options["output_file"]
    terminal = path is None and sys.stdout.isatty()
    color = use_color(options["color"], os.environ if path is None else {}, terminal=terminal)
    if output_format == "json" and not options["diff"]:
        statistic = options["statistics"]
        text = statistics.render_json(shown) if statistic else json_report.render(shown, base=os.getcwd())
    else:
        pieces = _layout(shown, output_format, options, escape=terminal or color)
        text = _ansi(pieces) if color else plain(pieces)
    if path is None:
        write(text, sys.stdout)
    else:
        write_file(path, text)


def _layout(report: Report, output_format: str, options: CheckOptions, *, escape: bool) -> Iterator[Piece]:
    from dropcheck.report import concise, diff, full, statistics  # noqa: PLC0415

    if options["diff"]:
        return diff.layout(report, escape=escape)
    if options["statistics"]:
        return statistics.layout(report)
    return concise.layout(report) if output_format == "concise" else full.layout(report)


def _ansi(pieces: Iterator[Piece]) -> str:
    from dropcheck.report.console import ansi  # noqa: PLC0415  (rich, only where there is something to colour)

    return ansi(pieces)


def _print_errors(report: Report) -> None:
    from dropcheck.report.escape import visible  # noqa: PLC0415

    for error in report.errors:
        write(f"error: {visible(f'{error.path}: {error.message}')}\n", sys.stderr)


def _print_summary(report: Report, options: CheckOptions) -> None:
    from dropcheck.report import summary  # noqa: PLC0415

    shown = summary.SummaryOptions(
        diff=options["diff"],
        fix_only=options["fix_only"],
        show_fixes=options["show_fixes"],
        verbose=options["verbose"],
    )
    write(summary.render(report, shown), sys.stderr)
