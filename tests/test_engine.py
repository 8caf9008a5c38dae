"""The run over many files: errors that stay with their file, selection, fixing, processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from dropcheck.catalogue import build_catalogue
from dropcheck.config.settings import Settings
from dropcheck.discover import Discovery, FoundFile
from dropcheck.engine import pool, workspace
from dropcheck.engine.fix import FixResult, Judge, Refusal
from dropcheck.engine.options import RunOptions
from dropcheck.engine.run import check
from dropcheck.engine.select import enabled_codes
from dropcheck.errors import SourceError, UserError
from dropcheck.extract import extract
from dropcheck.levels import Confidence, State
from dropcheck.outcome import FileError, Report
from dropcheck.rules import ALL_RULES
from dropcheck.rules.judge import judge

HEAD = "import torch.nn as nn\nimport torch.nn.functional as F\n\n\n"
BAD = HEAD + "class Net(nn.Module):\n    def forward(self, x):\n        return F.dropout(x, 0.1)\n"
GOOD = BAD.replace("0.1)", "0.1, training=self.training)")
PLAIN = "x = 1\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def discovery(files: Mapping[str, str | bytes], settings: Settings | None = None) -> Discovery:
    """Files in the working folder, each with the same settings."""
    settings = settings or Settings()
    for path, content in files.items():
        Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return Discovery(tuple(FoundFile(path, settings) for path in sorted(files)))


def run_over(files: Mapping[str, str | bytes], options: RunOptions | None = None, settings: Settings | None = None) -> Report:
    return check(discovery(files, settings), options or RunOptions(jobs=1))


def places(report: Report) -> list[tuple[str, str, State]]:
    return [(finding.path, finding.code, finding.state) for finding in report.findings]


def test_report_of_a_run(here: Path) -> None:
    seen: list[tuple[int, int]] = []
    found = discovery({"b.py": BAD, "a.py": BAD, "good.py": GOOD, "plain.py": PLAIN})
    report = check(found, RunOptions(), progress=lambda done, total: seen.append((done, total)))
    assert places(report) == [("a.py", "DRP101", State.ACTIVE), ("b.py", "DRP101", State.ACTIVE)]
    assert (report.files, report.errors, report.fixed) == (4, (), ())
    assert report.sources == {"a.py": BAD, "b.py": BAD}
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_no_files_is_an_empty_report() -> None:
    report = check(Discovery(()), RunOptions())
    assert (report.findings, report.files, report.errors) == ((), 0, ())


def test_files_that_cannot_be_read_are_errors_and_the_others_go_on(here: Path) -> None:
    found = discovery({"bad.py": BAD, "binary.py": b"dropout\0", "latin.py": b"# dropout \xe9\n"})
    found = replace(
        found,
        files=(*found.files, FoundFile("missing.py", Settings())),
        errors=(FileError("locked", "cannot be listed"),),
        notes=("a note",),
    )
    report = check(found, RunOptions())
    assert [error.path for error in report.errors] == ["binary.py", "latin.py", "locked", "missing.py"]
    assert all("\n" not in error.message for error in report.errors)
    assert places(report) == [("bad.py", "DRP101", State.ACTIVE)]
    assert report.files == 1
    assert "a note" in report.notes


def test_file_that_does_not_parse_is_a_finding(here: Path) -> None:
    report = run_over({"bad.py": BAD, "old.py": "from torch.nn.functional import dropout\nprint dropout\n"})
    assert [(path, code) for path, code, _ in places(report)] == [("bad.py", "DRP101"), ("old.py", "DRP900")]
    assert report.errors == ()


@pytest.mark.parametrize("error", [RecursionError("too deep"), KeyError("x"), ValueError("two\nlines")])
def test_crash_while_extracting_stays_with_its_file(here: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def crash(text: str, path: str, **rest: object) -> object:
        if path == "cursed.py":
            raise error
        return extract(text, path, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pool, "extract", crash)
    report = run_over({"bad.py": BAD, "cursed.py": BAD})
    (problem,) = report.errors
    assert problem.path == "cursed.py"
    pattern = rf"internal error: {type(error).__name__}.* \(test_engine.py:\d+\), report [0-9a-f]{{8}}; please report it with .*"
    assert re.fullmatch(pattern, problem.message)
    assert problem.trace.startswith("Traceback")
    assert places(report) == [("bad.py", "DRP101", State.ACTIVE)]
    assert report.files == 1


def test_crash_while_judging_stays_with_its_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(project: object, path: str, settings: Settings, **rest: object) -> object:
        if path == "cursed.py":
            raise RecursionError
        return judge(project, path, settings, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(workspace, "judge", crash)
    report = run_over({"bad.py": BAD, "cursed.py": BAD}, RunOptions(fix=True, jobs=1))
    assert [error.path for error in report.errors] == ["cursed.py"]
    assert report.findings == ()
    assert (Path("bad.py").read_text(), Path("cursed.py").read_text()) == (GOOD, BAD)


# Selection


def test_unknown_rule_stops_the_run_before_it_starts(here: Path) -> None:
    for settings in (
        Settings(select=("DRP999",)),
        Settings(ignore=("nonsense",)),
        Settings(extend_select=("DRP7",)),
        Settings(per_file_ignores=(("*.py", ("mising-training-flag",)),)),
    ):
        with pytest.raises(UserError):
            run_over({"bad.py": BAD}, settings=settings)


DEFAULT = frozenset(rule.code for rule in ALL_RULES if rule.default)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), DEFAULT | {"DRP900"}),
        (Settings(ignore=("DRP101",)), DEFAULT - {"DRP101"} | {"DRP900"}),
        (Settings(select=("missing-training-flag",)), {"DRP101", "DRP900"}),
        (Settings(select=("DRP101",), extend_select=("DRP201",)), {"DRP101", "DRP201", "DRP900"}),
        (Settings(select=("DRP101",), ignore=("DRP1",)), {"DRP101", "DRP900"}),
        (
            Settings(select=("DRP1",), ignore=("DRP101",)),
            {c for c in DEFAULT if c[:4] == "DRP1"} - {"DRP101"} | {"DRP900"},
        ),
        (Settings(select=("DRP101",), ignore=("DRP101",)), {"DRP900"}),
        (Settings(select=("DRP101",), ignore=("ALL",)), {"DRP101"}),
        (Settings(ignore=("syntax-error",)), DEFAULT - {"DRP900"}),
        (Settings(select=("ALL",)), {rule.code for rule in ALL_RULES}),
    ],
)
def test_selection(settings: Settings, expected: frozenset[str]) -> None:
    assert enabled_codes(settings) == expected


def test_rule_that_is_not_selected_reports_nothing(here: Path) -> None:
    assert places(run_over({"bad.py": BAD}, settings=Settings(select=("DRP2",)))) == []


def test_per_file_ignores_suppress(here: Path) -> None:
    settings = Settings(per_file_ignores=(("test_*.py", ("DRP1",)),))
    report = run_over({"net.py": BAD, "test_net.py": BAD}, settings=settings)
    states = {path: state for path, _, state in places(report)}
    assert states == {"net.py": State.ACTIVE, "test_net.py": State.SUPPRESSED}


def test_confidence_gate(here: Path) -> None:
    text = "import torch.nn.functional as F\n\n\ndef f(x):\n    return F.dropout(x)\n"
    (finding,) = run_over({"free.py": text}).findings
    assert finding.confidence is Confidence.MEDIUM
    assert finding.state is State.BELOW_CONFIDENCE
    (finding,) = run_over({"free.py": text}, settings=Settings(min_confidence=Confidence.MEDIUM)).findings
    assert finding.state is State.ACTIVE


SUPPRESSED = BAD.replace("0.1)", "0.1)  # dropcheck: ignore[DRP101] why")


def test_suppressed_findings_are_kept_and_not_fixed(here: Path) -> None:
    report = run_over({"net.py": SUPPRESSED}, RunOptions(fix=True, jobs=1))
    assert places(report) == [("net.py", "DRP101", State.SUPPRESSED)]
    assert report.fixed == ()
    assert Path("net.py").read_text() == SUPPRESSED


def test_suppressions_can_be_ignored(here: Path) -> None:
    report = run_over({"net.py": SUPPRESSED}, RunOptions(ignore_suppressions=True))
    assert places(report) == [("net.py", "DRP101", State.ACTIVE)]


def test_invalid_suppression_is_reported(here: Path) -> None:
    report = run_over({"net.py": GOOD + "y = 1  # dropcheck: ignore\n", "other.py": "y = 1  # dropcheck: ignore[DRP8]\n"})
    assert [(path, code) for path, code, _ in places(report)] == [("net.py", "DRP902"), ("other.py", "DRP902")]


# Fixing


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_fix_writes_and_keeps_every_other_byte(here: Path, newline: str) -> None:
    def encoded(text: str) -> bytes:
        return b"\xef\xbb\xbf" + (text + "é = 1").replace("\n", newline).encode()

    report = run_over({"net.py": encoded(BAD), "good.py": GOOD}, RunOptions(fix=True))
    assert Path("net.py").read_bytes() == encoded(GOOD)
    assert report.findings == ()
    (fixed,) = report.fixed
    assert [finding.code for finding in fixed.applied] == ["DRP101"]
    assert (fixed.path, fixed.before.encode(), fixed.after.encode()) == ("net.py", encoded(BAD)[3:], encoded(GOOD)[3:])


def test_diff_writes_nothing(here: Path) -> None:
    report = run_over({"net.py": BAD}, RunOptions(fix=True, diff=True))
    assert Path("net.py").read_text() == BAD
    (fixed,) = report.fixed
    assert (fixed.before, fixed.after) == (BAD, GOOD)


def test_findings_after_a_fix_are_placed_in_the_new_text(here: Path) -> None:
    text = BAD + "\n    def other(self, x):\n        return F.dropout(x, 0.1, training=True)\n"
    report = run_over({"net.py": text}, RunOptions(fix=True))
    (finding,) = report.findings
    assert finding.code == "DRP102"
    shown = report.sources["net.py"]
    assert shown == Path("net.py").read_text()
    assert "training=True" in shown[finding.scope.start : finding.scope.end]


def test_unsafe_fixes_need_the_setting(here: Path) -> None:
    text = BAD.replace("0.1)", "0.1, training=True)")
    assert run_over({"net.py": text}, RunOptions(fix=True)).fixed == ()
    report = run_over({"net.py": text}, RunOptions(fix=True), Settings(unsafe_fixes=True))
    assert (len(report.fixed), report.unsafe_fixes) == (1, True)
    assert Path("net.py").read_text() == GOOD


def test_file_that_cannot_be_written_is_an_error_and_keeps_its_finding(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(source: object, text: str) -> None:
        raise SourceError("net.py", "is read-only; left as it is")

    monkeypatch.setattr("dropcheck.engine.repair.write_source", locked)
    report = run_over({"net.py": BAD}, RunOptions(fix=True))
    assert report.errors == (FileError("net.py", "is read-only; left as it is"),)
    assert places(report) == [("net.py", "DRP101", State.ACTIVE)]
    assert (report.fixed, report.sources) == ((), {"net.py": BAD})


def test_refused_fixes_are_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str, judge: Judge, wanted: object) -> FixResult:
        findings = judge(text)
        return FixResult(text, (), tuple(Refusal(finding, "the reason") for finding in findings), findings)

    monkeypatch.setattr("dropcheck.engine.fix.fix_text", refuse)
    report = run_over({"net.py": BAD}, RunOptions(fix=True))
    (fixed,) = report.fixed
    assert fixed.refused == "fix refused for DRP101 at 7:16 (the reason)"
    assert (fixed.applied, fixed.before, fixed.after) == ((), BAD, BAD)
    assert places(report) == [("net.py", "DRP101", State.ACTIVE)]


def test_crash_while_fixing_leaves_the_file_as_it_was(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(text: str, path: str, **rest: object) -> object:
        if path == "cursed.py" and "self.training" in text:
            raise RecursionError
        return extract(text, path, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pool, "extract", crash)
    report = run_over({"bad.py": BAD, "cursed.py": BAD}, RunOptions(fix=True, jobs=1))
    assert [error.path for error in report.errors] == ["cursed.py"]
    assert "please report it" in report.errors[0].message
    assert (Path("bad.py").read_text(), Path("cursed.py").read_text()) == (GOOD, BAD)
    assert places(report) == [("cursed.py", "DRP101", State.ACTIVE)]


# Processes


def test_processes_find_the_same_in_the_same_order(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"net{number:02}.py": BAD + "# padding\n" * (number * 7 % 11) for number in range(12)}
    files["broken.py"] = "dropout(\n"
    alone = run_over(files, RunOptions(jobs=1))
    monkeypatch.setattr(pool, "POOL_PAYS_FROM", 0)
    seen: list[int] = []
    together = check(discovery(files), RunOptions(jobs=3), progress=lambda done, _: seen.append(done))
    assert together == alone
    assert seen == list(range(1, 14))


SCRIPT = """\
import os, sys
from dropcheck.catalogue import build_catalogue
from dropcheck.engine import pool
from dropcheck.facts import FileFacts

pool.POOL_PAYS_FROM = 0


def die(*_):
    os._exit(9)


if "live at home" in sys.argv:
    pool._start_worker = die


def extract(text, path, **rest):
    if text.startswith("die"):
        os._exit(9)
    return FileFacts(path, path)


pool.extract = extract
if __name__ == "__main__":
    tasks = [pool.Task(str(number), text, "m", False) for number, text in enumerate(sys.argv[1:])]
    for outcome in pool.extract_many(tasks, build_catalogue(), jobs=2, tick=lambda: print("tick")):
        print(type(outcome).__name__, outcome.path, getattr(outcome, "message", ""))
"""


class TestDyingWorkers:
    @pytest.fixture(autouse=True)
    def script(self, tmp_path: Path) -> None:
        self.path = tmp_path / "script.py"
        self.path.write_text(SCRIPT)

    def outcomes(self, *texts: str) -> list[str]:
        command = [sys.executable, str(self.path), *texts]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert (result.returncode, result.stderr) == (0, "")
        lines = result.stdout.splitlines()
        assert lines.count("tick") == len(texts)
        return [line for line in lines if line != "tick"]

    def test_only_the_file_that_kills_its_worker_is_lost(self) -> None:
        lines = self.outcomes("longer text", "longer text", "ok", "die", "ok", "o", "o")
        assert [line.split()[0] for line in lines] == ["FileFacts"] * 3 + ["FileError"] + ["FileFacts"] * 3
        assert "died" in lines[3]

    def test_where_no_worker_lives_the_parent_does_the_work(self) -> None:
        lines = self.outcomes(*["live at home"] * 4)
        assert [line.split()[0] for line in lines] == ["FileFacts"] * 4


def test_where_processes_are_forbidden_the_parent_does_the_work(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(pool, "POOL_PAYS_FROM", 0)
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", forbidden)
    report = run_over({"a.py": BAD, "b.py": BAD}, RunOptions(jobs=2))
    assert [finding.path for finding in report.findings] == ["a.py", "b.py"]


def test_small_runs_start_no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", None)
    tasks = [pool.Task(f"{name}.py", BAD, name, False) for name in "ab"]
    outcomes = pool.extract_many(tasks, build_catalogue(), jobs=None, tick=lambda: None)
    assert [outcome.path for outcome in outcomes] == ["a.py", "b.py"]
