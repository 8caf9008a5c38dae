"""Hold dropcheck's verdicts on generated Modules against what these do under torch.

python -m benchmarks.truth                     5,000 Modules
python -m benchmarks.truth --classes 300       fewer
python -m benchmarks.truth --seed 100000       other ones

The generator is that of ``tests/proof/generated``: projects of one to five files with helpers, bases, containers and gates of all
kinds. Each is checked, then imported and run in both modes, with everything tried that it leaves open. Needs torch.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from pathlib import Path
from typing import TypedDict

from benchmarks.folders import Unavailable, last_line
from benchmarks.machine import conditions
from benchmarks.tables import markdown

ROOT = Path(__file__).parents[1]
CHUNK = 50
TRUTHS = ("agrees", "wrong", "missed", "undecided")


class _Tally(TypedDict):
    projects: int
    classes: int
    counts: list[tuple[str, str, int]]
    untrue: list[str]


def tally(first: int) -> _Tally:
    """Judge and run the projects of some seeds, in a process of their own.

    Args:
        first: the first seed.

    Returns:
        What was counted.

    Raises:
        Unavailable: the process failed.
    """
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
    command = [sys.executable, "-W", "ignore", "-m", "proof.generated", str(first), str(first + CHUNK)]
    run = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths}, check=False)
    if run.returncode:
        raise Unavailable(f"seeds from {first}: {last_line(run.stderr)}")
    found: _Tally = json.loads(run.stdout)
    return found


def tallies(first: int, classes: int, jobs: int) -> Iterator[_Tally]:
    """Go through seeds until that many Modules have been run.

    Args:
        first: the first seed.
        classes: how many Modules.
        jobs: how many processes at once.
    """
    seeds = count(first, CHUNK)
    seen = 0
    with ThreadPoolExecutor(jobs) as pool:
        while seen < classes:
            for found in pool.map(tally, islice(seeds, jobs)):
                seen += found["classes"]
                yield found
            print(f"{seen:,} Modules", file=sys.stderr)


def main(argv: Sequence[str] | None = None) -> int:
    """Run as many as asked for, and print a table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 1 if a verdict is wrong, 2 if a project could not be run.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classes", type=int, default=5000, metavar="N", help="how many Modules at least (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the first seed (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)")
    arguments = parser.parse_args(argv)
    try:
        found = list(tallies(arguments.seed, arguments.classes, arguments.jobs))
    except Unavailable as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    counts: Counter[tuple[str, str]] = Counter()
    for one in found:
        counts.update({(what, truth): number for what, truth, number in one["counts"]})
    classes, projects = (sum(one[key] for one in found) for key in ("classes", "projects"))
    print(f"{classes:,} Modules in {projects:,} projects.\n")
    rows = [(what, *(f"{counts[what, truth]:,}" for truth in TRUTHS)) for what in sorted({what for what, _ in counts})]
    print(markdown(("", *(truth.capitalize() for truth in TRUTHS)), rows))
    print("".join(f"- {line}\n" for one in found for line in one["untrue"]))
    print(conditions(), end="")
    return 1 if any(truth == "wrong" for _, truth in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
