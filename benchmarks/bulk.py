"""Check and fix tens of thousands of files of other people, and see that nothing breaks.

python -m benchmarks.bulk                      CPython's library and every package, some 30,000 files
python -m benchmarks.bulk django sympy         only these
python -m benchmarks.bulk --stdlib Python-3.13.1/Lib
                                               with the library and the test suite of an unpacked CPython

Of each tree: ``dropcheck check`` with every rule must end with the right exit code and say something wrong of no file; then
a copy is repaired with every fix, unsafe ones too, and refactored. What compiled must still compile, and no line may change but
those that a fix names. The row of a tree is also printed on stderr as soon as it is known.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.bulk_run import Result, examine
from benchmarks.corpora import VERSIONS, python_files, unpacked
from benchmarks.folders import Unavailable, add_cache_option, scratch
from benchmarks.machine import conditions
from benchmarks.tables import markdown

STDLIB = "cpython"
#: Package and version, as on PyPI: dropout by the hundred in the first, all of Python's syntax in the others.
BULK = VERSIONS | {
    "astropy": "8.0.2",
    "django": "5.2.19",
    "homeassistant": "2024.3.3",
    "jedi": "0.20.1",
    "keras": "3.15.1",
    "lightning": "2.6.6",
    "monai": "1.6.1",
    "mypy": "2.4.1",
    "networkx": "3.6.1",
    "numba": "0.68.1",
    "paddlenlp": "2.8.1",
    "pandas": "3.1.1",
    "peft": "0.21.2",
    "scikit-learn": "1.9.1",
    "sympy": "1.14.0",
    "timm": "1.0.31",
    "torch-geometric": "2.8.1",
    "twisted": "26.10.0",
}
HEADER = (
    "Tree",
    "Files",
    "Findings",
    "Do not parse",
    "Unreadable",
    "Exit code",
    "Fixed",
    "Refactored",
    "Crashes",
    "Broken",
    "Changed elsewhere",
)


def trees(names: Sequence[str], stdlib: Path, cache: Path) -> Iterator[tuple[str, Path]]:
    """What to examine, each with its name.

    Args:
        names: of packages, and ``cpython``.
        stdlib: the library of CPython.
        cache: the folder of the downloads.

    Raises:
        Unavailable: a download fails, or there is no such package.
    """
    for name in names:
        if name == STDLIB:
            yield f"{STDLIB} ({stdlib.name})", stdlib
        elif name in BULK:
            yield f"{name} {BULK[name]}", unpacked(name, cache, BULK[name])
        else:
            raise Unavailable(f"{name}: not one of {STDLIB}, {', '.join(BULK)}")


def copied(tree: Path, folder: Path) -> Path:
    """A copy of the Python files of a tree.

    Args:
        tree: the tree.
        folder: where the copy goes.
    """
    for file in python_files(tree):
        target = folder / file.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return folder


def row(name: str, result: Result) -> tuple[str, ...]:
    """A row of the table.

    Args:
        name: what was examined.
        result: what was seen.
    """
    numbers = (result.files, result.findings, result.unparsable, result.unreadable)
    code = f"{result.code}" if result.code == result.expected else f"**{result.code}, not {result.expected}**"
    problems = (len(result.crashes), len(result.broken), len(result.elsewhere))
    counts = (result.fixed, result.refactored, *problems)
    return (name, *(f"{number:,}" for number in numbers), code, *(f"{number:,}" for number in counts))


def main(argv: Sequence[str] | None = None) -> int:
    """Examine the trees, and print a table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 1 if anything went wrong in a tree, 2 if one could not be had.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=[STDLIB, *BULK], metavar="NAME", help=f"{STDLIB}, {', '.join(BULK)}")
    library = Path(sysconfig.get_path("stdlib"))
    parser.add_argument(
        "--stdlib", type=Path, default=library, metavar="DIR", help="the library of CPython (default: %(default)s)"
    )
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    results: list[tuple[str, Result]] = []
    try:
        for name, tree in trees(arguments.names, arguments.stdlib, arguments.cache):
            print(f"examining {name}", file=sys.stderr)
            with scratch(arguments.cache) as folder:
                results.append((name, examine(copied(tree, folder / "tree"))))
            print(markdown(HEADER, [row(*results[-1])]), *results[-1][1].problems, sep="\n", file=sys.stderr, flush=True)
    except Unavailable as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    total = sum((result for _, result in results), Result())
    print(markdown(HEADER, [*(row(name, result) for name, result in results), row("All", total)]))
    print("".join(f"- {problem}\n" for problem in total.problems), end="")
    print(conditions(), end="")
    return 1 if total.problems else 0


if __name__ == "__main__":
    sys.exit(main())
