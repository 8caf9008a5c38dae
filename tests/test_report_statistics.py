import json
from dataclasses import replace

from report_samples import CLEAN, SAFE, SEVERAL, WITH_DISMISSED
from snapshots_helper import assert_snapshot

from dropcheck.report import statistics
from dropcheck.report.pieces import plain


def test_snapshot() -> None:
    many = replace(SEVERAL, findings=SEVERAL.findings + (SAFE,) * 9)
    assert_snapshot("statistics.txt", plain(statistics.layout(many)))


def test_signs_tell_all_some_and_none() -> None:
    lines = plain(statistics.layout(SEVERAL)).splitlines()
    assert lines[0] == "2  DRP101  [-]  missing-training-flag"
    assert lines[1] == "1  DRP102       hardcoded-training-true"
    allowed = plain(statistics.layout(replace(SEVERAL, unsafe_fixes=True))).splitlines()
    assert allowed[1] == "1  DRP102  [*]  hardcoded-training-true"


def test_json() -> None:
    assert json.loads(statistics.render_json(SEVERAL))[0] == {
        "code": "DRP101",
        "name": "missing-training-flag",
        "count": 2,
        "fixable": False,
        "fixable_count": 1,
    }


def test_only_active_findings() -> None:
    assert plain(statistics.layout(WITH_DISMISSED)).startswith("1  DRP101")
    assert plain(statistics.layout(CLEAN)) == ""
    assert statistics.render_json(CLEAN) == "[]\n"
