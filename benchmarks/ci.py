"""What CI can say about speed: facts, never times.

python -m benchmarks.ci                                  the fixtures and fairseq2
python -m benchmarks.ci --corpus path/to/tree            a tree of your own (can be repeated)

Nothing heavy is loaded before it is needed, every file is checked, and the findings do not depend on how the work is
divided, on what is skipped as irrelevant, or on what the cache remembers. Exit code 1 if one of these does not hold.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dropcheck
from benchmarks import tool
from benchmarks.corpora import Corpus, locate
from benchmarks.folders import Unavailable, add_cache_option, last_line, scratch
from benchmarks.measure import plain_environment
from benchmarks.tables import markdown

#: Slow to import, and of no use for the version or for a file without dropout.
HEAVY = frozenset(
    {"asyncio", "click", "concurrent.futures", "jsonschema", "libcst", "multiprocessing", "pathspec", "pygls", "rich", "torch"}
)
#: Not even the command line is needed for the version.
HEAVY_FOR_VERSION = HEAVY | {"dropcheck.cli", "dropcheck.config", "dropcheck.engine", "dropcheck.rules"}
#: Set, it makes dropcheck analyse every file in full.
NO_SIEVE = "DROPCHECK_NO_SIEVE"

_FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
_CLEAN = "def area(width, height):\n    return width * height\n"
_RIGHT = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, training=self.training)
"""
# What one file says of a call in another one changes with the default.
_HELPER = "import torch.nn.functional as F\n\n\ndef drop(x, p, training={}):\n    return F.dropout(x, p, training)\n"
_CALLER = """\
import torch.nn as nn

from .helper import drop


class Net(nn.Module):
    def forward(self, x):
        return drop(x, 0.5)
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that must hold.

    Args:
        name: what.
        held: whether it does; None if this version has nothing to hold it against.
        detail: the evidence.
    """

    name: str
    held: bool | None
    detail: str


def facts(trees: Sequence[Corpus], cache: Path) -> Iterator[Fact]:
    """Look at everything.

    Args:
        trees: where to compare findings.
        cache: the folder of the downloads; scratch files go there.
    """
    with scratch(cache) as folder:
        yield from _imports(folder)
        for number, tree in enumerate(trees):
            yield from _of_tree(tree, folder / str(number))


def loaded(*arguments: str, environment: Mapping[str, str] | None = None) -> frozenset[str]:
    """The modules that a run of dropcheck has loaded at its end.

    Args:
        arguments: the command line without the program's name.
        environment: variables to set.

    Raises:
        Unavailable: if the run failed.
    """
    script = f"import sys; from dropcheck.__main__ import main; main({list(arguments)!r}); print(*sorted(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**plain_environment(), **(environment or {})},
        check=False,
    )
    if run.returncode:
        raise Unavailable(f"dropcheck {' '.join(arguments)}: {last_line(run.stderr)}")
    return frozenset(last_line(run.stdout).split())


def _imports(folder: Path) -> Iterator[Fact]:
    clean = folder / "clean.py"
    clean.write_text(_CLEAN, encoding="utf-8")
    checking = tool.cold("check", str(clean))
    for name, arguments, heavy in (
        ("--version loads nothing heavy", ("--version",), HEAVY_FOR_VERSION),
        ("checking a file without dropout loads nothing heavy", checking, HEAVY),
    ):
        modules = loaded(*arguments)
        found = sorted(modules & heavy)
        yield Fact(name, not found, ", ".join(found) or f"{len(modules)} modules")
    # Without this, "the same findings without the sieve" could be said of a switch that does nothing.
    name = f"{NO_SIEVE} switches the sieve off"
    if has_switch():
        right = folder / "right.py"
        right.write_text(_RIGHT, encoding="utf-8")
        checking = tool.cold("check", str(right))
        parsed = ["libcst" in loaded(*checking, environment=environment) for environment in ({}, {NO_SIEVE: "1"})]
        yield Fact(name, parsed == [False, True], "LibCST is loaded for a file whose dropout is right")
    else:
        yield Fact(name, None, "not in this version")


def has_switch() -> bool:
    """Whether this version knows the switch."""
    sources = Path(dropcheck.__file__).parent.rglob("*.py")
    return any(NO_SIEVE.encode() in source.read_bytes() for source in sources)


@dataclass(frozen=True, slots=True)
class Results:
    """What is the same however it is computed.

    Args:
        findings: the findings of any confidence, as JSON.
        inventory: the inventory, as JSON.
    """

    findings: bytes
    inventory: bytes

    @property
    def count(self) -> int:
        """How many findings there are."""
        return self.findings.count(b'"code":')


def results(tree: Path, *arguments: str, cache: Path | None = None, sieve: bool = True) -> Results:
    """Check a tree and take its inventory.

    Args:
        tree: the tree.
        arguments: options that both commands know.
        cache: the folder of the cache, or None for none.
        sieve: False to analyse every file that can hold dropout in full.

    Raises:
        Unavailable: if dropcheck could not do its work.
    """
    environment = {**plain_environment(), **({} if sieve else {NO_SIEVE: "1"})}

    def out(command: str, *more: str) -> bytes:
        given = (*arguments, *more, "--output-format", "json", str(tree))
        asked = tool.cold(command, *given)
        if cache is not None and has_cache(command):
            asked = tool.warm(cache, command, *given)
        return tool.ask(*asked, environment=environment).out

    return Results(out("check", "--min-confidence", "low"), out("inventory"))


def has_cache(command: str) -> bool:
    """Whether a command of this version can be told where its cache is.

    Args:
        command: ``check`` or ``inventory``.
    """
    return "--cache-dir" in tool.options(command)


def _of_tree(tree: Corpus, folder: Path) -> Iterator[Fact]:
    checked = tool.ask(*tool.cold("check", str(tree.folder))).files
    yield Fact(f"{tree.name}: every file is checked", checked == tree.files, f"{checked:,} of {tree.files:,}")
    base = results(tree.folder, "--jobs", "1")
    yield _same(f"{tree.name}: the same with two processes", base, results(tree.folder, "--jobs", "2"))
    name = f"{tree.name}: the same without the sieve"
    if has_switch():
        yield _same(name, base, results(tree.folder, sieve=False))
    else:
        yield Fact(name, None, "not in this version")
    yield from _cached(tree, base, folder)


def _cached(tree: Corpus, base: Results, folder: Path) -> Iterator[Fact]:
    if not has_cache("check"):
        yield Fact(f"{tree.name}: the same with a cache", None, "not in this version")
        return
    cache = folder / "cache"
    yield _same(f"{tree.name}: the same while the cache is filled", base, results(tree.folder, cache=cache))
    size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
    yield Fact(f"{tree.name}: the cache is written", size > 0, f"{size:,} bytes")
    yield _same(f"{tree.name}: the same from the cache", base, results(tree.folder, cache=cache))
    copy = Path(shutil.copytree(tree.folder, folder / "copy"))
    yield from _after_change(tree.name, copy, cache=folder / "cache-of-copy")


def _after_change(name: str, copy: Path, cache: Path) -> Iterator[Fact]:
    """Fill the cache, change a helper, and look whether its caller in another file is seen in the new light."""
    added = copy / "added_by_ci"
    added.mkdir()
    (added / "__init__.py").touch()
    (added / "caller.py").write_text(_CALLER, encoding="utf-8")
    (added / "helper.py").write_text(_HELPER.format("False"), encoding="utf-8")
    before = results(copy, cache=cache)
    (added / "helper.py").write_text(_HELPER.format("True"), encoding="utf-8")
    after = results(copy, cache=cache)
    yield _same(f"{name}: the same after a change", results(copy), after)
    evidence = f"{before.count:,} findings, then {after.count:,}"
    yield Fact(f"{name}: a change is seen in other files", after.count == before.count + 1, evidence)


def _same(name: str, base: Results, other: Results) -> Fact:
    if base == other:
        return Fact(name, True, f"{base.count:,} findings")
    differing = "findings" if base.findings != other.findings else "inventories"
    return Fact(name, False, f"the {differing} differ ({base.count:,} and {other.count:,} findings)")


def table(found: Sequence[Fact]) -> str:
    """The facts as a Markdown table.

    Args:
        found: the facts.
    """
    words = {True: "yes", False: "**no**", None: "-"}
    return markdown(("Fact", "Holds", "Evidence"), [(fact.name, words[fact.held], fact.detail) for fact in found])


def main(argv: Sequence[str] | None = None) -> int:
    """Look at everything and print a table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 1 if a fact does not hold, 2 if one could not be looked at.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", action="append", metavar="NAME", help="default: the fixtures and fairseq2")
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    try:
        trees = [locate(name, arguments.cache) for name in arguments.corpus or (str(_FIXTURES), "fairseq2")]
        found = list(facts(trees, arguments.cache))
    except Unavailable as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    print(table(found), end="")
    return 0 if all(fact.held is not False for fact in found) else 1


if __name__ == "__main__":
    sys.exit(main())
