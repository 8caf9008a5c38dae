"""A notebook as one text: its cells in order, each below a row that no Python source can hold.

Through that row the text itself carries where its cells are: across process borders, into reports, and through edits,
which never reach over it since no statement does. Comments above a statement end there, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: As long as the header of a block, which a cell needs whose rows are all indented.
CELL_START = "\0\0\0\0\0\n"
NOTEBOOK_SUFFIX = ".ipynb"

_VISIBLE = re.compile(r"[^\r\n]")


def join_cells(cells: Iterable[str]) -> str:
    """The text of a notebook.

    Args:
        cells: the source of every cell in order; empty for a cell that is not Python.
    """
    return "".join(f"{CELL_START}{cell}\n" for cell in cells)


def split_cells(text: str) -> list[str]:
    """The cells of a text made by :func:`join_cells`.

    Args:
        text: the text of a notebook, edited or not.
    """
    return [cell[:-1] for cell in text.split(CELL_START)[1:]]


def is_notebook(text: str) -> bool:
    """Whether a text is that of a notebook; one without any cell has the text of an empty file.

    Args:
        text: the text of a file.
    """
    return text.startswith(CELL_START)


def blank(text: str) -> str:
    """As many spaces, with the line endings where they are.

    Args:
        text: what is not to be read as Python.
    """
    return _VISIBLE.sub(" ", text)
