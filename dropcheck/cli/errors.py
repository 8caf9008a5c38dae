"""Print the files that could not be worked on."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from dropcheck.cli.streams import write
from dropcheck.outcome import FileError


def print_errors(errors: Iterable[FileError], *, verbose: bool) -> None:
    """Print a line for each error.

    Args:
        errors: what could not be worked on.
        verbose: print the traceback of a bug of ours, too.
    """
    from dropcheck.report.escape import visible  # noqa: PLC0415  (most runs have no error)

    for error in errors:
        for line in error.trace.splitlines() if verbose else ():
            write(f"{visible(line)}\n", sys.stderr)
        write(f"error: {visible(f'{error.path}: {error.message}')}\n", sys.stderr)
