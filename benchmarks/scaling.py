"""Does twice the code take twice the time? The same tree once, twice and four times, as copies side by side.

python -m benchmarks.scaling                       transformers
python -m benchmarks.scaling --corpus fairseq2     a small tree
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks import tool
from benchmarks.corpora import VERSIONS, Corpus, locate
from benchmarks.folders import Unavailable, add_cache_option, scratch
from benchmarks.machine import conditions
from benchmarks.measure import Case, Measured, measure, smallest_peak
from benchmarks.speed import at_least_one, check_whole, to_stderr
from benchmarks.tables import Unit, comparison

#: How often the tree is there, and how much longer that may take.
GOALS = {1: "", 2: "≤ 2.1", 4: "≤ 4.3"}


def measured(corpus: Corpus, rounds: int, cache: Path, tell: Callable[[str], None]) -> Measured:
    """Measure dropcheck without a cache on each size.

    Args:
        corpus: the tree.
        rounds: how often.
        cache: the folder of the downloads; the copies are made there, and removed.
        tell: is told what goes on.

    Returns:
        The figures.
    """
    with scratch(cache) as folder:
        makers = {_name(corpus, times): partial(_case, corpus, times, goal, folder) for times, goal in GOALS.items()}
        return measure(makers, rounds, tell)


def _case(corpus: Corpus, times: int, goal: str, folder: Path) -> Case:
    """Make so many copies, and a case of them."""
    copies = folder / f"x{times}"
    for number in range(times):
        shutil.copytree(corpus.folder, copies / f"copy{number}")
    check_whole(copies, corpus.files * times)
    return Case(_name(corpus, times), (*tool.COMMAND, *tool.cold("check", str(copies))), goal=goal)


def _name(corpus: Corpus, times: int) -> str:
    return f"{times} x {corpus.files:,} files"


def table(corpus: Corpus, found: Measured) -> str:
    """The figures as a Markdown table.

    Args:
        corpus: the tree.
        found: the figures.
    """
    return comparison(found, [Unit(_name(corpus, 1), "once", cpu=True, peak=True)], smallest_peak())


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 2 if the corpus could not be had.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default="transformers", metavar="NAME", help=f"{', '.join(VERSIONS)}, or a folder")
    parser.add_argument("--rounds", type=at_least_one, default=7, metavar="N", help="runs of each (default: 7)")
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    try:
        corpus = locate(arguments.corpus, arguments.cache)
        found = measured(corpus, arguments.rounds, arguments.cache, to_stderr)
    except Unavailable as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    print(f"## {corpus.title}, several times over\n\n{table(corpus, found)}\n{conditions()}", end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
