"""SARIF: what code scanning services read out of it."""

import json
from dataclasses import replace
from typing import Any

from format_samples import EVIL_PATH, EVIL_REPORT, FULL_REPORT, NOTEBOOK_REPORT, OUTSIDE, rendered
from report_samples import CLEAN, NET, NET_FIXED, SAFE, SEVERAL, UNSAFE

from dropcheck.model import LineIndex
from dropcheck.outcome import BaselineAction, BaselineUse, Report


def _run(report: Report) -> dict[str, Any]:
    run: dict[str, Any]
    (run,) = json.loads(rendered("sarif", report))["runs"]
    return run


def _results(report: Report) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = _run(report)["results"]
    return results


def test_rules_carry_their_help() -> None:
    rule = _run(CLEAN)["tool"]["driver"]["rules"][0]
    assert (rule["id"], rule["name"]) == ("DRP101", "missing-training-flag")
    assert rule["shortDescription"]["text"] == "Functional dropout without its flag is always on."
    assert rule["fullDescription"]["text"] == "A call without `training`."
    assert rule["help"]["text"].startswith("DRP101 missing-training-flag\n=====")
    assert rule["help"]["markdown"].startswith("# missing-training-flag (DRP101)")
    assert "## Why it matters" in rule["help"]["markdown"]
    assert rule["helpUri"].startswith("https://")
    assert [each["defaultConfiguration"]["enabled"] for each in _run(CLEAN)["tool"]["driver"]["rules"]] == [True, False]


def test_rule_index_leads_to_the_rule() -> None:
    run = _run(FULL_REPORT)
    for result in run["results"]:
        if "ruleIndex" in result:
            assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert sum("ruleIndex" in result for result in run["results"]) > 5


def test_uris_are_relative_to_the_repository() -> None:
    run = _run(FULL_REPORT)
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in run["results"]]
    assert places[0] == {"uri": "file:///elsewhere/a%20b.py"}
    assert places[2] == {"uri": "src/helper.py", "uriBaseId": "SRCROOT"}
    assert run["originalUriBaseIds"].keys() == {"SRCROOT"}
    assert "/repo" not in rendered("sarif", SEVERAL)


def test_odd_names_become_uris() -> None:
    place = _results(EVIL_REPORT)[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uriBaseId"] == "SRCROOT"
    assert place["uri"].startswith("%3A%3Astop-commands%3A%3Ax%0D%0A%23%23%5Badd-mask%5Da%2Cb%3Ac%3Bd%5D%250A")
    assert place["uri"].endswith("%1B%5B2J%FF%3C%26%22%27.py")
    assert EVIL_PATH not in rendered("sarif", EVIL_REPORT)


def test_regions_count_code_points_from_one() -> None:
    run = _run(EVIL_REPORT)
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert region == {"startLine": 1, "startColumn": 12, "endLine": 1, "endColumn": 24}


def test_states() -> None:
    results = _results(FULL_REPORT)
    assert len(results) == len(FULL_REPORT.findings) - 1  # too little confidence is not told
    suppressions = [result.get("suppressions") for result in results]
    accepted = {"status": "accepted"}
    assert suppressions[7:] == [
        [{"kind": "inSource", **accepted, "justification": "known [here](there)"}],
        [{"kind": "external", **accepted, "justification": "per-file-ignores"}],
        [{"kind": "inSource", **accepted, "justification": "a prenet"}],
        [{"kind": "inSource", **accepted}],
        None,
    ]
    assert suppressions[:7] == [None] * 7
    assert [result.get("baselineState") for result in results] == [None] * 11 + ["unchanged"]


def test_what_a_baseline_does_not_hold_is_new() -> None:
    use = BaselineUse("known.json", BaselineAction.READ, 1)
    states = [result.get("baselineState") for result in _results(replace(FULL_REPORT, baselines=(use,)))]
    assert states == ["new"] * 7 + [None] * 4 + ["unchanged"]


def test_a_finding_in_a_notebook_names_its_cell() -> None:
    (result,) = _results(NOTEBOOK_REPORT)
    (location,) = result["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "nb.ipynb", "uriBaseId": "SRCROOT"}}
    assert location["logicalLocations"] == [{"name": "cell 2", "kind": "cell"}]
    assert "fixes" not in result


def test_fixes_repair() -> None:
    safe, unsafe = (_results(replace(SEVERAL, findings=(each,)))[0]["fixes"][0] for each in (SAFE, UNSAFE))
    (change,) = safe["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "src/net.py"
    (replacement,) = change["replacements"]
    region, index = replacement["deletedRegion"], LineIndex(NET)
    start = index.row_span(region["startLine"]).start + region["startColumn"] - 1
    end = index.row_span(region["endLine"]).start + region["endColumn"] - 1
    assert NET[:start] + replacement["insertedContent"]["text"] + NET[end:] == NET_FIXED
    assert safe["properties"] == {"applicability": "safe"}
    assert unsafe["properties"] == {"applicability": "unsafe"}
    assert unsafe["description"]["text"] == "Replace `True` with `self.training` (unsafe). It may be Monte-Carlo dropout."


def test_advice_is_no_fix() -> None:
    assert all("fixes" not in _results(replace(SEVERAL, findings=(each,)))[0] for each in SEVERAL.findings[3:])


def test_related_places() -> None:
    (result,) = _results(replace(SEVERAL, findings=(SEVERAL.findings[3],)))
    first, second = result["relatedLocations"]
    assert first["physicalLocation"]["region"]["startLine"] == 5
    assert first["message"]["text"] == "the dropout is here"
    assert second["physicalLocation"] == {"artifactLocation": {"uri": "elsewhere.py", "uriBaseId": "SRCROOT"}}


def test_fingerprints_are_distinct() -> None:
    prints = [result["partialFingerprints"]["dropcheckFingerprint/v1"] for result in _results(FULL_REPORT)]
    assert len(set(prints)) == len(prints)
    # GitHub computes a hash of its own; a value of ours under its key would reopen dismissed alerts.
    assert all(result["partialFingerprints"].keys() == {"dropcheckFingerprint/v1"} for result in _results(FULL_REPORT))


def test_errors_are_notifications() -> None:
    (invocation,) = _run(FULL_REPORT)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "is binary"
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/broken.py"
    assert _run(CLEAN)["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_brackets_in_messages_are_no_links() -> None:
    report = replace(SEVERAL, findings=(replace(SAFE, message="see [x](https://evil.example) and a[0]", help=""),))
    assert _results(report)[0]["message"]["text"] == "see \\[x](https://evil.example) and a[0]"


def test_the_message_says_what_and_what_instead() -> None:
    result = _results(replace(SEVERAL, findings=(SAFE,)))[0]
    assert result["message"]["text"] == f"{SAFE.message}. {SAFE.help}"
    assert result["level"] == "error"


def test_the_place_in_the_code() -> None:
    location = _results(FULL_REPORT)[0]["locations"][0]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "f"}]
    assert OUTSIDE.replace(" ", "%20") in location["physicalLocation"]["artifactLocation"]["uri"]
