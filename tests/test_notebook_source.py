"""The text of a notebook, its Python, and the way back into its JSON."""

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebooks_helper import dump, markdown, notebook

from dropcheck.errors import SourceError
from dropcheck.model import LineIndex, Position, Span
from dropcheck.source.cell_index import line_index
from dropcheck.source.cells import blank, is_notebook, join_cells, split_cells
from dropcheck.source.magics import python_of_cell, python_text
from dropcheck.source.notebook import notebook_text
from dropcheck.source.notebook_edit import replace_cells
from dropcheck.source.text import decode_source, encode_source

CELLS = st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30), max_size=4)


@given(CELLS)
def test_cells_go_round(cells: list[str]) -> None:
    text = join_cells(cells)
    assert split_cells(text) == cells
    assert is_notebook(text) == bool(cells)


def test_positions_are_those_in_the_cell() -> None:
    cells = ["a = 1\nb = 2", "", "c = 3\n", "d"]
    text = join_cells(cells)
    index = line_index(text)
    assert index.position(text.index("a")) == Position(1, 1, 1)
    assert index.position(text.index("2")) == Position(2, 5, 1)
    assert index.position(text.index("c")) == Position(1, 1, 3)
    assert index.position(text.index("d")) == Position(1, 1, 4)
    assert index.position(text.index("d") + 1) == Position(1, 2, 4)
    assert index.position(0).cell == 1
    assert str(index.position(text.index("2"))) == "cell 1:2:5"
    part, span = index.view(Span(text.index("3"), text.index("3") + 1))
    assert (part.text, span) == ("c = 3\n", Span(4, 5))
    assert str(LineIndex("a\nb").position(2)) == "2:1"
    assert line_index("a\nb").view(Span(0, 1))[1] == Span(0, 1)


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline", "_                 "),
        ("  !ls", "  _  "),
        ("if x:\n    !ls -la\nelse:\n\t%cd a\n", "if x:\n    _      \nelse:\n\t_    \n"),
        ("x = !ls", "x = _  "),
        ("a.b, c = %pwd  # here", "a.b, c = _           "),
        ("x: list = !ls", "x: list = _  "),
        ("!ls \\\n  -la\ny = 1", "_    \n     \ny = 1"),
        ("!ls \\\r\n  -la\r\ny = 1", "_    \r\n     \r\ny = 1"),
        ("foo?", "_   "),
        ("    foo.bar??  # what", "    _                "),
        ("?foo", "_   "),
        ("/f a b\n,g a\n;h a", "_     \n_   \n_   "),
        ("%%time\nx = 1", "_     \nx = 1"),
        ("%%bash\nls | wc", "      \n       "),
    ],
)
def test_what_is_not_python_is_replaced(cell: str, python: str) -> None:
    assert python_of_cell(cell) == f"{_header(python)}{python}\n"
    ast.parse(python_of_cell(cell))


@pytest.mark.parametrize(
    "cell",
    [
        "x = (a\n% b\n, c)",
        "x = [\n  1\n  , 2\n]",
        "x = '''\n%time\n!ls\nfoo?\n'''",
        'x = """a\\"""\n!ls"""',
        "x = 'a' \\\n  % b",
        "x = y != z",
        "x = 'what?'",
        "x = 1  # what?",
        "# !ls\n#?",
        "x = 'it''s' % y",
        "f(a, b='= !ls')",
        "x = r'\\'% y'\n",
        "x = {'a': '= %d' % 1}",
    ],
)
def test_python_stays(cell: str) -> None:
    ast.parse(cell)
    assert python_of_cell(cell)[6:-1] == cell


PIECES = st.sampled_from(["%", "!", "?", "=", " ", "\n", "\r\n", "'", '"', "'''", "#", "(", ")", "\\", "x", "%%time", "/", "é"])


@given(st.lists(st.lists(PIECES, max_size=14).map("".join), min_size=1, max_size=3))
def test_lengths_and_rows_never_change(cells: list[str]) -> None:
    text = join_cells(cells)
    python = python_text(text)
    assert len(python) == len(text)
    assert blank(python) == blank(text)
    assert "\0" not in python


# Back into the JSON


LAYOUTS: Any = st.sampled_from([{"indent": 1}, {"indent": None}, {"indent": 2, "ensure_ascii": False}])
LINES = st.lists(
    st.sampled_from(["a\n", "b\n", "  é\n", "\n", "c = '\\n'\n", "\U0001f600\n", 'd = "x"\n', "last"]), min_size=1, max_size=7
)


@given(LINES, LINES, LAYOUTS, st.sampled_from(["rows", "string", "parts"]))
def test_any_edit_lands_in_its_cell_and_nowhere_else(old: list[str], new: list[str], layout: Any, form: str) -> None:
    source = "".join(old)
    made = notebook(markdown("# a\n"), "x = 1\n", "a\nb\n")
    made["cells"][2]["source"] = {
        "rows": source.splitlines(keepends=True),
        "string": source,
        "parts": [source[i : i + 3] for i in range(0, len(source), 3)],
    }[form]
    document = json.dumps(made, **layout)
    before = notebook_text(document, "a.ipynb")
    after = join_cells(["", "x = 1\n", "".join(new)])
    edited = replace_cells(document, before, after)
    assert notebook_text(edited, "a.ipynb") == after
    result = json.loads(edited)
    written = result["cells"][2].pop("source")
    made["cells"][2].pop("source")
    assert result == made
    if form == "rows":
        assert written == "".join(new).splitlines(keepends=True)
    start = document.index('"source"', document.index("x = 1"))
    assert edited[:start] == document[:start]
    assert edited[-40:] == document[-40:]


def test_rows_that_did_not_change_keep_their_spelling() -> None:
    document = dump(notebook("a = 1\nb = '\\u00e9'\nc = 3\n")).replace("a = 1", "\\u0061 = 1").replace("\\\\u00e9", "\\u00E9")
    before = notebook_text(document, "a.ipynb")
    edited = replace_cells(document, before, before.replace("c = 3", "c = 4\nd = 5"))
    assert edited == document.replace('"c = 3\\n"', '"c = 4\\n",\n    "d = 5\\n"')


def test_of_a_key_written_twice_the_last_counts() -> None:
    document = '{"cells": [], "nbformat": 4, "cells": [{"source": "x", "cell_type": "code", "source": ["a"]}]}'
    before = notebook_text(document, "a.ipynb")
    assert split_cells(before) == ["a"]
    assert replace_cells(document, before, before.replace("a", "b")) == document.replace('"a"', '"b"')


def test_what_cannot_be_written_back_is_refused() -> None:
    source = decode_source(dump(notebook(markdown("# a"), "")).encode(), "a.ipynb")
    with pytest.raises(SourceError, match="cannot be written back"):
        encode_source(source, join_cells(["x = 1", ""]))


def _header(python: str) -> str:
    return "if 1:\n" if python.startswith(" ") and python.strip() else "     \n"
