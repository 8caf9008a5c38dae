"""What becomes of errors: one line on stderr, and the exit code that says that the work could not be done."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from dropcheck.cli.exit_code import FAILED
from dropcheck.cli.streams import write
from dropcheck.report.escape import visible

_MOST_SHOWN = 1500
"""Characters of a message; a file can hold a name of a megabyte, which is told as wrong."""


def fail(message: str) -> int:
    """Tell what is wrong.

    Args:
        message: one line.

    Returns:
        The exit code.
    """
    shown = visible(message)
    if len(shown) > _MOST_SHOWN:
        shown = f"{shown[:_MOST_SHOWN]}..."
    write(f"error: {shown}\n", sys.stderr)
    return FAILED


def fail_by_bug(error: Exception, arguments: Sequence[str]) -> int:
    """Tell of a bug of ours. Python would exit with 1, and CI would take it for findings.

    Args:
        error: what nothing expected.
        arguments: the command line, which can ask for a traceback.

    Returns:
        The exit code.
    """
    from dropcheck.engine.faults import internal_error  # noqa: PLC0415  (not needed where all is well)

    if not {"-v", "--verbose"}.isdisjoint(arguments):
        traceback.print_exception(error)
    return fail(internal_error(error))
