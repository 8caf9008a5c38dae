import pytest

from dropcheck.report.escape import display_width, visible, visible_source


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [red]text[/]", "plain [red]text[/]"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\tb\r\n", "a\\tb\\r\\n"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("\u202egnp.py", "\\u202egnp.py"),
        ("\u2028", "\\u2028"),
        ("\udcff", "\\udcff"),
        ("é漢\u00a0\u3000", "é漢\u00a0\u3000"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_source_keeps_one_entry_a_character() -> None:
    assert visible_source("\tx\x1b") == ("    ", "x", "\\x1b")


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("", 0)])
def test_display_width(text: str, width: int) -> None:
    assert display_width(text) == width
