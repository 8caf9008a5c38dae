"""Which rows of a text can take a comment."""

from __future__ import annotations

import sys

import pytest

from dropcheck.source.rows import read_rows


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("a = 1\nb = 2", set()),
        ("a = (\n    1,\n)\n", set()),
        ("a = '''\nb\n''', c\n", {1, 2}),
        ("a = f'''\n{b}\n''' + c\n", {1, 2}),
        ("a = f'''\n{f'{b}'}\n''', '''\n'''\n", {1, 2, 3}),
        ("a = 1 + \\\n    2\n", {1}),
        ("a = 'b\\\nc'\n", {1}),
        ("a = 1  # not one \\\nb = 2\n", set()),
        ("a = '# no comment'\r\nb = '''\r\n'''\r\n", {2}),
        ("a = 1\rb = '''\r'''\r", {2}),
    ],
)
def test_rows_that_end_in_a_string_or_a_continuation_are_closed(text: str, closed: set[int]) -> None:
    rows = read_rows(text)
    assert rows is not None
    assert rows.closed == closed


def test_comments_are_found() -> None:
    text = "a = '#'  # one\r\n\r\n# two"
    rows = read_rows(text)
    assert rows is not None
    assert {row: text[span.start : span.end] for row, span in rows.comments.items()} == {1: "# one", 3: "# two"}


def test_text_that_python_cannot_read_gives_no_answer() -> None:
    assert read_rows("a = (1\n") is None
    assert read_rows("if a:\n        b\n    c\n") is None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="older Pythons cannot read it")
def test_new_strings_within_strings() -> None:
    rows = read_rows("a = f'{b['c']}'\nd = f'''{\n    e\n}'''\n")
    assert rows is not None
    assert rows.closed == {2, 3}
