"""How fast dropcheck is on a tree, against other tools: whole processes, interleaved, medians.

python -m benchmarks.speed                                                    transformers
python -m benchmarks.speed --corpus espnet --peers ruff,torchfix,flake8       minutes a round of TorchFix
python -m benchmarks.speed --corpus path/to/tree --peers ruff                 a tree of your own

The unit is `ruff check --no-cache --select E9,F --isolated`. What other tools look for is not what dropcheck looks for:
ripgrep, ast-grep and semgrep match one word or one pattern, TorchFix and flake8 look for much more than dropout.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import tool
from benchmarks.corpora import VERSIONS, Corpus, locate, python_files
from benchmarks.folders import Unavailable, add_cache_option, scratch
from benchmarks.machine import conditions
from benchmarks.measure import Case, Measured, measure, smallest_peak
from benchmarks.peers import PEERS, install
from benchmarks.tables import Unit, comparison

RUFF = "ruff check --select E9,F"
COLD = "dropcheck, no cache"
UNCHANGED = "dropcheck, nothing changed"
ONE_CHANGED = "dropcheck, one file changed"
ONE_JUDGED = "dropcheck, one file changed, with new dropout to judge"
UNITS = (Unit(RUFF, "ruff", cpu=True), Unit(COLD, "dropcheck"))
FAST_PEERS = ("ruff", "rg", "ast-grep", "semgrep")
SLOW = ("semgrep", "torchfix", "flake8")

_SEMGREP_RULE = """\
rules:
  - id: functional-dropout
    pattern: F.dropout(...)
    languages: [python]
    severity: WARNING
    message: functional dropout
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Args:
        corpus: where.
        peers: which other tools.
        rounds: how often.
        slow_rounds: how often the tools that take minutes run.
        cache: the folder of the downloads.
    """

    corpus: Corpus
    peers: tuple[str, ...]
    rounds: int
    slow_rounds: int
    cache: Path


def measured(plan: Plan, tell: Callable[[str], None]) -> Measured:
    """Measure dropcheck and its peers.

    Args:
        plan: what to measure.
        tell: is told what goes on.

    Returns:
        The figures; what this machine or this version does not have is a failure among them.

    Raises:
        Unavailable: if dropcheck does not check the whole corpus.
    """
    check_whole(plan.corpus.folder, plan.corpus.files)
    with scratch(plan.cache) as folder:
        return measure(_makers(plan, folder), plan.rounds, tell)


def check_whole(folder: Path, files: int) -> None:
    """Refuse a tree that is not checked as a whole: what a ``.gitignore`` above it hides would be checked very fast.

    Args:
        folder: the tree.
        files: how many files it has.

    Raises:
        Unavailable: if dropcheck checks more or fewer.
    """
    checked = tool.ask(*tool.cold("check", str(folder))).files
    if checked != files:
        raise Unavailable(f"dropcheck checks {checked} of {files} files in {folder}: is a part of it ignored?")


def _makers(plan: Plan, folder: Path) -> dict[str, Callable[[], Case]]:
    """What makes each case, by its name, in the order of the table."""
    target = str(plan.corpus.folder)
    peers = {_PEER_CASES[name][0]: partial(_peer, name, plan, folder) for name in plan.peers}
    own: dict[str, Callable[[], Case]] = {
        COLD: partial(_cold, target),
        UNCHANGED: partial(_unchanged, target, folder / "cache"),
        ONE_CHANGED: partial(_one_changed, ONE_CHANGED, plan.corpus, folder, _CHANGE),
        ONE_JUDGED: partial(_one_changed, ONE_JUDGED, plan.corpus, folder, _CHANGE + _TO_JUDGE),
    }
    first = {RUFF: peers.pop(RUFF)} if RUFF in peers else {}
    return {**first, **own, **peers}


def _cold(target: str) -> Case:
    return Case(COLD, (*tool.COMMAND, *tool.cold("check", target)), goal="≤ 1.5 ruff, ≤ 150 MiB")


def _unchanged(target: str, cache: Path) -> Case:
    # The round that is not counted fills the cache.
    return Case(UNCHANGED, (*tool.COMMAND, *tool.warm(cache, "check", target)), goal="≤ 0.3 ruff")


_CHANGE = b"\n_CHANGED = 0.%d1\n"
#: Another rate each time, so that nothing is known of the new dropout.
_TO_JUDGE = b"""
import torch


class _Changed(torch.nn.Module):
    def forward(self, x):
        return torch.nn.functional.dropout(x, 0.%d1, training=True)
"""


def _one_changed(name: str, corpus: Corpus, folder: Path, added: bytes) -> Case:
    """The same with a copy of the corpus, one file of which is another one before each run."""
    own = folder / name.replace(", ", "-").replace(" ", "-")
    command = (*tool.COMMAND, *tool.warm(own / "cache", "check", str(own / "copy")))
    shutil.copytree(corpus.folder, own / "copy")
    changing = file_to_change(own / "copy")
    text = changing.read_bytes()
    version = iter(range(sys.maxsize))

    def change() -> None:
        changing.write_bytes(text + added.replace(b"%d", b"%d" % next(version)))

    return Case(name, command, before=change, goal="≤ 0.4 ruff")


def file_to_change(folder: Path) -> Path:
    """A file that is neither trivial nor the worst case: the middle one by size of those that name dropout and torch.

    Args:
        folder: the tree.

    Returns:
        The file, or the middle one of all if none names them.

    Raises:
        Unavailable: if the tree has no Python file.
    """
    files = sorted((path.stat().st_size, path) for path in python_files(folder))
    named = [(size, path) for size, path in files if b"dropout" in (text := path.read_bytes()) and b"torch" in text]
    chosen = named or files
    if not chosen:
        raise Unavailable(f"no Python file in {folder}")
    return chosen[len(chosen) // 2][1]


def _peer(name: str, plan: Plan, folder: Path) -> Case:
    label, arguments, goal = _PEER_CASES[name]
    program = str(install(name, plan.cache))
    here = folder / name
    here.mkdir()
    if name == "semgrep":
        (here / "rule.yaml").write_text(_SEMGREP_RULE, encoding="utf-8")
        # Otherwise its default list leaves out folders such as tests.
        (here / ".semgrepignore").touch()
    rounds = plan.slow_rounds if name in SLOW else None
    return Case(label, (program, *arguments, str(plan.corpus.folder)), folder=here, rounds=rounds, goal=goal)


_PEER_CASES = {
    "ruff": (RUFF, ("check", "--no-cache", "--select", "E9,F", "--isolated"), ""),
    "rg": ("rg -l dropout", ("-l", "dropout"), ""),
    "ast-grep": ("ast-grep, one pattern", ("run", "-l", "python", "-p", "F.dropout($$$)"), "> 1 dropcheck"),
    "semgrep": (
        "semgrep, one pattern",
        (
            *("scan", "--config", "rule.yaml", "--quiet", "--metrics", "off", "--disable-version-check"),
            *("--no-git-ignore", "--max-target-bytes", "0"),
        ),
        "> 1 dropcheck",
    ),
    "torchfix": ("torchfix --select ALL", ("--select", "ALL"), "≥ 300 dropcheck (espnet)"),
    "flake8": ("flake8 --select TOR", ("--isolated", "--select", "TOR"), ""),
}


def table(found: Measured) -> str:
    """The figures as a Markdown table.

    Args:
        found: the figures.
    """
    return comparison(found, [unit for unit in UNITS if unit.case in found.outcomes], smallest_peak())


def peers_of(text: str) -> tuple[str, ...]:
    """Read the option ``--peers``.

    Args:
        text: names, separated by commas; may be empty.

    Returns:
        The names.

    Raises:
        argparse.ArgumentTypeError: if one is unknown.
    """
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"unknown peer {name!r}; choose from {', '.join(PEERS)}")
    return names


def at_least_one(text: str) -> int:
    """Read a number of rounds.

    Args:
        text: the number.

    Returns:
        The number.

    Raises:
        argparse.ArgumentTypeError: if it is none, or smaller than one.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rounds")
    return int(text)


def to_stderr(line: str) -> None:
    """Tell what goes on.

    Args:
        line: one line.
    """
    print(line, file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 2 if the corpus could not be had.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default="transformers", metavar="NAME", help=f"{', '.join(VERSIONS)}, or a folder")
    parser.add_argument("--peers", type=peers_of, default=FAST_PEERS, metavar="NAMES", help=f"some of {','.join(PEERS)}")
    parser.add_argument("--rounds", type=at_least_one, default=7, metavar="N", help="runs of each (default: 7)")
    parser.add_argument(
        "--slow-rounds", type=at_least_one, default=1, metavar="N", help=f"runs of {', '.join(SLOW)} (default: 1)"
    )
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    try:
        corpus = locate(arguments.corpus, arguments.cache)
        plan = Plan(corpus, arguments.peers, arguments.rounds, arguments.slow_rounds, arguments.cache)
        found = measured(plan, to_stderr)
    except Unavailable as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    print(f"## {corpus.title}\n\n{table(found)}\n{conditions(pinned(arguments.peers))}", end="")
    return 0


def pinned(peers: Sequence[str]) -> list[str]:
    """What is installed for peers, for the list of conditions.

    Args:
        peers: their names.
    """
    return sorted({requirement.replace("==", " ") for name in peers for requirement in PEERS[name].requirements})


if __name__ == "__main__":
    sys.exit(main())
