"""The entry point of the ``dropcheck`` script and of ``python -m dropcheck``."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from dropcheck._version import __version__


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
        gc.set_threshold(50_000, 10, 10)
        from dropcheck.cli import run  # noqa: PLC0415

        return run(arguments)
    except KeyboardInterrupt:  # while the program was still loading
        return 130


if __name__ == "__main__":
    sys.exit(main())
