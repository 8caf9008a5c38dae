"""The command as a process of its own, with hostile surroundings."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

#: Whoever runs the tests may read and write everything; this user may not.
NOBODY = 65534


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dropcheck", *arguments]


def run(
    folder: Path, *arguments: str | bytes, stdin: bytes = b"", before: Callable[[], None] | None = None, timeout: float = 120
) -> tuple[int, str, str]:
    """The exit code, stdout and stderr; control characters stay what they are."""
    words = [sys.executable, "-m", "dropcheck", *arguments]
    done = subprocess.run(
        words, cwd=folder, env=environment(), input=stdin, capture_output=True, timeout=timeout, check=False, preexec_fn=before
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def one_line(error: str) -> str:
    """The only error that was printed; a traceback is none."""
    assert "Traceback" not in error
    lines = [line for line in error.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, error
    return lines[0].removeprefix("error: ")
