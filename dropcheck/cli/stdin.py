"""``dropcheck check -``: the text comes from standard input, and goes to standard output when it is fixed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dropcheck.errors import UserError
from dropcheck.frozen import dataclass

if TYPE_CHECKING:
    from dropcheck.outcome import Report

STDIN = "-"


@dataclass(frozen=True, slots=True)
class StandardInput:
    """What was read from standard input.

    Args:
        name: the file it is or will be; ``-`` where that was not said.
        raw: its bytes.
    """

    name: str
    raw: bytes

    def fixed(self, report: Report) -> bytes:
        """The bytes with the fixes of a run; those that came in where there are none.

        Args:
            report: the run.

        Raises:
            SourceError: they cannot be written in the encoding of the text.
        """
        from dropcheck.source.text import decode_source, encode_source  # noqa: PLC0415  (only where something is fixed)

        for file in report.fixed:
            if file.before != file.after:
                return encode_source(decode_source(self.raw, file.path), file.after)
        return self.raw


def read_stdin(paths: Sequence[str], name: str | None) -> StandardInput | None:
    """Read standard input if the command line says so.

    Args:
        paths: what the user named.
        name: the value of ``--stdin-filename``.

    Returns:
        What was read; None where files are to be checked.

    Raises:
        UserError: files were named besides.
    """
    if STDIN not in paths and name is None:
        return None
    if tuple(paths) not in ((), (STDIN,)):
        option = STDIN if STDIN in paths else "--stdin-filename"
        raise UserError(f"{option} means standard input, which is checked alone; leave out all other paths")
    return StandardInput(name or STDIN, sys.stdin.buffer.read())
