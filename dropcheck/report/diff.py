"""``--diff``: what ``--fix`` would change, as a unified diff."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterator

from dropcheck.outcome import FixedFile, Report
from dropcheck.report.escape import disarmed_log, visible, visible_source
from dropcheck.report.pieces import Piece, Role
from dropcheck.source.cells import is_notebook, split_cells

_NO_NEWLINE = "\\ No newline at end of file\n"


def layout(report: Report, *, escape: bool) -> Iterator[Piece]:
    """One diff a changed file, in the form ``patch -p0`` and ``git apply -p0`` take; for a notebook, one a changed cell, to read.

    Args:
        report: the run.
        escape: write control characters of the source as escapes. A terminal needs that; a patch must keep every
            character (a carriage return, for one) to be applicable.
    """
    for file in report.fixed:
        if file.before != file.after:
            for line in _cell_lines(file) if is_notebook(file.before) else _lines(file):
                yield Piece(_escaped(line) if escape else line, _role(line))


def _lines(file: FixedFile) -> Iterator[str]:
    name = visible(file.path)
    if " " in name:
        name += "\t"  # patch takes a name with a space in it only up to a tab
    for line in difflib.unified_diff(_split(file.before), _split(file.after), name, name):
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _cell_lines(file: FixedFile) -> Iterator[str]:
    cells = zip(split_cells(file.before), split_cells(file.after), strict=True)
    for number, (before, after) in enumerate(cells, 1):
        name = f"{visible(file.path)}:cell {number}"
        yield from difflib.unified_diff(_split(_ended(before)), _split(_ended(after)), name, name)


def _ended(cell: str) -> str:
    # The last row of a cell hardly ever ends in a newline, which is not worth a line.
    return cell if cell.endswith("\n") else f"{cell}\n"


def _split(text: str) -> list[str]:
    # Not str.splitlines: to a patch a line ends in a newline and nothing else.
    return io.StringIO(text).readlines()


def _role(line: str) -> Role:
    if line.startswith(("---", "+++")):
        return Role.LABEL
    return {"+": Role.ADDED, "-": Role.REMOVED, "@": Role.HUNK}.get(line[:1], Role.PLAIN)


def _escaped(line: str) -> str:
    return disarmed_log("\n".join("".join(visible_source(part.removesuffix("\r"))) for part in line.split("\n")))
