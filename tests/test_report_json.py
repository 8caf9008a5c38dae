import json
from dataclasses import replace

from report_samples import CLEAN, CONTEXT, HOSTILE_PATH, HOSTILE_REPORT, NET, SAFE, SEVERAL, WITH_DISMISSED
from snapshots_helper import assert_snapshot

from dropcheck.model import LineIndex, Span
from dropcheck.outcome import Report
from dropcheck.report import json_report

FIELDS = {
    "cell",
    "code",
    "name",
    "message",
    "severity",
    "confidence",
    "url",
    "filename",
    "location",
    "end_location",
    "fix",
    "noqa_row",
    "related",
}


def _items(report: Report) -> list[dict[str, object]]:
    items = json.loads(json_report.render(report, CONTEXT))
    assert isinstance(items, list)
    return items


def test_snapshot() -> None:
    assert_snapshot("report.json", json_report.render(SEVERAL, CONTEXT))


def test_fields_stay() -> None:
    for item in _items(SEVERAL):
        assert set(item) == FIELDS


def test_places_count_from_one_and_end_behind_the_last_character() -> None:
    item = _items(SEVERAL)[1]
    assert item["location"] == {"row": 7, "column": 13}
    assert item["end_location"] == {"row": 7, "column": 30}


def test_edits_make_the_fix() -> None:
    (edit,) = _items(replace(SEVERAL, findings=(SAFE,)))[0]["fix"]["edits"]  # type: ignore[index]
    index = LineIndex(NET)
    start, end = (index.row_span(edit[place]["row"]).start + edit[place]["column"] - 1 for place in ("location", "end_location"))
    assert NET[:start] + edit["content"] + NET[end:] == NET.replace("0.5)", "0.5, training=self.training)")


def test_advice_is_a_fix_without_edits() -> None:
    assert _items(SEVERAL)[-1]["fix"] == {"applicability": "display", "message": "Write 0.5", "edits": []}


def test_no_fix_is_null() -> None:
    assert _items(SEVERAL)[0]["fix"] is None


def test_filename_is_absolute() -> None:
    assert [item["filename"] for item in _items(SEVERAL)][:2] == ["/repo/src/helper.py", "/repo/src/net.py"]
    absolute = replace(SAFE, path="/other/net.py")
    report = replace(SEVERAL, findings=(absolute,), sources={"/other/net.py": NET})
    assert _items(report)[0]["filename"] == "/other/net.py"


def test_noqa_row_is_the_last_row_of_the_statement() -> None:
    scope = Span(NET.index("x = F.scaled"), NET.index("return") - len("        "))
    report = replace(SEVERAL, findings=(replace(SEVERAL.findings[3], scope=scope),))
    assert _items(report)[0]["noqa_row"] == 14


def test_only_active_findings() -> None:
    assert len(_items(WITH_DISMISSED)) == 1
    assert json_report.render(CLEAN, CONTEXT) == "[]\n"


def test_ascii_only_and_lossless() -> None:
    text = json_report.render(HOSTILE_REPORT, CONTEXT)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    # But for bytes that are no text: many readers refuse a document for a lone surrogate.
    assert json.loads(text)[0]["filename"] == f"/repo/{HOSTILE_PATH}".replace("\udcff", "\\udcff")
