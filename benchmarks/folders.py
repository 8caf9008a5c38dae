"""Where the benchmarks keep what they download, and where they work."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "DROPCHECK_BENCHMARKS"
_COMPLETE = ".complete"


class Unavailable(Exception):  # noqa: N818  (not an error: a peer or a corpus that this machine cannot have)
    """Something that could not be downloaded or built, and why, in one line."""


def add_cache_option(parser: argparse.ArgumentParser) -> None:
    """Let the user choose the folder.

    Args:
        parser: the parser to add ``--cache`` to.
    """
    parser.add_argument(
        "--cache",
        type=Path,
        default=default_folder(),
        metavar="DIR",
        help=f"where downloads are kept (default: ${VARIABLE}, else %(default)s)",
    )


def default_folder() -> Path:
    """The folder that is used unless another one is named."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen)
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "dropcheck-benchmarks"


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Make a folder unless an earlier run has.

    Args:
        folder: the folder.
        make: fills it; if it raises, the next run starts anew.

    Returns:
        The folder, complete.
    """
    if not (folder / _COMPLETE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        (folder / _COMPLETE).touch()
    return folder


@contextmanager
def scratch(cache: Path) -> Iterator[Path]:
    """A folder that is gone afterwards, on the disk that holds the corpora.

    Args:
        cache: the folder of the downloads.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=cache) as folder:
        yield Path(folder)


def last_line(text: str) -> str:
    """The last line that says something: where programs put the reason.

    Args:
        text: what a program printed.
    """
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")
