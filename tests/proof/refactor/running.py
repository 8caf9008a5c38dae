"""Run the command line in a scratch folder."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dropcheck.__main__ import main


@dataclass(frozen=True, slots=True)
class Run:
    """What a command said, and the code that it ended with."""

    code: int
    out: str
    err: str


def dropcheck(*arguments: str | Path) -> Run:
    """Run a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Run(code, out.getvalue(), err.getvalue())


def refactor(folder: Path, *options: str) -> Run:
    """Refactor every file of a folder in place."""
    run = dropcheck("refactor", folder, *options)
    assert run.code == 0, run
    return run


def python_files(folder: Path) -> Iterator[Path]:
    """Every Python file of a folder, in order."""
    return iter(sorted(folder.rglob("*.py")))
