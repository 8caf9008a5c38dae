"""``dropcheck check``: the scan, the fix and the diff."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import click

from dropcheck.cli.exit_code import ExitOptions, exit_code
from dropcheck.cli.options import CheckOptions, GroupedCommand, overrides, parameters, refuse_contradictions
from dropcheck.cli.streams import use_color, write, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcheck.model import Report
    from dropcheck.report.pieces import Piece


@click.command(
    cls=GroupedCommand,
    params=parameters(),
    epilog="""
    RULES and GLOBS are separated by commas, and their options can be repeated.

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
      dropcheck check --select DRP1,invalid-dropout-probability --ignore DRP105 src
      dropcheck check --output-format json --output-file report.json .
      dropcheck check --add-ignore="compared with v1" src
      dropcheck check --write-baseline known.json .
    """,
)
@click.pass_context
def check(ctx: click.Context, /, **options: Unpack[CheckOptions]) -> None:
    """Find dropout that stays on in evaluation, and repair it.

    Checks the Python files in PATHS (files or folders; by default the current folder) and prints what it finds.
    """
    refuse_contradictions(options)
    report, output_format = _run(options)
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


def _run(options: CheckOptions) -> tuple[Report, str]:
    """The report of the run and the format to print it in."""
    # Imported here so that --help and --version start without the engine.
    from dropcheck.cli.progress import ProgressBar  # noqa: PLC0415
    from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415
    from dropcheck.discover import discover  # noqa: PLC0415
    from dropcheck.engine.add_ignore import refuse_unfit  # noqa: PLC0415
    from dropcheck.engine.run import RunOptions  # noqa: PLC0415
    from dropcheck.engine.run import check as run_check  # noqa: PLC0415

    _refuse_unknown_rules(options)
    if options["add_ignore"] is not None:
        refuse_unfit(options["add_ignore"])
    resolver = ConfigResolver(overrides(options), options["config"], options["isolated"])
    # What concerns the run and not a file follows the folder the user is in.
    here = resolver.settings_in(os.getcwd())
    found = discover(options["paths"] or (os.curdir,), resolver)
    run_options = RunOptions(
        fix=(here.fix or options["fix_only"]) and not options["diff"],
        diff=options["diff"],
        add_ignore=options["add_ignore"],
        ignore_suppressions=options["ignore_suppressions"],
        ignore_baseline=options["ignore_baseline"],
        fix_baselined=options["fix_baselined"],
        write_baseline=options["write_baseline"],
        prune_baseline=options["prune_baseline"],
        jobs=options["jobs"],
    )
    visible_bar = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not options["quiet"]
    color = use_color(options["color"], os.environ, terminal=visible_bar)
    with ProgressBar(enabled=visible_bar, color=color) as progress:
        return run_check(found, run_options, progress=progress), here.output_format


def _refuse_unknown_rules(options: CheckOptions) -> None:
    """Name the option in the message, and do so even if there is no file to check."""
    from dropcheck.rules.selectors import expand  # noqa: PLC0415

    expand(options["select"] or (), origin="--select")
    expand(options["extend_select"] or (), origin="--extend-select")
    expand(options["ignore"] or (), origin="--ignore")


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
        add_ignore=options["add_ignore"] is not None,
        show_fixes=options["show_fixes"],
        verbose=options["verbose"],
    )
    write(summary.render(report, shown), sys.stderr)
