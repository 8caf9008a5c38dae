"""The commands in one group, as click knows them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from dropcheck._version import __version__
from dropcheck.cli.audit import audit
from dropcheck.cli.check import check
from dropcheck.cli.clean import clean
from dropcheck.cli.completion import PROGRAM, VARIABLE, completion
from dropcheck.cli.config import config
from dropcheck.cli.exit_code import INTERRUPTED
from dropcheck.cli.failure import fail
from dropcheck.cli.inventory import inventory
from dropcheck.cli.refactor import refactor
from dropcheck.cli.rule import rule
from dropcheck.cli.server import server
from dropcheck.cli.version import version
from dropcheck.config.nearest import nearest
from dropcheck.errors import UserError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_OWN_OPTIONS = frozenset({"-h", "--help", "-V", "--version"})
_SLIP = 0.75
"""How like the name of a command or an option a word must be to be taken for it."""


class _CheckByDefault(click.Group):
    """A group in which whatever is no command is meant for ``check``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # A shell that completes the first word may want a command as well: see below.
        is_first_word = ctx.resilient_parsing and not args
        if not is_first_word and (not args or (args[0] not in self.commands and args[0] not in _OWN_OPTIONS)):
            _refuse_slip(args[:1], self.commands)
            args = [check.name or "", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What can stand first: a command, or what ``check`` takes."""
        with check.make_context("check", [], parent=ctx, resilient_parsing=True) as inner:
            own = check.shell_complete(inner, incomplete)
            paths = [] if incomplete.startswith("-") else check.params[0].shell_complete(inner, incomplete)
        known = {item.value for item in own}
        return [*(item for item in super().shell_complete(ctx, incomplete) if item.value not in known), *own, *paths]


def _refuse_slip(words: list[str], commands: Iterable[str]) -> None:
    """Refuse a word that is no path but nearly a command."""
    for word in words:
        near = None if word.startswith("-") or os.path.lexists(word) else nearest(word, commands, _SLIP)
        if near is not None:
            raise UserError(f"{word}: no such command, file or folder; did you mean 'dropcheck {near}'?")


@click.group(
    cls=_CheckByDefault,
    commands=(check, inventory, refactor, audit, rule, config, clean, completion, server, version),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""
    `dropcheck src` is short for `dropcheck check src`.

    \b
    Examples:
      dropcheck                        check the current folder
      dropcheck src tests/model.py     check a folder and a file
      dropcheck --diff src             show what --fix would change
      dropcheck check --help           list the options of check
      dropcheck inventory src          list every dropout site
      dropcheck refactor --diff src    show dropout calls as modules
      dropcheck audit model:make       run a model in evaluation mode
      dropcheck rule DRP101            explain a rule
      dropcheck config select          explain an option of the configuration
      dropcheck server                 serve an editor
    """,
)
@click.version_option(__version__, "-V", "--version", message="dropcheck %(version)s")
def root() -> None:
    """Find and fix PyTorch dropout that stays on in evaluation."""


def invoke(arguments: Sequence[str]) -> int:
    """Read the command line with click and do what it says.

    Args:
        arguments: the command line without the program's name.

    Returns:
        The exit code.

    Raises:
        UserError: what the command was told cannot be done.
    """
    if VARIABLE in os.environ:
        from dropcheck.cli.shells import register  # noqa: PLC0415  (only a shell that completes needs it)

        register()
    try:
        code = root.main(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except click.NoSuchOption as error:
        return fail(_no_such_option(error))
    except click.ClickException as error:
        return fail(error.format_message())
    except click.Abort as error:
        if isinstance(error.__cause__, EOFError):
            # click takes an end of file that nothing of ours expected for that of a prompt.
            raise error.__cause__ from error
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _no_such_option(error: click.NoSuchOption) -> str:
    command = error.ctx.command if error.ctx else root
    known = [
        name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("--")
    ]
    near = nearest(error.option_name, known, _SLIP)
    path = error.ctx.command_path if error.ctx else PROGRAM
    return f"no such option: {error.option_name}; " + (f"did you mean {near}?" if near else f"see '{path} --help'")
