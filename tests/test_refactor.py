"""The refactor, through the command line, on the cases under ``fixtures/refactor``.

before.py        the file; what else lies beside it belongs to the same project and is not changed
after.py         what becomes of it; without one, nothing
declined.json    the sites that stay, each with its row and the reason
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
from pathlib import Path

import pytest
from cli_project import Project
from snapshots_helper import assert_snapshot

from dropcheck import Edit, Settings, State, check_source, fix_source
from dropcheck.refactor import class_plan, plan
from dropcheck.refactor.result import FilePlan

CASES = sorted(path for path in (Path(__file__).parent.parent / "fixtures" / "refactor").iterdir() if path.is_dir())
CHANGED = [case for case in CASES if (case / "after.py").exists()]
MADE = frozenset({"after.py", "declined.json"})
#: Lines that go with a refactored call are about nothing else.
_WORDS = ("dropout", "import", "training", "Dropout")

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_change = pytest.mark.parametrize("case", CHANGED, ids=lambda case: case.name)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def read(path: Path) -> str:
    return path.read_bytes().decode()


def copy(case: Path, folder: Path) -> None:
    for path in case.iterdir():
        if path.name not in MADE:
            shutil.copy(path, folder)


def wanted(case: Path) -> str:
    after = case / "after.py"
    return read(after if after.exists() else case / "before.py")


def test_there_are_plenty_of_both_kinds() -> None:
    declined = [case for case in CASES if (case / "declined.json").exists()]
    assert len(CASES) >= 60
    assert len(CHANGED) >= 30
    assert len(declined) >= 30
    assert all(case in CHANGED or case in declined for case in CASES)


@every_case
def test_case(case: Path, project: Project) -> None:
    copy(case, project.folder)
    code, out, err = project.run("refactor", "--output-format", "json", ".")
    assert (code, err) == (0, "")
    assert project.read("before.py") == wanted(case)
    for path in case.iterdir():
        if path.name not in {*MADE, "before.py"}:
            assert project.read(path.name) == read(path)
    files = json.loads(out)["files"]
    declined = [one for file in files if file["filename"] == "before.py" for one in file["declined"]]
    expected = case / "declined.json"
    assert [(one["location"]["row"], one["reason"], one["no_twin"]) for one in declined] == [
        (one["row"], one["reason"], one.get("no_twin", False))
        for one in (json.loads(read(expected)) if expected.exists() else ())
    ]


@every_change
def test_second_run_changes_nothing(case: Path, project: Project) -> None:
    copy(case, project.folder)
    project.write("before.py", wanted(case))
    code, out, _ = project.run("refactor", "--diff", ".")
    assert (code, out) == (0, "")


@every_change
def test_result_compiles_and_is_clean(case: Path) -> None:
    after = wanted(case)
    compile(after, case.name, "exec")
    before = {finding.code for finding in check_source(read(case / "before.py")) if finding.state is State.ACTIVE}
    left = {finding.code for finding in check_source(after) if finding.state is State.ACTIVE}
    assert not left & {"DRP101", "DRP102", "DRP103", "DRP106"}
    assert left <= before


@every_change
def test_other_lines_stay_as_they_were(case: Path) -> None:
    before, after = read(case / "before.py"), wanted(case)
    assert ("\r\n" in before) is ("\r\n" in after)
    assert after.count("\n") - after.count("\r\n") == 0 or "\r\n" not in before
    lines = before.splitlines(keepends=True)
    for tag, start, end, *_ in difflib.SequenceMatcher(None, lines, after.splitlines(keepends=True)).get_opcodes():
        if tag in {"replace", "delete"}:
            text = "".join(lines[start:end])
            assert (
                any(word in text for word in _WORDS) or "def __init__" in text or "super().__init__()" in text or "p = " in text
            )


@every_change
def test_rule_301_makes_the_same_where_every_call_is_correct(case: Path) -> None:
    """The rule repairs what the command refactors, as long as nothing was always on (which is another rule's business)."""
    before = read(case / "before.py")
    on = {"DRP101", "DRP102", "DRP103", "DRP106"}
    others = {path.name for path in case.iterdir()} - MADE - {"before.py"}
    if others or any(finding.code in on for finding in check_source(before)) or "nn.Dropout(0" in before:
        pytest.skip("other files or other rules come in")
    settings = Settings(select=("DRP301",))
    result = fix_source(before, "before.py", settings=settings, unsafe=True)
    assert result.refused == ()
    assert result.text == wanted(case)
    assert fix_source(before, "before.py", settings=settings, unsafe=False).text == before


MODEL = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, p=0.1):
        super().__init__()
        self.p = p

    def forward(self, x, rate):
        x = F.dropout(x, self.p, self.training)
        x = F.dropout(x, rate, self.training)
        q = F.relu(F.dropout(x, self.p))
        return F.scaled_dot_product_attention(q, q, q, dropout_p=self.p if self.training else 0.0)
"""


def test_summary(project: Project) -> None:
    project.write("model.py", MODEL)
    code, out, err = project.run("refactor")
    assert (code, err) == (0, "")
    assert_snapshot("refactor.txt", out)


def test_json(project: Project) -> None:
    project.write("model.py", MODEL)
    code, out, err = project.run("refactor", "--output-format", "json")
    assert (code, err) == (0, "")
    assert_snapshot("refactor.json", out)


def test_diff_writes_nothing_and_is_all_of_stdout(project: Project) -> None:
    project.write("model.py", MODEL)
    code, out, err = project.run("refactor", "--diff")
    assert code == 1
    assert project.read("model.py") == MODEL
    assert_snapshot("refactor.diff", out)
    assert "Would refactor 2 sites in 1 file" in err


def test_one_module_per_call(project: Project) -> None:
    project.write("model.py", MODEL)
    code, _, _ = project.run("refactor", "--one-module-per-call")
    assert code == 0
    assert "self.dropout = nn.Dropout(p)\n        self.dropout2 = nn.Dropout(p)\n" in project.read("model.py")


def test_nothing_to_do(project: Project) -> None:
    project.write("model.py", "x = 1\n")
    assert project.run("refactor") == (0, "Nothing to refactor in 1 file.\n", "")
    assert project.run("refactor", "--diff")[:2] == (0, "")


def test_errors_are_one_line_and_exit_2(project: Project) -> None:
    code, _, err = project.run("refactor", "missing.py")
    assert (code, err.count("\n")) == (2, 1)
    assert "missing.py" in err
    project.write("broken.py", "import torch.nn.functional as F\nF.dropout(\n")
    assert project.run("refactor", "broken.py")[0] in {0, 2}
    assert project.run("refactor", "--isolated", "--config", "x.toml")[0] == 2


def test_what_is_always_on_in_a_class_can_become_a_module_by_configuration(project: Project) -> None:
    project.write("dropcheck.toml", 'fix-style = "module"\n')
    project.write("model.py", MODEL)
    assert project.run("check", "--fix", "--unsafe-fixes")[0] == 0
    assert "q = F.relu(self.dropout(x))" in project.read("model.py")
    assert "x = F.dropout(x, self.p, self.training)" in project.read("model.py")


def test_fix_style_module_falls_back_to_the_flag(project: Project) -> None:
    project.write("model.py", MODEL + "\n    def set_rate(self, p):\n        self.p = p\n")
    assert project.run("check", "--fix", "--unsafe-fixes", "--fix-style", "module")[0] == 0
    assert "F.relu(F.dropout(x, self.p, training=self.training))" in project.read("model.py")


def test_fix_style_is_flag_by_default(project: Project) -> None:
    project.write("model.py", MODEL)
    assert project.run("check", "--fix", "--unsafe-fixes")[0] == 0
    assert "F.dropout(x, self.p, training=self.training)" in project.read("model.py")


BASE = MODEL.partition("    def forward")[0] + "    def drop(self, x):\n        return F.dropout(x, 0.3, self.training)\n"
HEIR = """\
import torch.nn.functional as F

from base import Net


class Heir(Net):
    def forward(self, x):
        return F.dropout(self.drop(x), 0.2, self.training)
"""


@pytest.mark.parametrize("command", ["refactor", "check --select DRP301 --fix --unsafe-fixes"])
def test_base_and_subclass_in_two_files_get_names_of_their_own(project: Project, command: str) -> None:
    project.write("base.py", BASE)
    project.write("heir.py", HEIR)
    assert project.run(*command.split(), ".")[0] == 0
    assert "self.dropout = nn.Dropout(0.3)" in project.read("base.py")
    heir = project.read("heir.py")
    assert "from torch import nn\n" in heir or "import torch.nn as nn\n" in heir
    assert "functional" not in heir
    assert "    def __init__(self, *args, **kwargs):\n        super().__init__(*args, **kwargs)\n" in heir
    assert "self.dropout2 = nn.Dropout(0.2)" in heir
    assert "return self.dropout2(self.drop(x))" in heir


def test_what_obeys_the_mode_is_no_less_so_in_tests_or_beside_monte_carlo_dropout(project: Project) -> None:
    """Signs that dropout is meant to stay on say nothing of a call that obeys the mode: the rule finds what the command does."""
    project.write(
        "tests/test_mc_dropout.py", HEIR.replace("from base import Net\n", BASE.partition("import torch.nn.functional as F\n")[2])
    )
    assert project.run("check", "--select", "DRP301", "--fix", "--unsafe-fixes", ".")[0] == 0
    fixed = project.read("tests/test_mc_dropout.py")
    assert "self.dropout = nn.Dropout(0.3)" in fixed
    assert "functional" not in fixed


def test_unknown_fix_style_is_an_error(project: Project) -> None:
    assert project.run("check", "--fix-style", "other")[0] == 2
    project.write("dropcheck.toml", 'fix-style = "other"\n')
    project.write("model.py", MODEL)
    code, _, err = project.run("check")
    assert (code, err.count("\n")) == (2, 1)


TWO_CLASSES = MODEL + MODEL.partition("\n\n\n")[2].replace("class Net", "\n\nclass Other")


def test_what_does_not_hold_is_declined_and_the_rest_is_done(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result of every edit is judged again: one class may fail, and the other is refactored all the same."""
    make = class_plan.ClassPlanner._constructor_edits

    def forget(self: class_plan.ClassPlanner) -> tuple[Edit, ...]:
        edits = make(self)
        broken = Edit(edits[0].span, edits[0].content + "        return (\n")
        return (broken,) if self.owner[1].name == "Other" else edits

    monkeypatch.setattr(class_plan.ClassPlanner, "_constructor_edits", forget)
    project.write("model.py", TWO_CLASSES)
    code, out, _ = project.run("refactor", "model.py")
    assert code == 0
    assert "the result would not parse" in out
    after = project.read("model.py")
    net, _, other = after.partition("class Other")
    assert "self.dropout = nn.Dropout(p)" in net
    assert other == TWO_CLASSES.partition("class Other")[2]


def test_crash_in_one_file_does_not_cost_the_others(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    work = plan.Planner.plan

    def crash(self: plan.Planner, path: str) -> FilePlan | None:
        if path == "cursed.py":
            raise RecursionError
        return work(self, path)

    monkeypatch.setattr(plan.Planner, "plan", crash)
    project.write("cursed.py", MODEL)
    project.write("model.py", MODEL)
    code, _, err = project.run("refactor", "cursed.py", "model.py")
    assert code == 2
    assert err.startswith("error: cursed.py: internal error")
    assert project.read("cursed.py") == MODEL
    assert "self.dropout = " in project.read("model.py")


def test_read_only_file_is_an_error_and_stays(project: Project) -> None:
    path = project.write("model.py", MODEL)
    project.write("other.py", MODEL)
    path.chmod(0o444)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write anything")
    code, out, err = project.run("refactor", ".")
    assert code == 2
    assert "model.py" in err
    assert project.read("model.py") == MODEL
    assert "Refactored 2 sites in 1 file" in out


def test_a_rate_that_another_file_begins_to_set_is_seen_in_spite_of_the_cache(project: Project) -> None:
    project.write("model.py", MODEL.replace("self.p", "self.drop_rate"))
    project.write("schedule.py", "def warm_up(model):\n    return model\n")
    found = [project.run("check", "--select", "DRP301", "--output-format", "concise")[1] for _ in range(2)]
    assert found[0] == found[1]
    assert "DRP301" in found[0]
    project.write("schedule.py", "def warm_up(model):\n    model.drop_rate = 0.3\n")
    assert "DRP301" not in project.run("check", "--select", "DRP301", "--output-format", "concise")[1]


ALWAYS_ON = [
    path
    for code in ("DRP101", "DRP102", "DRP103", "DRP106")
    for path in sorted((CASES[0].parent.parent / "rules" / code).glob("bad_*.py"))
    if path.name.count(".") == 1
]


@pytest.mark.parametrize("path", ALWAYS_ON, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_module_style_leaves_no_more_than_flag_style(path: Path) -> None:
    text = read(path)
    flag = fix_source(text, path.name, unsafe=True)
    module = fix_source(text, path.name, settings=Settings(fix_style="module"), unsafe=True)
    compile(module.text, path.name, "exec")
    assert module.refused == ()
    assert len(module.findings) <= len(flag.findings)
    again = fix_source(module.text, path.name, settings=Settings(fix_style="module"), unsafe=True)
    assert again.text == module.text


def test_module_style_makes_modules_of_the_fixtures_of_the_rules() -> None:
    made = [fix_source(read(path), path.name, settings=Settings(fix_style="module"), unsafe=True) for path in ALWAYS_ON]
    assert sum("nn.Dropout" in result.text.partition("def forward")[0] for result in made) >= 10


LONG_METHOD = "        total = 0\n" + "".join(f"        total += self.values[{number}] * {number}\n" for number in range(30))
QUIET_BASE = f"""\
from torch import nn


class Base(nn.Module):
    def __init__(self, p=0.1):
        super().__init__()
        self.p = p
        self.values = list(range(30))

    def count(self):
{LONG_METHOD}        self.p = total / 1000
        return total
"""
OUTER = """\
import torch.nn.functional as F

from base import Base


class Net(Base):
    def forward(self, x):
        return F.dropout(x, self.p, self.training)
"""


@pytest.mark.parametrize("command", ["refactor", "check --select DRP301 --fix --unsafe-fixes"])
def test_a_base_without_dropout_is_seen_as_a_whole(project: Project, command: str) -> None:
    project.write("base.py", QUIET_BASE)
    project.write("net.py", OUTER)
    assert project.run(*command.split(), ".")[0] == 0
    assert project.read("net.py") == OUTER
    project.write("base.py", QUIET_BASE.replace("        self.p = total / 1000\n", ""))
    assert project.run(*command.split(), ".")[0] == 0
    assert "self.dropout = nn.Dropout(self.p)" in project.read("net.py")


def test_notebooks_are_declined(project: Project) -> None:
    source = [f"{line}\n" for line in MODEL.splitlines()]
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    project.write("net.ipynb", notebook)
    code, out, err = project.run("refactor", "net.ipynb")
    assert (code, err) == (0, "")
    assert "it is in a notebook" in out
    assert project.read("net.ipynb") == notebook
    assert "DRP301" not in project.run("check", "--select", "DRP301", "net.ipynb")[1]
