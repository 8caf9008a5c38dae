"""Write the README's figures: measure, and leave the tables in docs/performance_table.md.

python -m benchmarks.readme_table                          transformers, and TorchFix on espnet
python -m benchmarks.readme_table && python docs/generate.py      and put them into the README

Takes about ten minutes on a quiet machine, most of it for TorchFix and semgrep. What could not be measured is told: exit code 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import speed, startup
from benchmarks.corpora import VERSIONS, Corpus, locate
from benchmarks.folders import Unavailable, add_cache_option
from benchmarks.machine import conditions
from benchmarks.measure import Failure, Measured, smallest_peak
from benchmarks.tables import Unit, brief

TABLE = Path(__file__).resolve().parents[1] / "docs" / "performance_table.md"
#: Only TorchFix looks for anything like dropout, and it takes minutes: it has a smaller tree to itself.
SLOW_PEERS = ("ruff", "torchfix")


def page(main: tuple[Corpus, Measured], slow: tuple[Corpus, Measured], starting: Measured, rounds: int) -> str:
    """The tables, and what they were taken with.

    Args:
        main: the tree for most tools, and the figures.
        slow: the tree for TorchFix, and the figures.
        starting: what it takes to start.
        rounds: how often each was run.
    """
    floor = smallest_peak()
    trees = "\n".join(f"{corpus.title}:\n\n{brief(found, speed.UNITS, floor)}" for corpus, found in (main, slow))
    peers = (*speed.FAST_PEERS, *SLOW_PEERS)
    once = " and ".join(name for name in speed.SLOW if name in peers)
    return (
        f"{trees}\nOne file, or none:\n\n{brief(starting, [Unit(startup.PYTHON, startup.PYTHON)], floor)}\n"
        f"Medians of {rounds} interleaved runs ({once}: one), {datetime.now(UTC):%Y-%m-%d}.\n\n"
        f"{conditions(speed.pinned(peers))}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 1 if something could not be measured, 2 if a corpus could not be had.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = f"{', '.join(VERSIONS)}, or a folder"
    parser.add_argument("--corpus", default="transformers", metavar="NAME", help=names)
    parser.add_argument("--slow-corpus", default="espnet", metavar="NAME", help=f"for TorchFix: {names}")
    parser.add_argument("--rounds", type=speed.at_least_one, default=7, metavar="N", help="runs of each (default: 7)")
    parser.add_argument("--output", type=Path, default=TABLE, metavar="FILE", help="default: docs/performance_table.md")
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    rounds, cache = arguments.rounds, arguments.cache
    try:
        trees = []
        for name, peers in ((arguments.corpus, speed.FAST_PEERS), (arguments.slow_corpus, SLOW_PEERS)):
            corpus = locate(name, cache)
            trees.append((corpus, speed.measured(speed.Plan(corpus, peers, rounds, 1, cache), speed.to_stderr)))
        starting = startup.measured(rounds, cache, speed.to_stderr)
    except Unavailable as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    arguments.output.write_text(page(trees[0], trees[1], starting, rounds), encoding="utf-8", newline="\n")
    missing = [
        f"not measured: {name}: {outcome.reason}"
        for found in (trees[0][1], trees[1][1], starting)
        for name, outcome in found.outcomes.items()
        if isinstance(outcome, Failure)
    ]
    print(*missing, sep="\n", end="\n" if missing else "", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
