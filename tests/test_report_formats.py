"""The formats for machines: what they print, that others can read it, and that nobody is tricked by it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from format_samples import (
    EVIL_PATH,
    EVIL_REPORT,
    FULL_REPORT,
    MACHINE_FORMATS,
    NOTEBOOK_REPORT,
    OUTSIDE,
    REPORTS,
    TWIN_SOURCE,
    rendered,
)
from report_samples import CLEAN, MULTILINE, NET, NET_FIXED, SAFE, SEVERAL, UNSAFE, WITH_DISMISSED
from snapshots_helper import assert_snapshot

from dropcheck.config.outputs import AUTO, FORMATS
from dropcheck.levels import Confidence
from dropcheck.model import LineIndex, Span
from dropcheck.outcome import Report
from dropcheck.report import formats, grouped
from dropcheck.report.console import ansi
from dropcheck.report.pieces import plain

SCHEMAS = Path(__file__).parent / "schemas"
SUFFIXES = {"json": "json", "json-lines": "jsonl", "gitlab": "json", "sarif": "sarif", "junit": "xml", "rdjson": "json"}
LOGGED = ("github", "azure", "pylint")
ACTIVE = 7  # findings of FULL_REPORT that count


@pytest.mark.parametrize("name", [name for name in MACHINE_FORMATS if name != "json"])
def test_snapshot(name: str) -> None:
    assert_snapshot(f"report.{name}.{SUFFIXES.get(name, 'txt')}", rendered(name, FULL_REPORT))


def test_snapshot_grouped() -> None:
    assert_snapshot("grouped.txt", plain(grouped.layout(SEVERAL)))
    assert_snapshot("grouped.ansi", ansi(grouped.layout(SEVERAL), links=True))


def test_every_format_that_can_be_asked_for_is_there() -> None:
    assert set(FORMATS) == {AUTO, *formats.FORMATS}


@pytest.mark.parametrize("name", MACHINE_FORMATS)
def test_only_findings_that_count(name: str) -> None:
    if name != "sarif":
        assert rendered(name, WITH_DISMISSED) == rendered(name, replace(WITH_DISMISSED, findings=(SAFE,)))


@pytest.mark.parametrize("name", ["json-lines", "github", "azure", "pylint"])
def test_nothing_to_say_about_a_clean_run(name: str) -> None:
    assert rendered(name, CLEAN) == ""


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
@pytest.mark.parametrize("name", ["sarif", "gitlab", "rdjson"])
def test_json_follows_its_published_schema(name: str, report: Report) -> None:
    files = {"sarif": "sarif-2.1.0.json", "gitlab": "gitlab-code-quality.json", "rdjson": "rdjson.json"}
    schema = json.loads((SCHEMAS / files[name]).read_text(encoding="utf-8"))
    document = json.loads(rendered(name, report))
    jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_junit_follows_its_published_schema(report: Report) -> None:
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(rendered("junit", report))


@pytest.mark.parametrize(("name", "file"), [("sarif", "sarif-2.1.0.json"), ("rdjson", "rdjson.json")])
def test_the_schemas_refuse_what_is_wrong(name: str, file: str) -> None:
    schema = json.loads((SCHEMAS / file).read_text(encoding="utf-8"))
    wrong = rendered(name, SEVERAL).replace('"message"', '"massage"')
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(wrong), schema)


# What a CI service or a terminal could be tricked with


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_lets_a_file_give_commands(name: str) -> None:
    if name == AUTO:
        return
    is_text = formats.is_for_people(name)
    text = plain(formats.layout(name, EVIL_REPORT)) if is_text else rendered(name, EVIL_REPORT)
    assert text.isascii() or is_text
    assert all(line.isprintable() for line in text.split("\n"))
    own = {"github": "::error", "azure": "##vso[task.logissue "}.get(name, "\0")
    for line in text.split("\n"):
        foreign = line.removeprefix(own)
        assert not re.search(r"##\w*\[", foreign)
        assert not foreign.lstrip().startswith("::")


@pytest.mark.parametrize("name", ["gitlab", "rdjson", "sarif"])
def test_undecodable_names_make_no_broken_json(name: str) -> None:
    document = json.loads(rendered(name, EVIL_REPORT))
    assert json.dumps(document, ensure_ascii=False).encode("utf-8")  # strict readers refuse lone surrogates


def _github(line: str) -> tuple[dict[str, str], str]:
    """What the runner of GitHub Actions makes of a line."""
    head, _, data = line[2:].partition("::")
    command, _, properties = head.partition(" ")
    assert command in ("error", "warning", "notice")
    decoded = {}
    for part in properties.split(","):
        key, _, value = part.partition("=")
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(code, char)
        decoded[key] = value
    return decoded, data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _azure(line: str) -> tuple[dict[str, str], str]:
    """What the agent of Azure Pipelines makes of a line."""
    start = line.index("##vso[")
    end = line.index("]", start)
    command, _, properties = line[start + len("##vso[") : end].partition(" ")
    assert command == "task.logissue"
    decoded = {}
    for part in filter(None, properties.split(";")):
        key, _, value = part.partition("=")
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3B", ";"), ("%5D", "]"), ("%AZP25", "%")):
            value = value.replace(code, char)
        decoded[key] = value
    return decoded, line[end + 1 :].replace("%0D", "\r").replace("%0A", "\n").replace("%AZP25", "%")


def _shown(path: str) -> str:
    """The path as the services get it: what is not printable and what is a command is written as an escape."""
    return path.replace("\x1b", "\\x1b").replace("\udcff", "\\udcff").replace("##[", "##\\x5b").replace("##vso[", "##vso\\x5b")


@pytest.mark.parametrize(("name", "read", "key"), [("github", _github, "file"), ("azure", _azure, "sourcepath")])
def test_services_get_every_character_back(name: str, read: object, key: str) -> None:
    finding, error = (read(line) for line in rendered(name, EVIL_REPORT).splitlines())  # type: ignore[operator]
    for properties, data in (finding, error):
        assert properties[key] == _shown(f"/repo/{EVIL_PATH}")
        assert "%0A%25%AZP25" in data
        assert "\r" not in data
    assert finding[0].keys() - error[0].keys() >= {"line"} if name == "github" else {"linenumber"}


def test_github_shows_the_help_in_a_row_of_its_own() -> None:
    properties, data = _github(rendered("github", replace(SEVERAL, findings=(SAFE,))).strip())
    assert properties == {
        "title": "dropcheck (DRP101)",
        "file": "/repo/src/net.py",
        "line": "7",
        "col": "13",
        "endLine": "7",
        "endColumn": "30",
    }
    assert data.split("\n") == [f"src/net.py:7:13: DRP101 {SAFE.message}", f"  help: {SAFE.help}"]


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (
            Confidence.HIGH,
            {"github": "::error ", "azure": "type=error;", "gitlab": '"major"', "rdjson": '"ERROR",\n      "code"'},
        ),
        (
            Confidence.MEDIUM,
            {"github": "::warning ", "azure": "type=warning;", "gitlab": '"minor"', "sarif": '"level": "warning"'},
        ),
        (Confidence.LOW, {"github": "::notice ", "azure": "type=warning;", "gitlab": '"info"', "sarif": '"level": "note"'}),
        (Confidence.LOW, {"rdjson": '"INFO"', "json": '"severity": "info"'}),
    ],
)
def test_less_confidence_is_less_severe(confidence: Confidence, words: dict[str, str]) -> None:
    report = replace(SEVERAL, findings=(replace(SAFE, confidence=confidence),))
    for name, word in words.items():
        assert word in rendered(name, report)


# One format each


def test_json_lines_are_the_objects_of_json() -> None:
    lines = rendered("json-lines", SEVERAL).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(rendered("json", SEVERAL))


def test_pylint() -> None:
    first = rendered("pylint", SEVERAL).splitlines()[1]
    assert first == f"src/net.py:7: [DRP101] {SAFE.message}"


def test_junit_counts_add_up() -> None:
    root = ElementTree.fromstring(rendered("junit", FULL_REPORT))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == (str(ACTIVE + 1), str(ACTIVE), "1")
    assert len(root.findall(".//failure")) == ACTIVE
    assert [error.get("message") for error in root.findall(".//error")] == ["is binary"]
    assert root[0].get("name") == OUTSIDE


def test_junit_has_a_test_even_if_there_is_nothing_to_say() -> None:
    root = ElementTree.fromstring(rendered("junit", CLEAN))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")


def test_gitlab_fingerprints_are_distinct_and_paths_relative() -> None:
    issues = json.loads(rendered("gitlab", FULL_REPORT))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == ACTIVE
    assert issues[0]["location"]["path"] == OUTSIDE
    assert issues[2]["location"]["path"] == "src/helper.py"


def _prints(source: str) -> list[str]:
    findings = []
    for match in re.finditer(r"drop\([ \n]*x[ \n]*\)", source):
        findings.append(replace(SAFE, fix=None, path=OUTSIDE, span=Span(*match.span()), qualified_name="f"))
    report = Report(tuple(findings), 1, {OUTSIDE: source})
    return [issue["fingerprint"] for issue in json.loads(rendered("gitlab", report))]


def test_fingerprints_stay_where_code_moves() -> None:
    expected = _prints(TWIN_SOURCE)
    assert len(set(expected)) == 3
    assert _prints("\n\n# moved\n" + TWIN_SOURCE.replace("    x = drop(x)", "    y = 1\n    x  =  drop(x)")) == expected
    assert _prints(TWIN_SOURCE.replace("drop( x )", "drop(\n x )")) == expected
    assert _prints(TWIN_SOURCE.replace("    x = drop(x)\n", "")) == [expected[0], expected[1]]


def test_rdjson_counts_bytes() -> None:
    (diagnostic,) = json.loads(rendered("rdjson", EVIL_REPORT))["diagnostics"]
    before = "x = '\U0001f600é' + "
    assert diagnostic["location"]["range"]["start"] == {"line": 1, "column": len(before.encode()) + 1}


def _suggestions(report: Report) -> list[dict[str, object]]:
    return [each for item in json.loads(rendered("rdjson", report))["diagnostics"] for each in item.get("suggestions", ())]


def test_rdjson_suggests_what_fix_would_do() -> None:
    (suggestion,) = _suggestions(SEVERAL)
    index = LineIndex(NET)
    start, end = (
        index.row_span(suggestion["range"][place]["line"]).start + suggestion["range"][place]["column"] - 1  # type: ignore[index]
        for place in ("start", "end")
    )
    assert NET[:start] + str(suggestion["text"]) + NET[end:] == NET_FIXED
    assert len(_suggestions(replace(SEVERAL, unsafe_fixes=True))) == 2


def test_rdjson_puts_all_edits_into_one_suggestion() -> None:
    assert SAFE.fix is not None
    assert UNSAFE.fix is not None
    both = replace(SAFE.fix, edits=SAFE.fix.edits + UNSAFE.fix.edits)
    (suggestion,) = _suggestions(replace(SEVERAL, findings=(replace(SAFE, fix=both),)))
    assert suggestion["text"] == ", training=self.training)\n        x = F.dropout(x, training=self.training"


def test_multiline_regions() -> None:
    report = replace(SEVERAL, findings=(MULTILINE,))
    (issue,) = json.loads(rendered("gitlab", report))
    assert issue["location"]["positions"] == {"begin": {"line": 9, "column": 13}, "end": {"line": 14, "column": 10}}


# Notebooks


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("github", "::error title=dropcheck (DRP101),file=/repo/nb.ipynb::nb.ipynb:cell 2:3:9: DRP101 "),
        ("azure", "type=error;sourcepath=/repo/nb.ipynb;code=DRP101;]cell 2:3:9: `F"),
        ("pylint", "nb.ipynb:1: [DRP101] cell 2:3:9: `F"),
        ("gitlab", '"description": "DRP101: cell 2:3:9: `F'),
        ("junit", ">cell 2, line 3, col 9, `F"),
        ("rdjson", '"message": "cell 2:3:9: `F'),
        ("sarif", '"text": "cell 2:3:9: `F'),
        ("json", '"cell": 2'),
    ],
)
def test_rows_of_a_cell_are_not_given_for_rows_of_the_file(name: str, words: str) -> None:
    text = rendered(name, NOTEBOOK_REPORT)
    assert words in text
    assert name == "json" or not re.search(r'"(?:startLine|line)": (?!1\b)|line(?:number)?=', text)
    assert name == "json" or "training=self.training)" not in text.replace("training=self.training)`", "")


def test_cells_in_grouped() -> None:
    assert plain(grouped.layout(NOTEBOOK_REPORT)).startswith("nb.ipynb:\n  cell 2:3:9 DRP101 [*] ")


# Hyperlinks


def test_links_are_on_codes_only_and_only_when_wanted() -> None:
    for name in ("full", "concise", "grouped"):
        linked, styled = (ansi(formats.layout(name, SEVERAL), links=links) for links in (True, False))
        links = re.findall(r"\x1b]8;;(https://[^\x1b]+)\x1b\\\x1b\[1;91m(DRP\d+)\x1b\[0m\x1b]8;;\x1b\\", linked)
        assert [code for _, code in links] == [finding.code for finding in SEVERAL.findings]
        assert [url for url, _ in links] == [
            f"https://dropcheck.readthedocs.io/rules/{finding.name}/" for finding in SEVERAL.findings
        ]
        assert re.sub(r"\x1b]8;;[^\x1b]*\x1b\\", "", linked) == styled
