"""How serious findings are, what makes a run fail, which findings are repaired: options for teams, through the command line."""

import json
from pathlib import Path

import pytest
from cli_project import BAD, GOOD, UNSAFE, Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    project = Project(tmp_path, monkeypatch, capsys)
    project.write("a.py", BAD)
    project.write("b.py", UNSAFE)
    return project


def configure(project: Project, text: str) -> None:
    project.write("dropcheck.toml", text)


def severities(project: Project, *arguments: str) -> dict[str, str]:
    out = project.run("--output-format", "json", *arguments)[1]
    return {item["code"]: item["severity"] for item in json.loads(out)}


def test_severity_by_confidence(project: Project) -> None:
    assert severities(project) == {"DRP101": "error", "DRP102": "error"}


def test_severity_of_the_narrower_selector(project: Project) -> None:
    configure(project, 'severity = { hardcoded-training-true = "info", DRP1 = "warning", ALL = "error" }')
    assert severities(project) == {"DRP101": "warning", "DRP102": "info"}


def test_severity_in_formats(project: Project) -> None:
    configure(project, 'severity = { DRP101 = "warning", DRP102 = "info" }')
    github = project.run("--output-format", "github")[1]
    assert "::warning title=dropcheck (DRP101)" in github
    assert "::notice title=dropcheck (DRP102)" in github
    sarif = json.loads(project.run("--output-format", "sarif")[1])
    assert [result["level"] for result in sarif["runs"][0]["results"]] == ["warning", "note"]


@pytest.mark.parametrize(("level", "code", "told"), [("info", 1, 0), ("warning", 1, 1), ("error", 0, 2)])
def test_fail_on(project: Project, level: str, code: int, told: int) -> None:
    configure(project, 'severity = { DRP101 = "warning", DRP102 = "info" }')
    result, out, err = project.run("--fail-on", level, "--output-format", "concise")
    assert (result, len(out.splitlines())) == (code, 2)
    assert ("do not fail the run" in err) == bool(told)
    assert not told or f"{told} of them less serious than {level}" in err


def test_fail_on_from_the_configuration_and_its_variable(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(project, 'fail-on = "error"\nseverity = { ALL = "warning" }')
    assert project.run()[0] == 0
    monkeypatch.setenv("DROPCHECK_FAIL_ON", "warning")
    assert project.run()[0] == 1


def test_fail_on_hides_no_error(project: Project) -> None:
    configure(project, 'fail-on = "error"\nseverity = { ALL = "info" }')
    project.write("c.py", b"# coding: nonsense\n" + BAD.encode())
    assert project.run()[0] == 2


def test_unfixable(project: Project) -> None:
    code, out, err = project.run("--fix", "--unsafe-fixes", "--unfixable", "DRP101", "--output-format", "json")
    assert (project.read("a.py"), project.read("b.py")) == (BAD, GOOD)
    assert err == "Fixed 1 finding in 1 file, 1 left.\n"
    (left,) = json.loads(out)
    assert (code, left["code"], left["fix"]["applicability"], left["fix"]["edits"]) == (1, "DRP101", "display", [])


@pytest.mark.parametrize(
    ("arguments", "fixed"),
    [
        (("--fixable", "hardcoded-training-true"), {"b.py"}),
        (("--fixable", "DRP1", "--unfixable", "DRP102"), {"a.py"}),
        (("--fixable", "DRP102", "--unfixable", "DRP1"), {"b.py"}),
        (("--unfixable", "ALL"), set()),
    ],
)
def test_the_narrower_selector_decides_what_is_fixed(project: Project, arguments: tuple[str, ...], fixed: set[str]) -> None:
    project.run("--fix", "--unsafe-fixes", *arguments)
    assert {name for name in ("a.py", "b.py") if project.read(name) == GOOD} == fixed


def test_extend_safe_fixes(project: Project) -> None:
    configure(project, 'extend-safe-fixes = ["DRP102"]')
    assert project.run("--fix")[0] == 0
    assert project.read("b.py") == GOOD


def test_extend_unsafe_fixes(project: Project) -> None:
    configure(project, 'extend-safe-fixes = ["DRP1"]\nextend-unsafe-fixes = ["DRP101"]')
    err = project.run("--fix")[2]
    assert (project.read("a.py"), project.read("b.py")) == (BAD, GOOD)
    assert "1 fixable with --fix --unsafe-fixes" in err
    assert "The configuration says" in project.run("a.py")[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('severity = "error"', "'severity' must be a table of codes or names, each with one of 'error', 'warning', 'info'"),
        ('severity = { DRP101 = "fatal" }', "'severity' for 'DRP101' must be one of 'error', 'warning', 'info', not 'fatal'"),
        ("severity = { DRP101 = 2 }", "'severity' for 'DRP101' must be one of 'error', 'warning', 'info', not a number"),
        ('severity = { DRP777 = "info" }', "no rule is called 'DRP777'"),
        ('fail-on = "errors"', "'fail-on' must be one of 'error', 'warning', 'info', not 'errors'; did you mean 'error'?"),
        ('unfixable = ["nope"]', "no rule is called 'nope'"),
        ('extend-safe-fixes = ["nope"]', "no rule is called 'nope'"),
    ],
)
def test_wrong_values(project: Project, text: str, message: str) -> None:
    configure(project, text)
    code, out, err = project.run()
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
