"""Fuzz dropcheck with atheris (``pip install -e '.[fuzz]'``): ``python tests/fuzz [TARGET ...] [--runs N]``.

Each target runs in a process of its own, with the coverage of dropcheck as its guide. An input that makes one fail is written to
``fuzz-TARGET-...``; once it is mended, it belongs into ``tests/fuzz/found/TARGET/``, from where the tests run it for ever.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
#: So many inputs for each target in CI; together they take less than a minute.
RUNS = {"source": 5_000, "suppressions": 40_000, "config": 10_000, "notebook": 100_000}


def main() -> int:
    """Fuzz the targets that the command line names.

    Returns:
        The exit code: 1 if one failed.
    """
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(RUNS)}; by default all")
    parser.add_argument("--runs", type=int, help="inputs for each target; by default those of CI, which take a minute")
    parser.add_argument("--seed", type=int, default=1, help="another one tries other inputs")
    parser.add_argument("--corpus", type=Path, help="a folder to keep what reaches new code in, for the next time")
    parser.add_argument("--in-process", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    unknown = set(given.targets) - set(RUNS)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if given.in_process:
        _fuzz(given.targets[0], given.runs, given.seed, given.corpus)
    return max(_start(target, given) for target in given.targets or RUNS)


def _start(target: str, given: argparse.Namespace) -> int:
    runs = given.runs or RUNS[target]
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(given.corpus or scratch, target)
        corpus.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            str(HERE),
            "--in-process",
            target,
            f"--runs={runs}",
            f"--seed={given.seed}",
            f"--corpus={corpus}",
        ]
        begin = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    if done.returncode:
        print(done.stdout[-8000:])
    outcome = "FAILED" if done.returncode else "held"
    print(f"{target}: {outcome}, {runs:,} inputs in {time.monotonic() - begin:.0f} s", flush=True)
    return min(done.returncode, 1)


def _fuzz(target: str, runs: int, seed: int, corpus: Path) -> None:
    """Fuzz one target; does not return."""
    import atheris  # noqa: PLC0415  (only where it is installed)

    # The checkout's, not one that is installed.
    sys.path[:0] = [str(HERE), str(HERE.parents[1])]
    with atheris.instrument_imports(include=["dropcheck"]):
        from targets import TARGETS  # noqa: PLC0415  (instrumented while it is loaded)
    from seeds import LARGEST, WORDS, seeds  # noqa: PLC0415  (found by then)

    for number, content in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(content)
    words = corpus.with_suffix(".words")
    escaped = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in WORDS[target])
    words.write_text("".join(f'"{word}"\n' for word in escaped))
    options = [
        f"-dict={words}",
        f"-runs={runs}",
        f"-seed={seed}",
        f"-max_len={LARGEST}",
        "-timeout=60",
        f"-artifact_prefix=fuzz-{target}-",
    ]
    atheris.Setup([sys.argv[0], str(corpus), *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
