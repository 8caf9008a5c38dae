"""The cells of a notebook that are Python; those that do not parse do not spoil the others."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from dropcheck.extract.parse import parse_module
from dropcheck.extract.syntax import syntax_error
from dropcheck.facts import SyntaxErrorFact
from dropcheck.model import Span
from dropcheck.sieve.words import parses
from dropcheck.source.cells import blank, split_cells
from dropcheck.source.magics import is_no_python, python_of_cell, python_text


def readable(text: str, *, thorough: bool = False) -> tuple[str, tuple[SyntaxErrorFact, ...]]:
    """What of a notebook can be parsed.

    Args:
        text: the text of a notebook.
        thorough: ask LibCST about every cell, which takes longer; what Python's parser accepts, it nearly always does.

    Returns:
        Python of the same length and with the same rows, in which cells that do not parse are blank; and why they do not.
    """
    python = python_text(text)
    if not thorough and parses(python):
        return python, ()
    cells: list[str] = []
    errors: list[SyntaxErrorFact] = []
    start = 0
    for source in split_cells(text):
        cell = python_of_cell(source)
        # LibCST knows syntax newer than the running Python.
        error = None if not thorough and parses(cell) else _error(cell)
        cells.append(cell if error is None else blank(cell))
        if error is not None and not is_no_python(source):
            errors.append(replace(error, span=Span(start + error.span.start, start + error.span.end)))
        start += len(cell)
    return "".join(cells), tuple(errors)


def _error(cell: str) -> SyntaxErrorFact | None:
    try:
        parse_module(cell)
    except (cst.ParserSyntaxError, cst.CSTValidationError) as error:
        return syntax_error(cell, error)
    return None
