"""The dropcheck that is measured: the one that this Python imports, started as a user would start it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.folders import Unavailable, last_line

COMMAND = (sys.executable, "-m", "dropcheck")
_CHECKED = re.compile(r"(?P<files>[\d,]+) files? checked")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run of dropcheck said.

    Args:
        code: its exit code.
        out: stdout.
        err: stderr.
    """

    code: int
    out: bytes
    err: str

    @property
    def files(self) -> int:
        """How many files it says it has checked.

        Raises:
            Unavailable: if it does not say so.
        """
        match = _CHECKED.search(self.err)
        if match is None:
            raise Unavailable(f"dropcheck did not say how many files it has checked: {last_line(self.err)}")
        return int(match["files"].replace(",", ""))


def ask(*arguments: str, environment: dict[str, str] | None = None) -> Answer:
    """Run dropcheck and keep what it says.

    Args:
        arguments: the command line without the program's name.
        environment: the whole environment; by default this process's own.

    Returns:
        The answer.

    Raises:
        Unavailable: if it could not do its work.
    """
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, env=environment, check=False)
    err = run.stderr.decode(errors="replace")
    if run.returncode not in {0, 1}:
        raise Unavailable(f"dropcheck {' '.join(arguments)}: exit code {run.returncode}: {last_line(err)}")
    return Answer(run.returncode, run.stdout, err)


@cache
def options(command: str) -> frozenset[str]:
    """The options that a command of this version knows, so that older versions can be measured, too.

    Args:
        command: ``check`` or ``inventory``.
    """
    return frozenset(re.findall(r"(?<![\w-])--[a-z-]+", ask(command, "--help").out.decode()))


def cold(command: str, *arguments: str) -> tuple[str, ...]:
    """Arguments for a run without configuration and without a cache.

    Args:
        command: ``check`` or ``inventory``.
        arguments: further options, and paths.
    """
    no_cache = ["--no-cache"] if "--no-cache" in options(command) else []
    return (command, "--isolated", *no_cache, *arguments)


def warm(folder: Path, command: str, *arguments: str) -> tuple[str, ...]:
    """Arguments for a run without configuration and with a cache.

    Args:
        folder: the folder of the cache.
        command: ``check`` or ``inventory``.
        arguments: further options, and paths.

    Raises:
        Unavailable: if this version has no such option.
    """
    if "--cache-dir" not in options(command):
        raise Unavailable(f"dropcheck {command} has no option --cache-dir in this version")
    return (command, "--isolated", "--cache-dir", str(folder), *arguments)
