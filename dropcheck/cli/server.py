"""``dropcheck server``: the language server."""

from __future__ import annotations

import sys

import click

from dropcheck.cli.streams import write
from dropcheck.errors import UserError


@click.command(
    epilog="""
    \b
    Examples:
      pip install 'dropcheck[lsp]'
      dropcheck server
    """
)
@click.option("--stdio", is_flag=True, hidden=True, help="What it does anyway; some editors say so.")
def server(*, stdio: bool) -> None:  # noqa: ARG001  (accepted, and nothing else is there to choose)
    """Run the language server for editors, over stdin and stdout.

    An editor starts it; https://dropcheck.readthedocs.io/editors/ shows how to tell yours.
    """
    try:
        from dropcheck.integrations.lsp.features import serve  # noqa: PLC0415  (an extra, and heavy)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        raise UserError("the language server needs pygls, which is not installed: pip install 'dropcheck[lsp]'") from error
    if sys.stdin.isatty():
        write("dropcheck server waits for an editor on stdin; Ctrl-C ends it\n", sys.stderr)
    serve()
