"""How long dropcheck takes where there is next to nothing to do: in a pre-commit hook, say.

python -m benchmarks.startup

The unit is `python -c pass`, with the Python that runs dropcheck.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks import tool
from benchmarks.folders import add_cache_option, scratch
from benchmarks.machine import conditions
from benchmarks.measure import Case, Measured, measure, smallest_peak
from benchmarks.peers import install
from benchmarks.speed import at_least_one, pinned, to_stderr
from benchmarks.tables import Unit, comparison

PYTHON = "python -c pass"
VERSION = "dropcheck --version"
HELP = "dropcheck check --help"
CLEAN = "dropcheck, one file without dropout"
WITH_DROPOUT = "dropcheck, one file with correct dropout"
WITH_FINDING = "dropcheck, one file with a finding"
KNOWN_FINDING = "dropcheck, the same, nothing changed"
RUFF = "ruff check, one file"
_MODELS = Path(__file__).resolve().parents[1] / "fixtures" / "models"
_NO_DROPOUT = "def area(width, height):\n    return width * height\n"


def measured(rounds: int, cache: Path, tell: Callable[[str], None]) -> Measured:
    """Measure dropcheck on next to nothing.

    Args:
        rounds: how often.
        cache: the folder of the downloads.
        tell: is told what goes on.

    Returns:
        The figures.
    """
    with scratch(cache) as folder:
        clean = folder / "no_dropout.py"
        clean.write_text(_NO_DROPOUT, encoding="utf-8")
        cases = (
            Case(PYTHON, (sys.executable, "-c", "pass")),
            Case(VERSION, (*tool.COMMAND, "--version"), goal="≤ 5"),
            Case(HELP, (*tool.COMMAND, "check", "--help")),
            _check(CLEAN, clean, "≤ 6"),
            _check(WITH_DROPOUT, Path(shutil.copy(_MODELS / "mnist_net.py", folder)), "≤ 6"),
            _check(WITH_FINDING, Path(shutil.copy(_MODELS / "dropout_pair.py", folder)), "≤ 20"),
        )
        makers: dict[str, Callable[[], Case]] = {case.name: partial(_itself, case) for case in cases}
        makers[KNOWN_FINDING] = partial(_known, folder / "dropout_pair.py", folder / "cache")
        makers[RUFF] = partial(_ruff, clean, cache)
        return measure(makers, rounds, tell)


def _itself(case: Case) -> Case:
    return case


def _check(name: str, file: Path, goal: str) -> Case:
    return Case(name, (*tool.COMMAND, *tool.cold("check", str(file))), goal=goal)


def _known(file: Path, cache: Path) -> Case:
    return Case(KNOWN_FINDING, (*tool.COMMAND, *tool.warm(cache, "check", str(file))))


def _ruff(file: Path, cache: Path) -> Case:
    return Case(RUFF, (str(install("ruff", cache)), "check", "--no-cache", "--isolated", str(file)))


def table(found: Measured) -> str:
    """The figures as a Markdown table.

    Args:
        found: the figures.
    """
    return comparison(found, [Unit(PYTHON, PYTHON, cpu=True)], smallest_peak())


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=at_least_one, default=15, metavar="N", help="runs of each (default: 15)")
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    found = measured(arguments.rounds, arguments.cache, to_stderr)
    print(f"## Starting\n\n{table(found)}\n{conditions(pinned(['ruff']))}", end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
