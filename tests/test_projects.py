"""Every folder under ``fixtures/projects`` is a small project of several files that link to each other in one way.

bad_*    has findings: ``# expect: DRP101`` on the line where each starts, as in ``fixtures/rules``
good_*   has no finding of high confidence

What is found does not depend on how the files are given: the folder, each file by itself, in any order, in any number of
processes.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from cli_project import BAD as CLI_BAD
from cli_project import Project
from test_fixtures import Expectation, counts, expected

import dropcheck
from dropcheck.model import LineIndex

ROOT = Path(__file__).parent.parent / "fixtures" / "projects"
CASES = sorted(path.name for path in ROOT.iterdir())
BAD = [name for name in CASES if name.startswith("bad_")]
GOOD = [name for name in CASES if name.startswith("good_")]

#: Where one root does not lead to the other, they link only when both are given.
SEVERAL_ROOTS = {"bad_several_roots", "bad_three_roots", "good_several_roots", "good_three_roots"}

Found = dict[str, Counter[Expectation]]

every_case = pytest.mark.parametrize("case", CASES)


@pytest.fixture
def files(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Python files of the case, in a folder of its own, which is the current one."""
    shutil.copytree(ROOT / case, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return sorted(os.path.relpath(path) for path in Path().rglob("*.py*") if path.suffix in {".py", ".pyi"})


def found_in(paths: Sequence[str], *, jobs: int = 1) -> Found:
    """What is found in each file that has findings, whether it is shown or below the confidence of the run."""
    report = dropcheck.check_paths(paths, jobs=jobs)
    assert report.errors == ()
    found: Found = {}
    for finding in filter(counts, report.findings):
        row = LineIndex(Path(finding.path).read_text("utf-8")).position(finding.span.start).row
        found.setdefault(os.path.normpath(finding.path), Counter())[row, finding.code, finding.confidence.value] += 1
    return found


def expected_of(files: Sequence[str]) -> Found:
    """What the files say of themselves."""
    return {file: marks for file in files if (marks := expected(Path(file).read_text("utf-8")))}


@every_case
def test_whole_folder(files: list[str]) -> None:
    assert found_in(["."]) == expected_of(files)


@pytest.mark.parametrize("case", [case for case in CASES if case not in SEVERAL_ROOTS])
def test_each_file_by_itself(files: list[str]) -> None:
    for file in files:
        assert found_in([file]) == expected_of([file])


@every_case
def test_order_of_files(files: list[str]) -> None:
    assert found_in(files[::-1]) == expected_of(files)
    assert found_in(files[1:] + files[:1]) == expected_of(files)


@every_case
def test_two_processes(files: list[str]) -> None:
    assert found_in(["."], jobs=2) == expected_of(files)


@every_case
def test_from_another_folder(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected_of(files)
    monkeypatch.chdir("..")
    found = found_in(["project"])
    assert {os.path.relpath(path, "project"): marks for path, marks in found.items()} == wanted


@pytest.mark.parametrize("case", BAD)
def test_fixes(files: list[str]) -> None:
    """A safe fix removes its finding and brings no other, in any file; one told at a helper is mended at the calls."""
    findings = dropcheck.check_paths(["."]).findings
    fixable = [finding for finding in findings if finding.fix_applies(unsafe=False)]
    shared = [finding for finding in findings if finding.message.startswith("every call")]
    report = dropcheck.check_paths(["."], fix=True)
    calls = sum(len(finding.related) for finding in shared)
    assert sum(len(file.applied) for file in report.fixed) == len(fixable) + calls
    left = sum(found_in(["."]).values(), Counter())
    assert left.total() == sum(expected_of(files).values(), Counter()).total() - len(fixable) - len(shared)


def test_cases_are_named_after_what_they_are() -> None:
    assert sorted(BAD + GOOD) == CASES
    assert len(GOOD) > len(BAD) > 0
    marks = {case: "".join(path.read_text("utf-8") for path in (ROOT / case).rglob("*.py*")) for case in CASES}
    assert [case for case in BAD if "# expect:" not in marks[case]] == []
    assert [case for case in GOOD if any(mark[2] == "high" for mark in expected(marks[case]))] == []


def test_what_cannot_be_read_is_told_and_the_analysis_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cycle of imports, a missing file, and a base class in a file that does not parse or cannot be decoded."""
    project = Project(tmp_path, monkeypatch, capsys)
    project.write("pkg/__init__.py", "")
    project.write("pkg/broken.py", "class Broken(\n")
    project.write("pkg/coded.py", "# coding: ascii\nclass Coded:\n    '\u00e9'\n")
    project.write("pkg/other.py", "from torch import nn\nfrom .net import Net\n\n\nclass Other(nn.Module):\n    pass\n")
    imports = "".join(f"from .{name} import {name.capitalize()}\n" for name in ("broken", "coded", "gone", "other"))
    net = CLI_BAD.replace("from torch import nn\n", imports).replace("nn.Module", "Broken, Coded, Gone, Other")
    project.write("pkg/net.py", net)
    code, out, told = project.run("--output-format", "concise", "--verbose", os.path.join("pkg", "net.py"))
    assert (code, out.split()[1]) == (1, "DRP101")
    notes = sorted(line for line in told.splitlines() if line.endswith("; the analysis went on without it"))
    assert [note.replace(os.sep, "/").partition(":")[0] for note in notes] == ["pkg/broken.py", "pkg/coded.py", "pkg/net.py"]
    assert "imports pkg.gone, which is not there" in notes[2]
