"""``dropcheck audit``: run a model and see what is random in evaluation mode."""

from __future__ import annotations

import sys
from typing import TypedDict, Unpack

import click

from dropcheck.cli.command import TableCommand
from dropcheck.cli.exit_code import CLEAN, FINDINGS
from dropcheck.cli.streams import write, write_file
from dropcheck.cli.table_option import TableOption
from dropcheck.config.option import Group, Kind, run_option
from dropcheck.errors import UserError


class _AuditOptions(TypedDict):
    """What click hands to the command."""

    target: str
    input: tuple[str, ...] | None
    yes: bool
    output_format: str
    output_file: str | None


_OPTIONS = (
    run_option("input", Group.RUN, "Call the model with a tensor: 2x16:float or ids=2x16:int.", Kind.STRINGS, metavar="SHAPE"),
    run_option("yes", Group.RUN, "Agree that this runs your code.", short="-y"),
    run_option(
        "output-format",
        Group.OUTPUT,
        "Print text (default) or json.",
        Kind.CHOICE,
        metavar="FORMAT",
        choices=("text", "json"),
    ),
    run_option("output-file", Group.OUTPUT, "Write to FILE.", Kind.PATH, metavar="FILE", short="-o"),
)


@click.command(
    cls=TableCommand,
    short_help="Run a model and list what is random in evaluation.",
    params=[click.Argument(["target"], metavar="MODULE:FACTORY"), *map(TableOption, _OPTIONS)],
    epilog="""
    Unlike every other command, this one RUNS YOUR CODE: it imports the module, calls the factory and runs the model's forward,
    without network. Do not use it on code that you do not trust.

    FACTORY takes no arguments and returns a model, or (model, inputs) with inputs in a tuple or a dict. The module is looked for
    in the current folder first. Needs torch: pip install 'dropcheck[torch]'

    \b
    Exit codes:
      0  no random operation was active, or only intended ones
      1  random operations were active
      2  bad options, or the model could not be made or run

    \b
    Examples:
      dropcheck audit shop.model:make_model
      dropcheck audit --yes --input 2x16:float shop.model:Net
      dropcheck audit --yes --output-format json shop.model:make_model
    """,
)
@click.pass_context
def audit(ctx: click.Context, /, **options: Unpack[_AuditOptions]) -> None:
    """Run a model in evaluation mode and list every random operation that is active in it.

    MODULE:FACTORY is the dotted name of a module and a function in it that returns the model.
    """
    target = options["target"]
    module, _, factory = target.partition(":")
    if not module or not factory:
        raise UserError(f"{target}: name the function that makes the model as package.module:factory")
    _agree(module, factory, agreed=options["yes"])
    # Imported here: it needs torch, which is an extra, and heavy.
    try:
        from dropcheck.live.factory import audit_target  # noqa: PLC0415
        from dropcheck.live.text import render_json, render_text  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "torch":
            raise
        raise UserError("an audit needs torch, which is not installed: pip install 'dropcheck[torch]'") from error
    report = audit_target(target, options["input"] or ())
    text = render_json(report) if options["output_format"] == "json" else render_text(report) + "\n"
    if options["output_file"] is None:
        write(text, sys.stdout)
    else:
        write_file(options["output_file"], text)
    ctx.exit(CLEAN if report.ok else FINDINGS)


def _agree(module: str, factory: str, *, agreed: bool) -> None:
    """Ask whether code may be run."""
    what = f"it imports {module} and calls {factory}()"
    if agreed:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UserError(f"audit runs your code ({what}), unlike all other commands: agree with --yes")
    write(f"Unlike all other commands, audit runs your code: {what}.\n", sys.stderr)
    if not click.confirm("Run it?", default=False, err=True):
        raise UserError("not agreed, so nothing was run")
