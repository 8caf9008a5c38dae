"""Kill ``dropcheck check --fix`` at random moments and look at every file: ``python -m benchmarks.killed_fixes``.

A run works out the fixes of all files. At the moment it begins to write it is forked: the child goes on as any run does and is
killed (SIGKILL) at a random moment, and then every file must be the old one or the new one, byte for byte. They are put back, and
then the next child is forked. In the end the run itself goes on, and must leave nothing but fixed files.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from dropcheck.__main__ import main as dropcheck
from dropcheck.engine import repair

_OLD = """\
import torch.nn.functional as F
from torch import nn


class Net{number}(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5)
"""
_OPTIONS = ("--isolated", "--fix", "--fix-only", "--quiet", "--no-cache")


def kill_fixes(folder: Path, files: int, rounds: int, seed: int) -> Counter[str]:
    """Fix files again and again, and kill that.

    Args:
        folder: an empty folder.
        files: how many files to fix.
        rounds: how often to kill.
        seed: where the moments come from.

    Returns:
        What was found; ``files broken`` and ``temporary files in the end`` must be 0.
    """
    old = {f"net{number:03}.py": _OLD.format(number=number).encode() for number in range(files)}
    new = {name: text.replace(b"0.5)", b"0.5, training=self.training)") for name, text in old.items()}
    found: Counter[str] = Counter()

    def put_back() -> None:
        for name, text in old.items():
            (folder / name).write_bytes(text)

    def look() -> None:
        texts = {name: (folder / name).read_bytes() for name in old}
        fixed = sum(texts[name] == new[name] for name in old)
        found["kills"] += 1
        found["kills while files were replaced"] += 0 < fixed < files
        found["files old"] += sum(texts[name] == old[name] for name in old)
        found["files new"] += fixed
        found["files broken"] += sum(texts[name] not in (old[name], new[name]) for name in old)
        found["kills that left a temporary file"] += len(os.listdir(folder)) > files

    def is_done() -> bool:
        return all((folder / name).read_bytes() == text for name, text in new.items())

    put_back()
    with _Forks(rounds, random.Random(seed), is_done, look, put_back):
        dropcheck((*_OPTIONS, str(folder)))
    found["files broken"] += sum((folder / name).read_bytes() != new[name] for name in old)
    found["temporary files in the end"] = len(os.listdir(folder)) - files
    return found


class _Forks:
    """Has a run forked where it begins to write, each child killed but the last, and the last waited for."""

    def __init__(
        self,
        rounds: int,
        moments: random.Random,
        is_done: Callable[[], bool],
        look: Callable[[], None],
        put_back: Callable[[], None],
    ) -> None:
        self._rounds = rounds
        self._moments = moments
        self._is_done = is_done
        self._look = look
        self._put_back = put_back
        self._write = repair._write
        self._is_child = False

    def __enter__(self) -> None:
        def write(*arguments: object) -> None:
            if self._rounds:
                self._fork()
            self._write(*arguments)  # type: ignore[arg-type]

        repair._write = write  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        repair._write = self._write
        if self._is_child:
            os._exit(0)

    def _fork(self) -> None:
        """Return in each child; in the parent only when all are done."""
        rounds, self._rounds = self._rounds, 0
        whole = 0.0
        for number in range(rounds + 1):
            start = time.monotonic()
            child = os.fork()
            if not child:
                self._is_child = True
                return
            if number == 0:  # to know how long it takes
                while not self._is_done():
                    time.sleep(0.0005)
                whole = time.monotonic() - start
                os.waitpid(child, 0)
            else:
                time.sleep(self._moments.uniform(0, whole))
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                self._look()
            self._put_back()


def main() -> int:
    """Print the figures; 1 if a file was broken or a temporary file stayed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = kill_fixes(Path(folder), options.files, options.rounds, options.seed)
    for name, count in found.items():
        print(f"{name}: {count}")
    return int(bool(found["files broken"] or found["temporary files in the end"]))


if __name__ == "__main__":
    sys.exit(main())
