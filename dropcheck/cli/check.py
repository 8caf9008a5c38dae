"""``dropcheck check``: the scan, the fix and the diff, as click knows it."""

from __future__ import annotations

from typing import Unpack

import click

from dropcheck.cli.command import TableCommand, overrides, parameters
from dropcheck.cli.options import CheckOptions
from dropcheck.config.options import FLAGS


@click.command(
    cls=TableCommand,
    params=parameters(*FLAGS),
    epilog="""
    RULES, GLOBS and FORMATS are separated by commas, and their options can be repeated.

    A FORMAT is full, concise or grouped for people, json, json-lines, github, gitlab, sarif, junit, rdjson, pylint or azure for
    programs, or auto: github in GitHub Actions, else full. FORMAT:FILE writes to a file.

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
      dropcheck check --add-ignore="compared with v1" src
      dropcheck check --write-baseline known.json .
      dropcheck check --output-format full --output-format sarif:out.sarif
      dropcheck check --fix --stdin-filename src/model.py - < src/model.py
    """,
)
@click.pass_context
def check(ctx: click.Context, /, **options: Unpack[CheckOptions]) -> None:
    """Find dropout that stays on in evaluation, and repair it.

    Checks the Python files and notebooks in PATHS (files or folders; by default the current folder; - for standard input) and
    prints what it finds.
    """
    from dropcheck.cli.checking import run_check  # noqa: PLC0415  (help needs no engine)

    ctx.exit(run_check(options, overrides(ctx)))
