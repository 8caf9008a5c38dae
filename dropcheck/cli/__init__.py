"""The command line: the group of commands and what becomes of their errors."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import click

from dropcheck._version import __version__
from dropcheck.cli.check import check
from dropcheck.cli.exit_code import FAILED, INTERRUPTED
from dropcheck.cli.inventory import inventory
from dropcheck.cli.refactor import refactor
from dropcheck.cli.rule import rule
from dropcheck.cli.streams import write
from dropcheck.cli.version import version
from dropcheck.errors import UserError
from dropcheck.report.escape import visible

_OWN_OPTIONS = frozenset({"-h", "--help", "-V", "--version"})


class _CheckByDefault(click.Group):
    """A group in which whatever is no command is meant for ``check``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in _OWN_OPTIONS):
            args = [check.name or "", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_CheckByDefault,
    commands=(check, inventory, refactor, rule, version),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""
    `dropcheck src` is short for `dropcheck check src`.

    \b
    Examples:
      dropcheck                        check the current folder
      dropcheck src tests/model.py     check a folder and a file
      dropcheck --diff src             show what --fix would change
      dropcheck check --help           list the options of check
      dropcheck inventory src          list every dropout site, also the correct ones
      dropcheck refactor --diff src    show functional dropout as nn.Dropout modules
      dropcheck rule DRP101            explain a rule
    """,
)
@click.version_option(__version__, "-V", "--version", message="dropcheck %(version)s")
def root() -> None:
    """Find and fix PyTorch dropout that stays on in evaluation."""


def run(arguments: Sequence[str]) -> int:
    """Run a command; every error becomes its line on stderr and its exit code.

    Args:
        arguments: the command line without the program's name.

    Returns:
        The exit code.
    """
    try:
        code = root.main(args=list(arguments), prog_name="dropcheck", standalone_mode=False)
    except UserError as error:
        return _fail(str(error))
    except click.ClickException as error:
        return _fail(error.format_message())
    except click.Abort:
        return INTERRUPTED
    except Exception:
        # Python would exit with 1 here, and CI would take a bug of ours for findings.
        traceback.print_exc()
        return _fail("this is a bug in dropcheck: please report it with the lines above")
    return code if isinstance(code, int) else 0


def _fail(message: str) -> int:
    write(f"error: {visible(message)}\n", sys.stderr)
    return FAILED
