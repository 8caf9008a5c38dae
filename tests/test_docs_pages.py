"""The pages that explain and compare: their code behaves as they say, and their commands run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD, Project
from markdown import ROOT, fences, read, table, tables
from notebooks_helper import dump, notebook

import dropcheck
from dropcheck import Finding, State
from dropcheck.rules import ALL_RULES

#: Pages whose commands other tests run: on git repositories, with other tools, under torch, with all of their output.
ELSEWHERE = {"audit.md", "baseline.md", "ci.md", "editors.md", "other-tools.md"}
PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md") if path.name not in ELSEWHERE)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    made = Project(tmp_path, monkeypatch, capsys)
    made.write("src/model.py", BAD)
    made.write("train.ipynb", dump(notebook(BAD)))
    return made


def commands(page: str) -> list[str]:
    """The dropcheck commands of a page, without their comments."""
    text = read(f"docs/{page}")
    rows = [row.removeprefix("$ ") for kind in ("bash", "console") for block in fences(text, kind) for row in block.splitlines()]
    found = [" ".join(shlex.split(row, comments=True)) if "<" not in row else row for row in rows if row.startswith("dropcheck ")]
    return [row for row in found if "| source" not in row]


def active(source: str) -> list[Finding]:
    return [finding for finding in dropcheck.check_source(source) if finding.state is State.ACTIVE]


@pytest.mark.parametrize(("page", "command"), [(page, command) for page in PAGES for command in commands(page)])
def test_command(project: Project, page: str, command: str) -> None:
    for name in (word for word in command.split() if word.endswith(".py") and word != "fixed.py"):
        project.write(name, BAD)
    if "<" in command:
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        shell = command.replace("dropcheck", f"{shlex.quote(sys.executable)} -m dropcheck", 1)
        done = subprocess.run(["bash", "-c", shell], cwd=project.folder, env=environ, capture_output=True, text=True, check=False)
        code, err = done.returncode, done.stderr
    else:
        code, _, err = project.run(*command.split()[1:])
    assert code in (0, 1), err
    assert "error" not in err


def test_commands_are_found() -> None:
    assert "dropcheck check --diff src" in commands("index.md")
    assert len([command for page in PAGES for command in commands(page)]) > 20


# Why dropout stays on

WHY = read("docs/why.md")


def test_only_the_forgotten_flag_is_found() -> None:
    forms, noticing = fences(WHY, "python")
    assert [finding.qualified_name for finding in active(forms)] == ["Forgotten.forward"]
    assert [finding.code for finding in active(noticing)] == ["DRP101"]


def test_the_table_names_rules_that_exist() -> None:
    names = {rule.code: rule.name for rule in ALL_RULES}
    cells = [row[2] for row in table(WHY)[1:]]
    assert len(cells) == 6
    for cell in cells:
        match = re.fullmatch(r"\[(DRP\d+)\]\(rules/([\w-]+)\.md\)", cell)
        assert match is not None
        assert names[match[1]] == match[2]


# Monte-Carlo dropout


@pytest.mark.parametrize("source", fences(read("docs/monte-carlo.md"), "python"))
def test_nothing_is_said_of_dropout_that_is_meant(source: str) -> None:
    assert active(source) == []


# Comparison

COMPARISON = read("docs/comparison.md")


def test_what_dropcheck_says_in_the_comparison() -> None:
    (source,) = fences(COMPARISON, "python")
    rows = tables(COMPARISON)[1][1:]
    said = {int(re.findall(r"\d+", row[0])[0]): row[2] for row in rows}
    found = {source[: finding.span.start].count("\n") + 1: finding.code for finding in active(source)}
    assert {line: code for line, code in said.items() if code != "nothing"} == found


def test_the_number_of_rules_in_the_comparison() -> None:
    about_dropout = [rule for rule in ALL_RULES if not rule.code.startswith("DRP9")]
    (row,) = (row for row in tables(COMPARISON)[0] if row[0] == "Rules about dropout")
    assert row[1] == str(len(about_dropout))
