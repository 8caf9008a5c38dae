"""Draw what three real runs look like on a terminal, for the README.

python docs/screens.py            run them and write docs/images/*.svg
python docs/screens.py --check    write nothing; exit 1 if a picture does not say what the run says
"""

from __future__ import annotations

import argparse
import difflib
import fcntl
import html
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

_ROOT = Path(__file__).resolve().parents[1]
_IMAGES = "docs/images"
_COLUMNS = 80
#: The file that the runs see.
_MODEL = "fixtures/models/attention.py"
SCREENS = {
    "check": ("check", "attention.py"),
    "diff": ("check", "--diff", "attention.py"),
    "inventory": ("inventory", "attention.py"),
}
"""The arguments of each run, by the name of its picture."""

_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_TEXT = re.compile(r'<text class="[^"]*-r\d+" [^>]*?y="(?P<y>[\d.]+)"[^>]*>(?P<text>.*?)</text>', re.DOTALL)


def main(argv: Sequence[str] | None = None, root: Path = _ROOT) -> int:
    """Draw the pictures, or check them.

    Args:
        argv: the arguments; by default those of the process.
        root: the folder that holds docs/ and fixtures/.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a picture is out of date")
    only_check = parser.parse_args(argv).check
    code = 0
    for name, arguments in SCREENS.items():
        path = root / _IMAGES / f"{name}.svg"
        shown = record(arguments, root / _MODEL)
        drawn, told = said(path.read_text(encoding="utf-8")) if path.exists() else [], words(Text.from_ansi(shown).plain)
        if drawn == told:
            continue
        if only_check:
            print(f"{_IMAGES}/{name}.svg: is not what the run says; run python docs/screens.py", file=sys.stderr)
            print(*difflib.unified_diff(drawn, told, "the picture", "the run", lineterm=""), sep="\n", file=sys.stderr)
            code = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(draw(shown, name), encoding="utf-8", newline="\n")
    return code


def record(arguments: Sequence[str], model: Path) -> str:
    """What a terminal of 80 columns receives when a user runs dropcheck.

    Args:
        arguments: of ``dropcheck``.
        model: the file to run it on, which becomes ``attention.py`` in an empty folder.

    Returns:
        A prompt with the command, and the output with its escape sequences.
    """
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "HOME")}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, _COLUMNS, 0, 0))
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(model, Path(folder, "attention.py"))
        command = [sys.executable, "-m", "dropcheck", *arguments]
        # Coloured, but without the progress bar that a slow machine would show.
        environ = {**kept, "TERM": "dumb", "FORCE_COLOR": "1"}
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environ):
            os.close(theirs)
            output = _drain(ours)
    return f"\x1b[1m$ dropcheck {' '.join(arguments)}\x1b[0m\n{output}"


def _drain(terminal: int) -> str:
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:
        pass  # how Linux says that nobody holds the other end any more
    finally:
        os.close(terminal)
    return b"".join(parts).decode().replace("\r\n", "\n")


def draw(shown: str, name: str) -> str:
    """A picture of a terminal.

    Args:
        shown: what the terminal received.
        name: what makes the names in the picture unique on a page.
    """
    console = Console(record=True, file=io.StringIO(), width=_COLUMNS, force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(shown), soft_wrap=True)
    svg = console.export_svg(title="dropcheck", unique_id=f"dropcheck-{name}")
    # A picture in a README must load nothing, and rich has the fonts fetched.
    svg = _FONTS.sub("", svg).replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace")
    return "".join(f"{row.rstrip()}\n" for row in svg.splitlines() if row.strip())


def said(svg: str) -> list[str]:
    """The words of each row of text in a picture.

    Args:
        svg: the picture.
    """
    found: dict[str, str] = {}
    for match in _TEXT.finditer(svg):
        found[match["y"]] = found.get(match["y"], "") + html.unescape(match["text"])
    return words("\n".join(found.values()))


def words(text: str) -> list[str]:
    """The words of each row of a text; a picture has a place for each, and no blanks between them.

    Args:
        text: what a terminal shows.
    """
    return ["".join(row.split()) for row in text.splitlines() if row.strip()]


if __name__ == "__main__":
    sys.exit(main())
