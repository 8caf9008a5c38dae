"""Where output goes: streams that may be closed or know few characters, files, and whether to use colour."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import TextIO

from dropcheck.errors import UserError


def write(text: str, stream: TextIO) -> None:
    """Write all of a text; a reader that has gone away (``dropcheck | head``) is no error.

    Args:
        text: what to write. Line endings stay as they are, characters the stream cannot encode become escapes.
        stream: stdout or stderr.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace", newline="")
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)


def write_bytes(data: bytes, stream: TextIO) -> None:
    """Write bytes as they are; a reader that has gone away is no error.

    Args:
        data: what to write.
        stream: stdout or stderr.
    """
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)


def _silence(stream: TextIO) -> None:
    # Python flushes the stream once more when it exits: let that go nowhere.
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, stream.fileno())
    os.close(devnull)


def write_file(path: str, text: str) -> None:
    """Write a text to a file, making the folders above it.

    Args:
        path: the file, which is replaced if it exists.
        text: its content.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"{path}: cannot write the output file: {error.strerror or error}") from error


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
