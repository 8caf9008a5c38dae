"""The packages to measure on: downloaded once, unpacked, never installed and never run.

python -m benchmarks.corpora                 download all of them and say how large they are
python -m benchmarks.corpora fairseq2        only this one
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.folders import Unavailable, add_cache_option, last_line, made_once
from benchmarks.tables import markdown
from dropcheck.discover import SUFFIXES

#: Package and version, as on PyPI. Changing one makes older figures incomparable.
VERSIONS = {
    "transformers": "5.23.0",
    "espnet": "202511",
    "diffusers": "0.42.1",
    "speechbrain": "1.1.2",
    "fairseq2": "0.8.1",
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """A tree of Python files.

    Args:
        name: what to call it, with its version if it has one.
        folder: where it is.
        files: how many files dropcheck would look at.
        lines: how many lines they have.
        size: their size in bytes.
        named: how many of them have the word "dropout".
    """

    name: str
    folder: Path
    files: int
    lines: int
    size: int
    named: int

    @property
    def title(self) -> str:
        """Name and size, for the head of a table."""
        return f"{self.name} ({self.files:,} files, {self.size / 1e6:.1f} MB)"


def locate(name: str, cache: Path) -> Corpus:
    """The corpus of that name, downloaded if need be, or a folder of the user's own.

    Args:
        name: a key of ``VERSIONS``, or a path.
        cache: the folder of the downloads.

    Returns:
        The corpus.

    Raises:
        Unavailable: if there is no such folder, or the download fails.
    """
    if name in VERSIONS:
        return _measured(f"{name} {VERSIONS[name]}", unpacked(name, cache))
    if not Path(name).is_dir():
        raise Unavailable(f"{name}: neither a folder nor one of {', '.join(VERSIONS)}")
    return _measured(Path(name).name, Path(name).resolve())


def unpacked(package: str, cache: Path, version: str = "") -> Path:
    """The folder that holds the files of a wheel.

    Args:
        package: its name on PyPI.
        cache: the folder of the downloads.
        version: which; by default that of ``VERSIONS``.

    Returns:
        The folder.

    Raises:
        Unavailable: if the download fails.
    """
    version = version or VERSIONS[package]
    # Downloads and unpacked files lie apart, so that nothing but the package is in the folder that is checked.
    downloads = cache / "wheels" / f"{package}-{version}"
    wheels = made_once(downloads, lambda folder: _download(f"{package}=={version}", folder))
    return made_once(cache / "corpora" / f"{package}-{version}", lambda folder: _unpack(wheels, folder))


def _download(requirement: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run = subprocess.run(
        [*command, "--only-binary=:all:", "--dest", folder, requirement], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise Unavailable(f"cannot download {requirement}: {last_line(run.stderr)}")


def _unpack(wheels: Path, folder: Path) -> None:
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)


def python_files(folder: Path) -> list[Path]:
    """The files that dropcheck would look at if it left nothing out.

    Args:
        folder: where to look.
    """
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())


def _measured(name: str, folder: Path) -> Corpus:
    texts = [path.read_bytes() for path in python_files(folder)]
    return Corpus(
        name=name,
        folder=folder,
        files=len(texts),
        lines=sum(text.count(b"\n") for text in texts),
        size=sum(map(len, texts)),
        named=sum(b"dropout" in text.lower() for text in texts),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Download, and print a table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 2 if something could not be downloaded.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=list(VERSIONS), metavar="NAME", help=", ".join(VERSIONS))
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    try:
        corpora = [locate(name, arguments.cache) for name in arguments.names]
    except Unavailable as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    rows = [
        (
            corpus.name,
            f"{corpus.files:,}",
            f"{corpus.lines:,}",
            f"{corpus.size / 1e6:.2f}",
            f"{corpus.named:,}",
            str(corpus.folder),
        )
        for corpus in corpora
    ]
    print(markdown(("Corpus", "Files", "Lines", "MB", "With “dropout”", "Folder"), rows), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
