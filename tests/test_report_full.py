import re
from dataclasses import replace

import pytest
from report_samples import CLEAN, HOSTILE_REPORT, NET, SAFE, SEVERAL, UNSAFE, WITH_DISMISSED, finding
from snapshots_helper import assert_snapshot

from dropcheck.levels import Applicability, Behaviour
from dropcheck.model import Edit, Fix, Span
from dropcheck.outcome import Report
from dropcheck.report import full
from dropcheck.report.console import ansi
from dropcheck.report.pieces import plain


def _render(report: Report) -> str:
    return plain(full.layout(report))


def _underlined(text: str, span: Span) -> list[str]:
    """What the marks stand under, row by row."""
    item = replace(finding(text, text[span.start : span.end] or text[:1]), path="f.py", span=span)
    lines = _render(Report((item,), 1, {"f.py": text})).splitlines()
    return [lines[number - 1][line.index("^") : line.rindex("^") + 1] for number, line in enumerate(lines) if "^" in line]


def test_snapshot_plain() -> None:
    assert_snapshot("full.txt", _render(SEVERAL))


def test_snapshot_coloured() -> None:
    assert_snapshot("full.ansi", ansi(full.layout(SEVERAL)))


def test_snapshot_hostile() -> None:
    assert_snapshot("full_hostile.txt", _render(HOSTILE_REPORT))


def test_colour_adds_only_colour() -> None:
    coloured = ansi(full.layout(HOSTILE_REPORT))
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == _render(HOSTILE_REPORT)


def test_nothing_to_say_about_a_clean_run() -> None:
    assert _render(CLEAN) == ""


def test_only_active_findings() -> None:
    assert _render(WITH_DISMISSED) == _render(replace(WITH_DISMISSED, findings=(SAFE,)))


def test_star_for_unsafe_fix_only_when_allowed() -> None:
    report = replace(SEVERAL, findings=(UNSAFE,))
    assert "DRP102 [*]" not in _render(report)
    assert "DRP102 [*]" in _render(replace(report, unsafe_fixes=True))


@pytest.mark.parametrize(
    ("behaviour", "train", "evaluation"),
    [
        (Behaviour.ALWAYS_ON, "drops", "drops"),
        (Behaviour.NEVER_ON, "does nothing", "does nothing"),
        (Behaviour.INVERTED, "does nothing", "drops"),
        (Behaviour.FOLLOWS_MODE, "drops", "does nothing"),
    ],
)
def test_says_what_happens_in_each_world(behaviour: Behaviour, train: str, evaluation: str) -> None:
    text = _render(replace(SEVERAL, findings=(replace(SAFE, behaviour=behaviour),)))
    assert f"= train: {train}\n" in text
    assert f"= eval: {evaluation}\n" in text


@pytest.mark.parametrize("behaviour", Behaviour)
def test_every_behaviour_has_words(behaviour: Behaviour) -> None:
    assert "= eval: " in _render(replace(SEVERAL, findings=(replace(SAFE, behaviour=behaviour),)))


def test_no_worlds_for_a_finding_that_is_not_about_a_site() -> None:
    assert "= eval" not in _render(replace(SEVERAL, findings=(replace(SAFE, behaviour=None),)))


@pytest.mark.parametrize("part", ["F.dropout(x, 0.5)", "import torch", "self.training)", "\n\n\nclass"])
def test_marks_stand_under_the_span(part: str) -> None:
    start = NET.index(part)
    rows = [row.strip() for row in part.split("\n") if row]
    assert [row for row in _underlined(NET, Span(start, start + len(part))) if row] == rows


def test_marks_of_a_tabbed_row() -> None:
    assert _underlined("\t\tdrop(x)\n", Span(2, 9)) == ["drop(x)"]


def test_marks_behind_an_escape() -> None:
    assert _underlined("'\x1b' + drop(x)\n", Span(6, 13)) == ["drop(x)"]


def test_crlf_is_not_shown() -> None:
    text = "a = 1\r\ndrop(x)\r\nb = 2\r\n"
    report = Report((finding(text, "drop(x)", path="f.py"),), 1, {"f.py": text})
    assert "\\r" not in _render(report)
    assert "\r" not in _render(report)
    assert _underlined(text, Span(7, 14)) == ["drop(x)"]


def test_span_with_its_line_ending_stays_in_its_row() -> None:
    assert _underlined("drop(x)\nnext\n", Span(0, 8)) == ["drop(x)"]


@pytest.mark.parametrize(("text", "offset", "row"), [("x = (\n", 6, 2), ("", 0, 1), ("x = \x0c(", 6, 1)])
def test_empty_span_at_the_end_is_one_mark(text: str, offset: int, row: int) -> None:
    item = replace(finding(text, ""), path="f.py", span=Span(offset, offset))
    rendered = _render(Report((item,), 1, {"f.py": text}))
    assert f"--> f.py:{row}:" in rendered
    assert rendered.count("^") == 1


def test_middle_of_a_long_span_is_left_out() -> None:
    text = "".join(f"row{number}\n" for number in range(1, 101))
    rendered = _render(Report((finding(text, text[5:-5], path="f.py"),), 1, {"f.py": text}))
    assert "row5\n" in rendered
    assert "...\n" in rendered
    assert "row50" not in rendered
    assert "row98\n" in rendered
    assert len(rendered.splitlines()) < 40


@pytest.mark.parametrize("before", [0, 150, 170, 5000])
def test_long_rows_are_cut_around_the_mark(before: int) -> None:
    text = "a" * before + "drop(x)" + "b" * 5000 + "\n"
    assert _underlined(text, Span(before, before + 7)) == ["drop(x)"]
    rendered = _render(Report((finding(text, "drop(x)", path="f.py"),), 1, {"f.py": text}))
    assert max(map(len, rendered.splitlines())) < 230


def _preview(text: str, *edits: Edit) -> list[str]:
    """The rows below the fix."""
    fix = Fix(Applicability.SAFE, "Mend it", edits)
    item = replace(finding(text, text[:1]), path="f.py", span=Span(0, 1), fix=fix)
    rows = _render(Report((item,), 1, {"f.py": text})).split("(safe, with --fix)\n")[1].splitlines()
    return [row for row in rows if row[2:3] in ("+", "-")]


def test_only_the_rows_that_an_edit_changes() -> None:
    text = "a = (\n    b,\n    c,\n)\n"
    end = text.index("b,") + 1
    assert _preview(text, Edit(Span(end, end), " + 1")) == ["2 -     b,", "2 +     b + 1,"]
    new_row = text.index("    c")
    assert _preview(text, Edit(Span(new_row, new_row), "    x,\n")) == ["3 +     x,"]
    assert _preview(text, Edit(Span(new_row, new_row + 7), "")) == ["3 -     c,"]


def test_edits_far_apart_are_shown_apart() -> None:
    text = "".join(f"row{number}\n" for number in range(1, 8))
    edits = [Edit(Span(place, place + 4), "new") for place in (text.index("row1"), text.index("row6"))]
    assert _preview(text, *edits) == ["1 - row1", "1 + new", "6 - row6", "6 + new"]


def test_a_long_edit_is_cut() -> None:
    text = "".join(f"row{number}\n" for number in range(1, 51))
    rendered = _preview(text, Edit(Span(0, len(text) - 1), "\n".join("x" * 50)))
    assert len(rendered) <= 16


def test_advice_without_edits_shows_no_rows() -> None:
    report = replace(
        SEVERAL, findings=tuple(replace(item, fix=replace(item.fix, edits=())) for item in (SAFE, UNSAFE) if item.fix)
    )
    assert "= advice: " in _render(report)
    assert not re.search(r"^\d+ [-+]", _render(report), re.MULTILINE)
