"""``dropcheck completion``: what makes a shell complete the command line."""

from __future__ import annotations

import sys

import click

from dropcheck.cli.command import TableCommand
from dropcheck.cli.streams import write
from dropcheck.config.nearest import wrong_word

PROGRAM = "dropcheck"
VARIABLE = "_DROPCHECK_COMPLETE"
"""Through this variable the shell asks; click makes its name from that of the program."""

_NAMES = ("bash", "zsh", "fish")


def _names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _NAMES if name.startswith(incomplete)]


@click.command(
    cls=TableCommand,
    params=[click.Argument(["shell"], required=False, shell_complete=_names)],
    epilog="""
    \b
    Put the line of your shell into its start-up file:
      eval "$(dropcheck completion bash)"      # ~/.bashrc
      eval "$(dropcheck completion zsh)"       # ~/.zshrc, after compinit
      dropcheck completion fish | source       # ~/.config/fish/config.fish

    \b
    Examples:
      dropcheck completion bash > ~/.dropcheck-complete.bash
      dropcheck completion fish > ~/.config/fish/completions/dropcheck.fish
    """,
)
@click.pass_context
def completion(ctx: click.Context, shell: str | None) -> None:
    """Print what makes a shell complete the command line.

    SHELL is bash, zsh or fish. Completed are commands, options, codes and names of rules, formats and paths.
    """
    if shell is None:
        raise click.UsageError("name a shell: bash, zsh or fish", ctx)
    if shell not in _NAMES:
        raise click.UsageError(f"SHELL {wrong_word('bash, zsh or fish', shell, _NAMES)}", ctx)
    from dropcheck.cli.shells import SHELLS  # noqa: PLC0415  (only completion needs it)

    write(SHELLS[shell](ctx.find_root().command, {}, PROGRAM, VARIABLE).source(), sys.stdout)
