"""The command line: reading it, and what becomes of errors. Nothing is loaded here before it is needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dropcheck.cli.exit_code import INTERRUPTED
from dropcheck.errors import UserError


def run(arguments: Sequence[str]) -> int:
    """Run a command; every error becomes its line on stderr and its exit code.

    Args:
        arguments: the command line without the program's name.

    Returns:
        The exit code.
    """
    try:
        return _run(arguments)
    except UserError as error:
        from dropcheck.cli.failure import fail  # noqa: PLC0415  (most runs do not fail)

        return fail(str(error))
    except KeyboardInterrupt:
        print(file=sys.stderr)  # what comes next does not stand behind the "^C" of the terminal
        return INTERRUPTED
    except Exception as error:
        from dropcheck.cli.failure import fail_by_bug  # noqa: PLC0415  (as above)

        return fail_by_bug(error, arguments)


def _run(arguments: Sequence[str]) -> int:
    from dropcheck.cli.plain import plain_check  # noqa: PLC0415  (an interruption while it is loaded is one, too)

    plain = plain_check(arguments, os.environ)
    if plain is None:
        from dropcheck.cli.group import invoke  # noqa: PLC0415  (with click, which takes longer than to check a file)

        return invoke(arguments)
    from dropcheck.cli.checking import run_check  # noqa: PLC0415  (as above)

    return run_check(plain.options, plain.overrides)
