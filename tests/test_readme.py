"""The README says what the program does; every command it shows is run (its two set-up commands by ``.ci/run``)."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from cli_project import Project
from markdown import ROOT, fences, read, sections, table

import dropcheck
from dropcheck import State
from dropcheck.rules import ALL_RULES

README = read("README.md")
COMMANDS = [
    line.partition("#")[0].strip()
    for block in fences(README, "bash")
    for line in block.splitlines()
    if line.startswith("dropcheck ")
]
SET_UP = [line for block in fences(README, "bash") for line in block.splitlines() if line.startswith("python3 -m venv")]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """A scratch folder with the shipped models, as ``fixtures/models`` and as ``src``."""
    for copy in ("fixtures/models", "src"):
        shutil.copytree(ROOT / "fixtures/models", tmp_path / copy)
    return Project(tmp_path, monkeypatch, capsys)


def test_the_pair_is_the_shipped_one() -> None:
    assert fences(README, "python")[0] == read("fixtures/models/dropout_pair.py")


def test_what_is_said_of_the_pair(project: Project) -> None:
    (block,) = fences(README, "console")
    command, _, output = block.partition("\n")
    code, out, _ = project.run(*shlex.split(command.removeprefix("$ dropcheck ")))
    assert (code, out.rstrip()) == (1, output.rstrip())


#: What each command comes to on the shipped models: exit code, part of stdout, whether files change.
EXPECTED = {
    "dropcheck check src": (1, "-->", False),
    "dropcheck check --diff src": (1, "", False),
    "dropcheck check --fix src": (1, "DRP102", False),
    "dropcheck check --fix --unsafe-fixes src": (0, "", True),
    "dropcheck check --output-format sarif src": (1, '"ruleId": "DRP102"', False),
    "dropcheck check --write-baseline known.json": (0, "", False),
    "dropcheck check --add-ignore=reviewed src": (0, "", True),
    "dropcheck inventory src": (0, "[always on] train: drops, eval: drops", False),
    "dropcheck inventory --output-format html -o map.html src": (0, "", False),
    "dropcheck refactor --diff src": (1, "self.dropout = nn.Dropout", False),
    "dropcheck rule DRP101": (0, "missing-training-flag", False),
    "dropcheck check --output-format concise src": (1, "dropout_pair.py:12:16: DRP102", False),
}


def test_every_command_has_an_expectation() -> None:
    assert set(COMMANDS) == set(EXPECTED)


@pytest.mark.parametrize("command", COMMANDS)
def test_command(project: Project, command: str) -> None:
    code, text, changes = EXPECTED[command]
    before = project.read("src/dropout_pair.py")
    actual, out, err = project.run(*shlex.split(command)[1:])
    assert actual == code, err
    assert text in out
    assert "error" not in err
    assert (project.read("src/dropout_pair.py") != before) is changes


def test_diff_shows_what_safe_fixes_would_change(project: Project) -> None:
    project.write("src/net.py", fences(read("docs/two-worlds.md"), "python")[0])
    assert "dropcheck check --diff src" in COMMANDS
    _, out, _ = project.run("check", "--diff", "src")
    assert "+        return F.dropout(x, p=0.5, training=self.training)\n" in out


def test_the_two_set_up_commands_are_there_for_ci() -> None:
    first, second = SET_UP
    assert first.endswith(".venv/bin/dropcheck check fixtures/models")
    assert second.endswith(".venv/bin/python -m pytest -q -n auto")


def test_every_rule_is_in_the_table() -> None:
    rows = table(sections(README, 2)["Rules"])[1:]
    assert [row[0] for row in rows] == [rule.code for rule in ALL_RULES]


def test_the_mark_silences(project: Project) -> None:
    marked = fences(README, "python")[1]
    assert [finding.state for finding in dropcheck.check_source(marked)] == [State.INTENDED]
    bare = marked.replace("# dropcheck: always-on (Monte-Carlo dropout)", "")
    assert [finding.code for finding in dropcheck.check_source(bare)] == ["DRP102"]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_to_files(page: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", read(page))
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_contributing_names_every_part_of_the_package() -> None:
    named = {row[0].strip("`").rstrip("/") for row in table(sections(read("CONTRIBUTING.md"), 2)["Where things are"])[1:]}
    parts = {f"dropcheck/{path.name}" for path in (ROOT / "dropcheck").iterdir() if path.suffix != ".typed"}
    assert parts - {"dropcheck/__pycache__"} <= named
    assert [name for name in named if not (ROOT / name).exists()] == []
