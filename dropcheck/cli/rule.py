"""``dropcheck rule``: explain rules."""

from __future__ import annotations

import sys

import click

from dropcheck.cli.command import TableCommand
from dropcheck.cli.complete import complete_selectors
from dropcheck.cli.streams import columns, write
from dropcheck.cli.table_option import TableOption
from dropcheck.config.option import Group, Kind, run_option

_OPTIONS = (
    run_option("all", Group.RULES, "Explain every rule."),
    run_option(
        "output-format",
        Group.OUTPUT,
        "Print text (default), markdown or json.",
        Kind.CHOICE,
        metavar="FORMAT",
        choices=("text", "markdown", "json"),
    ),
)


@click.command(
    cls=TableCommand,
    params=[click.Argument(["rule"], required=False, shell_complete=complete_selectors), *map(TableOption, _OPTIONS)],
    epilog="""
    \b
    Examples:
      dropcheck rule DRP101
      dropcheck rule missing-training-flag
      dropcheck rule --all --output-format json
    """,
)
def rule(rule: str | None, *, output_format: str, **options: bool) -> None:
    """Explain a rule, named by its code or its name.

    Says what the rule finds, why that matters, how to write it instead, and how far its fix can be trusted.
    """
    all_rules = options["all"]
    if (rule is None) is not all_rules:
        raise click.UsageError("name one rule, or use --all for all of them")
    # Imported here so that --help and --version need no rule.
    from dropcheck.report import rules_page  # noqa: PLC0415
    from dropcheck.rules import ALL_RULES  # noqa: PLC0415
    from dropcheck.rules.selectors import expand  # noqa: PLC0415

    codes = expand(("ALL" if rule is None else rule,), origin="dropcheck rule")
    rules = tuple(each for each in ALL_RULES if each.code in codes)
    if output_format == "json":
        text = rules_page.render_json(rules, array=all_rules or len(rules) > 1)
    elif output_format == "markdown":
        text = rules_page.render_markdown(rules)
    else:
        text = rules_page.render_text(rules, columns(sys.stdout))
    write(text, sys.stdout)
