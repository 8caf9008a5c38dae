"""``dropcheck check``: the scan, the fix and the diff."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Unpack

import click

from dropcheck.cli.exit_code import ExitOptions, exit_code
from dropcheck.cli.options import CheckOptions, GroupedCommand, overrides, parameters
from dropcheck.cli.stdin import StandardInput, read_stdin
from dropcheck.cli.streams import use_color, write, write_bytes, write_file

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
      dropcheck check --fix --stdin-filename src/model.py - < src/model.py
    """,
)
@click.pass_context
def check(ctx: click.Context, /, **options: Unpack[CheckOptions]) -> None:
    """Find dropout that stays on in evaluation, and repair it.

    Checks the Python files and notebooks in PATHS (files or folders; by default the current folder; - for standard input) and
    prints what it finds.
    """
    if options["quiet"] and options["verbose"]:
        raise click.UsageError("--quiet and --verbose cannot be used together")
    if options["isolated"] and options["config"] is not None:
        raise click.UsageError("--isolated and --config cannot be used together")
    stdin = read_stdin(options["paths"], options["stdin_filename"])
    run = _run(options, stdin)
    report = run.report
    if stdin is not None and run.fixing:
        write_bytes(stdin.fixed(report), sys.stdout)
        # The text has stdout for itself.
        with redirect_stdout(sys.stderr):
            _print_findings(run, options)
    else:
        _print_findings(run, options)
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


@dataclass(frozen=True, slots=True)
class _Run:
    """What came of a run: its report, the format to print it in, and whether files were to be fixed."""

    report: Report
    output_format: str
    fixing: bool


def _run(options: CheckOptions, stdin: StandardInput | None) -> _Run:
    # Imported here so that --help and --version start without the engine.
    from dropcheck.cli.progress import ProgressBar  # noqa: PLC0415
    from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415
    from dropcheck.discover import discover, discover_text  # noqa: PLC0415
    from dropcheck.engine.run import RunOptions  # noqa: PLC0415
    from dropcheck.engine.run import check as run_check  # noqa: PLC0415

    _refuse_unknown_rules(options)
    resolver = ConfigResolver(overrides(options), options["config"], options["isolated"])
    # What concerns the run and not a file follows the folder the user is in, or the file that an editor has open.
    here = resolver.settings_in(os.getcwd()) if stdin is None else resolver.settings_for(stdin.name)
    if stdin is None:
        found = discover(options["paths"] or (os.curdir,), resolver)
    else:
        found = discover_text(stdin.name, stdin.raw, resolver)
    fixing = (here.fix or options["fix_only"]) and not options["diff"]
    run_options = RunOptions(
        fix=fixing and stdin is None,
        diff=options["diff"] or (fixing and stdin is not None),
        ignore_suppressions=options["ignore_suppressions"],
        jobs=options["jobs"],
    )
    visible_bar = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not options["quiet"]
    color = use_color(options["color"], os.environ, terminal=visible_bar)
    with ProgressBar(enabled=visible_bar, color=color) as progress:
        return _Run(run_check(found, run_options, progress=progress), here.output_format, fixing)


def _refuse_unknown_rules(options: CheckOptions) -> None:
    """Name the option in the message, and do so even if there is no file to check."""
    from dropcheck.rules.selectors import expand  # noqa: PLC0415

    expand(options["select"] or (), origin="--select")
    expand(options["extend_select"] or (), origin="--extend-select")
    expand(options["ignore"] or (), origin="--ignore")


def _print_findings(run: _Run, options: CheckOptions) -> None:
    from dropcheck.report import json_report, statistics  # noqa: PLC0415
    from dropcheck.report.pieces import plain  # noqa: PLC0415

    shown = replace(run.report, findings=()) if options["fix_only"] else run.report
    path = options["output_file"]
    terminal = path is None and sys.stdout.isatty()
    color = use_color(options["color"], os.environ if path is None else {}, terminal=terminal)
    if run.output_format == "json" and not options["diff"]:
        statistic = options["statistics"]
        text = statistics.render_json(shown) if statistic else json_report.render(shown, base=os.getcwd())
    else:
        pieces = _layout(shown, run.output_format, options, escape=terminal or color)
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
