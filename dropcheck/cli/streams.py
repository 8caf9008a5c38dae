"""Where output goes: streams that may be closed or know few characters, files, and whether to use colour."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Mapping
from typing import TextIO

from dropcheck.errors import UserError


def write(text: str, stream: TextIO) -> None:
    """Write all of a text; a reader that has gone away (``dropcheck | head``) is no error.

    Args:
        text: what to write. Line endings stay as they are, characters the stream cannot encode become escapes.
        stream: stdout or stderr.

    Raises:
        UserError: stdout cannot be written, such as to a full disk.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace", newline="")
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _give_up(stream, error)


def write_bytes(data: bytes, stream: TextIO) -> None:
    """Write bytes as they are; a reader that has gone away is no error.

    Args:
        data: what to write.
        stream: stdout or stderr.

    Raises:
        UserError: stdout cannot be written.
    """
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.flush()
    except OSError as error:
        _give_up(stream, error)


def _give_up(stream: TextIO, error: OSError) -> None:
    """Write no more to a stream; raise what its user must know.

    Raises:
        UserError: it is not that the reader has gone away.
    """
    # Python flushes the stream once more when it exits: let that go nowhere.
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, stream.fileno())
    os.close(devnull)
    if not isinstance(error, BrokenPipeError) and stream is sys.stdout:
        from dropcheck.reading import reason  # noqa: PLC0415  (stdout can nearly always be written)

        raise UserError(f"stdout: cannot be written: {reason(error)}") from error


def write_file(path: str, text: str) -> None:
    """Write a text to a file, making the folders above it.

    Args:
        path: the file, which is replaced in one step if it exists.
        text: its content.

    Raises:
        UserError: the file cannot be written.
    """
    from dropcheck.reading import reason  # noqa: PLC0415  (most runs write no file)
    from dropcheck.source.write import write_bytes as replace_file  # noqa: PLC0415

    data = text.encode("utf-8", "backslashreplace")
    if not os.path.exists(path) or os.path.isfile(path):
        replace_file(path, data, path)
        return
    try:
        # A pipe or /dev/stdout, which nothing can take the place of.
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {reason(error)}") from error


def use_color(choice: str, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to colour: ``--color``, then ``NO_COLOR``, then ``FORCE_COLOR``, then what the terminal can do.

    Args:
        choice: the value of ``--color``: auto, always or never.
        environ: the environment; a variable that is empty counts as not set.
        terminal: whether the output goes to a terminal.
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "") not in ("", "0"):
        return True
    return terminal and environ.get("TERM") != "dumb"


def columns(stream: TextIO) -> int | None:
    """How wide the terminal is that a stream goes to; None if it goes to none.

    Args:
        stream: stdout or stderr.
    """
    if not stream.isatty():
        return None
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        # A terminal that does not know its width says 0.
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS


_COLUMNS = 80


#: What is set where a service reads the output line by line for commands.
_RUNNERS = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")


def is_log(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Whether what is printed may come into the log of a CI service, which obeys lines that look like its commands.

    Args:
        environ: the environment.
        stream: stdout. Redirected to a file, it is nobody's log.
    """
    if not any(environ.get(name) for name in _RUNNERS):
        return False
    try:
        return not stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return True


_TERMINALS_WITH_LINKS = frozenset(
    {"Hyper", "WarpTerminal", "WezTerm", "contour", "ghostty", "iTerm.app", "rio", "tabby", "terminology", "vscode"}
)
_TERMS_WITH_LINKS = frozenset({"alacritty", "alacritty-direct", "foot", "foot-extra", "xterm-ghostty", "xterm-kitty"})
_VTE_WITH_LINKS = 5000  # VTE 0.50, the first without bugs of links


def use_links(environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to write hyperlinks: ``FORCE_HYPERLINK``, then what is known of the terminal.

    No terminal can be asked, and some print what they do not know; so this is the list that other tools have come to:
    https://github.com/Alhadis/OSC8-Adoption

    Args:
        environ: the environment.
        terminal: whether the output goes to a terminal.
    """
    if forced := environ.get("FORCE_HYPERLINK"):
        return forced != "0"
    if not terminal or environ.get("TERM") == "dumb":
        return False
    vte = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in _TERMINALS_WITH_LINKS
        or environ.get("TERM") in _TERMS_WITH_LINKS
        or (vte.isdecimal() and int(vte) >= _VTE_WITH_LINKS)
        or any(environ.get(name) for name in ("DOMTERM", "KONSOLE_VERSION", "WT_SESSION"))
    )
