"""Where the reports of a run go, and in which formats."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dropcheck.config.outputs import AUTO, Output
from dropcheck.errors import UserError
from dropcheck.frozen import dataclass

_STATISTICS = (AUTO, "full", "concise", "grouped", "json")


@dataclass(frozen=True, slots=True)
class Outputs:
    """The reports of a run.

    Args:
        main: the one that goes to stdout or to the file of ``--output-file``; None where only files were asked for.
        path: that file; None for stdout. What is printed instead of findings, such as a diff, goes there in any case.
        files: the others, each with its file.
    """

    main: str | None
    path: str | None
    files: tuple[Output, ...]


def choose(given: Sequence[Output], path: str | None, environ: Mapping[str, str], *, statistics: bool) -> Outputs:
    """Work out what is printed where.

    Args:
        given: what the command line, the environment or the configuration says.
        path: the value of ``--output-file``.
        environ: the environment.
        statistics: whether the statistics take the place of the main report.

    Returns:
        The reports, with ``auto`` decided.

    Raises:
        UserError: what was asked for contradicts itself.
    """
    main = next((output.format for output in given if output.path is None), None)
    files = tuple(output for output in given if output.path is not None)
    if path is not None and main is None:
        raise UserError(f"--output-file {path}: every --output-format names a file already; leave one of them out")
    if path is not None and os.path.realpath(path) in {os.path.realpath(output.path or "") for output in files}:
        raise UserError(f"--output-file {path}: another format goes to this file already; name another one")
    if statistics and main is not None and main not in _STATISTICS:
        raise UserError(f"--statistics cannot be printed as {main}; use full or json")
    # A file is read by people or by a program that was told what is in it, even on a runner of GitHub.
    on_runner = environ.get("GITHUB_ACTIONS") == "true" and path is None
    named = "github" if on_runner and not statistics else "full"
    decided = tuple(replace(output, format="full") if output.format == AUTO else output for output in files)
    return Outputs(named if main == AUTO else main, path, decided)


def repository_root(folder: str, environ: Mapping[str, str]) -> str:
    """The folder that services know the files of a repository by.

    Args:
        folder: the absolute folder of the run.
        environ: the environment; GitLab names the folder in ``CI_PROJECT_DIR``.

    Returns:
        The closest folder that holds ``.git``; the folder of the run where there is none.
    """
    named = environ.get("CI_PROJECT_DIR")
    if named and os.path.join(folder, "").startswith(os.path.join(os.path.realpath(named), "")):
        return os.path.realpath(named)
    return next((above for above in _upwards(folder) if os.path.exists(os.path.join(above, ".git"))), folder)


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        yield parent
        folder = parent
