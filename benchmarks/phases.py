"""Where the time of one cold run goes: CPU seconds of each phase, in one process.

python -m benchmarks.phases                    transformers
python -m benchmarks.phases --corpus FOLDER    a folder of yours
python -m benchmarks.phases --output docs/phases_table.md && python docs/generate.py

Phases exclude those that they contain. What is left, the start of Python and of dropcheck, the configuration, the walk over the
folders and the report, is the first row.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.corpora import VERSIONS, locate
from benchmarks.folders import Unavailable, add_cache_option

_REST = "start, configuration, finding the files, report"


class Phases:
    """CPU time by phase, each without the phases that it contains."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = 0.0

    def _charge(self) -> None:
        now = time.process_time()
        if self._open:
            name = self._open[-1]
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now

    def watch(self, owner: object, attribute: str, phase: str) -> None:
        """Charge the time in a function to a phase.

        Args:
            owner: the module or class that holds the function.
            attribute: its name there.
            phase: the phase.
        """
        function: Callable[..., object] = getattr(owner, attribute)

        @functools.wraps(function)
        def watched(*args: object, **options: object) -> object:
            self._charge()
            self._open.append(phase)
            try:
                return function(*args, **options)
            finally:
                self._charge()
                self._open.pop()

        setattr(owner, attribute, watched)


def measured(folder: str) -> dict[str, float]:
    """CPU seconds by phase of a cold run over a folder, in this process."""
    phases = Phases()
    # What a run loads lazily belongs to no phase but the first; as the command line does, this process runs nothing else.
    from dropcheck.alone import claim  # noqa: PLC0415
    from dropcheck.extract.loading import load_libcst  # noqa: PLC0415

    claim()
    load_libcst()
    from libcst import native  # type: ignore[attr-defined]  # noqa: PLC0415

    from dropcheck.cli import run  # noqa: PLC0415
    from dropcheck.engine import loading, pool  # noqa: PLC0415
    from dropcheck.engine.context import Completion  # noqa: PLC0415
    from dropcheck.engine.looking import Lookers  # noqa: PLC0415
    from dropcheck.engine.slicing import Slices  # noqa: PLC0415
    from dropcheck.engine.workspace import Workspace  # noqa: PLC0415

    phases.watch(loading, "read_bytes", "read the files")
    phases.watch(Lookers, "look", "look at their bytes")
    phases.watch(loading, "together", "look at what they say together")
    for method in ("begin", "whole", "with_names", "with_words"):
        phases.watch(Slices, method, "cut what does not matter")
    phases.watch(native, "parse_module", "parse (LibCST)")
    phases.watch(pool, "extract_one", "extract facts from the trees, offsets included")
    phases.watch(Completion, "run", "link, and find what else matters")
    phases.watch(Workspace, "findings", "judge")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = run(["check", "--no-cache", "--isolated", "--jobs", "1", folder])
    if code not in (0, 1):
        raise Unavailable(f"dropcheck ended with exit code {code} on {folder}")
    return {_REST: time.process_time() - sum(phases.seconds.values()), **phases.seconds}


def table(seconds: dict[str, float]) -> str:
    """The phases as Markdown.

    Args:
        seconds: CPU seconds by phase.
    """
    total = sum(seconds.values())
    rows = [f"| {name} | {spent:.2f} s | {spent / total:.0%} |" for name, spent in seconds.items()]
    return "\n".join(["| Phase | CPU time | Share |", "| --- | --- | --- |", *rows, f"| all | {total:.2f} s | |"]) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 2 if the corpus could not be had.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default="transformers", metavar="NAME", help=f"{', '.join(VERSIONS)}, or a folder")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead")
    add_cache_option(parser)
    options = parser.parse_args(argv)
    try:
        corpus = locate(options.corpus, options.cache)
        text = f"{corpus.title}, one process:\n\n{table(measured(str(corpus.folder)))}"
    except Unavailable as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.output is None:
        print(text, end="")
    else:
        options.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
