"""The work of ``dropcheck check``, without click: most runs do not need to load it."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from typing import TYPE_CHECKING

from dropcheck.cli.cache_choice import cache_folder
from dropcheck.cli.errors import print_errors
from dropcheck.cli.exit_code import ExitOptions, exit_code
from dropcheck.cli.options import CheckOptions, Overrides
from dropcheck.cli.outputs import Outputs, choose
from dropcheck.cli.progress import ProgressBar
from dropcheck.cli.stdin import StandardInput, read_stdin
from dropcheck.cli.streams import columns, use_color, write, write_bytes
from dropcheck.config.option import Kind
from dropcheck.config.options import OPTION_BY_NAME
from dropcheck.config.resolve import ConfigResolver
from dropcheck.discover import discover, discover_text
from dropcheck.engine.options import SECONDS_PER_FILE, RunOptions
from dropcheck.engine.run import check
from dropcheck.frozen import dataclass

if TYPE_CHECKING:
    from dropcheck.levels import Severity
    from dropcheck.outcome import Report


def run_check(options: CheckOptions, given: Overrides) -> int:
    """Check files, and fix them if asked; print what comes of it.

    Args:
        options: the command line.
        given: what it and the environment say of the keys of a configuration file.

    Returns:
        The exit code.

    Raises:
        UserError: the options or a configuration file are wrong.
    """
    _refuse_unknown_rules(given)
    if options["show_settings"] or options["show_files"]:
        from dropcheck.cli.show import show  # noqa: PLC0415  (few ask for it)

        return show(options, given)
    stdin = read_stdin(options["paths"], options["stdin_filename"])
    run = _run(options, given, stdin)
    report = run.report
    if stdin is not None and run.fixing:
        write_bytes(stdin.fixed(report), sys.stdout)
        # The text has stdout for itself.
        with redirect_stdout(sys.stderr):
            _print_findings(run, options)
    else:
        _print_findings(run, options)
    print_errors(report.errors, verbose=options["verbose"])
    if not options["quiet"]:
        _print_summary(report, options, run.fail_on)
        if stdin is None and not report.files and not report.errors:
            write("warning: no Python files found in the given paths\n", sys.stderr)
    return exit_code(
        report,
        ExitOptions(
            diff=options["diff"],
            fix_only=options["fix_only"],
            exit_zero=options["exit_zero"],
            exit_non_zero_on_fix=options["exit_non_zero_on_fix"],
            fail_on=run.fail_on,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """What came of a run: its report, how to print it, whether files were to be rewritten, and what makes it fail."""

    report: Report
    outputs: Outputs
    fixing: bool
    fail_on: Severity


def _run(options: CheckOptions, given: Overrides, stdin: StandardInput | None) -> _Run:
    if options["add_ignore"] is not None:
        from dropcheck.engine.add_ignore import refuse_unfit  # noqa: PLC0415

        refuse_unfit(options["add_ignore"])
    resolver = ConfigResolver(given.values, options["config"], options["isolated"], places=given.places)
    # What concerns the run and not a file follows the folder the user is in, or the file that an editor has open.
    here = resolver.settings_in(os.getcwd()) if stdin is None else resolver.settings_for(stdin.name)
    outputs = choose(here.output_format, options["output_file"], os.environ, statistics=options["statistics"])
    if stdin is None:
        found = discover(options["paths"] or (os.curdir,), resolver)
    else:
        found = discover_text(stdin.name, stdin.raw, resolver)
    fixing = (here.fix or options["fix_only"] or options["add_ignore"] is not None) and not options["diff"]
    rewriting = fixing or options["diff"] or options["write_baseline"] is not None or options["prune_baseline"]
    uncached = rewriting or options["no_cache"] or stdin is not None
    cache = None if uncached else cache_folder(here, verbose=options["verbose"])
    run_options = RunOptions(
        fix=fixing and stdin is None,
        diff=options["diff"] or (fixing and stdin is not None),
        add_ignore=options["add_ignore"],
        ignore_suppressions=options["ignore_suppressions"],
        ignore_baseline=options["ignore_baseline"],
        fix_baselined=options["fix_baselined"],
        write_baseline=options["write_baseline"],
        prune_baseline=options["prune_baseline"],
        cache=cache,
        jobs=options["jobs"],
        timeout=options["timeout_per_file"] or SECONDS_PER_FILE,
    )
    visible_bar = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not options["quiet"]
    color = use_color(options["color"], os.environ, terminal=visible_bar)
    with ProgressBar(enabled=visible_bar, color=color) as progress:
        return _Run(check(found, run_options, progress=progress), outputs, fixing, here.fail_on)


def _refuse_unknown_rules(given: Overrides) -> None:
    """Name the option in the message, and do so even if there is no file to check."""
    from dropcheck.rules.selectors import expand  # noqa: PLC0415

    for name, value in given.values.items():
        if OPTION_BY_NAME[name].kind is Kind.SELECTORS and isinstance(value, tuple):
            expand(value, origin=given.places[name])


def _print_findings(run: _Run, options: CheckOptions) -> None:
    from dropcheck.cli.printing import PrintOptions, print_reports  # noqa: PLC0415

    shown = replace(run.report, findings=()) if options["fix_only"] else run.report
    print_reports(shown, run.outputs, PrintOptions(options["color"], options["diff"], options["statistics"]))


def _print_summary(report: Report, options: CheckOptions, fail_on: Severity) -> None:
    from dropcheck.report import summary  # noqa: PLC0415
    from dropcheck.report.fold import fold_text  # noqa: PLC0415

    shown = summary.SummaryOptions(
        diff=options["diff"],
        fix_only=options["fix_only"],
        add_ignore=options["add_ignore"] is not None,
        show_fixes=options["show_fixes"],
        verbose=options["verbose"],
        fail_on=fail_on,
    )
    text = fold_text(summary.render(report, shown), columns(sys.stderr))
    # On one screen, the closing lines stand apart from the diff above them.
    apart = options["diff"] and bool(text) and sys.stdout.isatty() and sys.stderr.isatty()
    write(f"\n{text}" if apart else text, sys.stderr)
