"""The entry point of the ``dropcheck`` script and of ``python -m dropcheck``."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from dropcheck._version import __version__
from dropcheck.alone import claim


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments in (["--version"], ["-V"], ["version"]):
        # The one answer that needs nothing else loaded.
        print(f"dropcheck {__version__}")
        return 0
    try:
        # Modules and syntax trees hold few cycles: to look for some every 700 objects costs a tenth of a run.
        gc.set_threshold(500_000, 10, 10)
        # An audit runs the program of a user in this process.
        if argv is None and "audit" not in arguments:
            claim()
        from dropcheck.cli import run  # noqa: PLC0415

        code = run(arguments)
    except KeyboardInterrupt:  # while the program was still loading
        return 130
    # With click come commands that run the code of others, which may have something to do at the end.
    if argv is None and "click" not in sys.modules:
        _end(code)
    return code


def _end(code: int) -> None:
    """End the process without freeing its objects one by one, which takes a tenth of a short run."""
    gc.disable()
    with suppress(OSError, ValueError):  # what cannot be written was told; Python ends in its own way
        sys.stdout.flush()
        sys.stderr.flush()
        atexit._run_exitfuncs()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
