"""The scripts of the benchmarks from end to end, on small trees, without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown import read, table, tables

from benchmarks import ci, readme_table, scaling, speed, startup, tool
from benchmarks.corpora import locate
from benchmarks.folders import Unavailable

BUG = "import torch.nn as nn\nimport torch.nn.functional as F\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n"
BUG += "        return F.dropout(x, 0.5)\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "net.py").write_text(BUG)
    (folder / "other.py").write_text("x = 1\n")
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    def install(name: str, cache: Path) -> Path:
        raise Unavailable(f"not installed: no {name} here")

    monkeypatch.setenv("DROPCHECK_BENCHMARKS", str(tmp_path / "cache"))
    for module in (speed, startup):
        monkeypatch.setattr(module, "install", install)
    yield
    assert list((tmp_path / "cache").glob("scratch-*")) == []


def rows(text: str) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in table(text)[1:]}


def test_speed(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert speed.main(["--corpus", str(tree), "--rounds", "1", "--peers", "ruff, rg"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("## tree (2 files, 0.0 MB)\n")
    found = rows(out)
    assert list(found) == [speed.RUFF, speed.COLD, speed.UNCHANGED, speed.ONE_CHANGED, speed.ONE_JUDGED, "rg -l dropout"]
    assert found[speed.RUFF][0] == "not installed: no ruff here"
    assert float(found[speed.COLD][0]) > 0
    assert found[speed.COLD][-1] == "1"
    assert "round 1 of 1: dropcheck, no cache" in err
    assert "- Versions: dropcheck " in out


def test_a_file_really_changes(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "warm", lambda _, *arguments: arguments)
    corpus = locate(str(tree), tmp_path)
    case = speed._one_changed("change", corpus, tmp_path, b"# %d\n")
    texts = []
    for _ in range(2):
        case.before()
        texts.append((tmp_path / "change/copy/net.py").read_text())
    assert texts == [BUG + "# 0\n", BUG + "# 1\n"]
    assert (tree / "net.py").read_text() == BUG


def test_the_dropout_to_judge_is_one_more_finding(tree: Path, tmp_path: Path) -> None:
    case = speed._one_changed("judge", locate(str(tree), tmp_path), tmp_path, speed._CHANGE + speed._TO_JUDGE)
    before = ci.results(tmp_path / "judge/copy")
    case.before()
    assert ci.results(tmp_path / "judge/copy").count == before.count + 1


def test_the_file_to_change_names_dropout_and_torch(tree: Path) -> None:
    assert speed.file_to_change(tree) == tree / "net.py"
    (tree / "net.py").unlink()
    assert speed.file_to_change(tree) == tree / "other.py"
    (tree / "other.py").unlink()
    with pytest.raises(Unavailable, match="no Python file"):
        speed.file_to_change(tree)


def test_a_tree_that_is_ignored_is_refused(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".gitignore").write_text("other.py\n")
    assert speed.main(["--corpus", str(tree), "--rounds", "1", "--peers", ""]) == 2
    assert "dropcheck checks 1 of 2 files" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--peers", "ruf"], ["--rounds", "0"], ["--rounds", "many"]])
def test_mistakes_are_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        speed.main(arguments)
    assert stop.value.code == 2
    assert arguments[1] in capsys.readouterr().err.splitlines()[-1]


def test_scaling(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scaling.main(["--corpus", str(tree), "--rounds", "1"]) == 0
    assert list(rows(capsys.readouterr().out)) == ["1 x 2 files", "2 x 2 files", "4 x 2 files"]


def test_startup(capsys: pytest.CaptureFixture[str]) -> None:
    assert startup.main(["--rounds", "1"]) == 0
    found = rows(capsys.readouterr().out)
    assert [found[name][-1] for name in (startup.PYTHON, startup.VERSION, startup.CLEAN, startup.WITH_FINDING)] == ["1"] * 4
    assert found[startup.RUFF][0] == "not installed: no ruff here"


def test_the_committed_table_has_the_form_of_a_new_one(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--corpus", str(tree), "--slow-corpus", str(tree), "--rounds", "1", "--output", str(tmp_path / "new.md")]
    assert readme_table.main(arguments) == 1
    assert "not measured: ruff check --select E9,F: not installed: no ruff here" in capsys.readouterr().err

    def form(text: str) -> list[list[list[str]]]:
        return [[one[0], *([row[0]] for row in one[1:])] for one in tables(text)]

    new, committed = (tmp_path / "new.md").read_text(encoding="utf-8"), read("docs/performance_table.md")
    assert form(committed) == form(new)
    assert [len(one) for one in form(new)] == [9, 7, 9]


# Facts


def test_facts_hold(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ci.main(["--corpus", str(tree)]) == 0
    found = rows(capsys.readouterr().out)
    assert found["--version loads nothing heavy"][0] == "yes"
    assert found["tree: every file is checked"] == ["yes", "2 of 2"]
    assert found["tree: the same with two processes"] == ["yes", "1 findings"]


def test_a_fact_that_does_not_hold_fails(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".gitignore").write_text("other.py\n")
    assert ci.main(["--corpus", str(tree)]) == 1
    assert rows(capsys.readouterr().out)["tree: every file is checked"] == ["**no**", "1 of 2"]


def test_other_findings_are_seen(tree: Path) -> None:
    before = ci.results(tree)
    (tree / "other.py").write_text(BUG)
    after = ci.results(tree)
    assert ci._same("x", before, before).held
    assert ci._same("x", before, after) == ci.Fact("x", False, "the findings differ (1 and 2 findings)")
    same_findings = ci.Results(before.findings, after.inventory)
    assert ci._same("x", before, same_findings).detail == "the inventories differ (1 and 1 findings)"


def test_what_a_run_has_loaded() -> None:
    assert "click" not in ci.loaded("--version")
    assert "click" in ci.loaded("rule", "DRP101")


def test_a_helper_in_a_changed_file_is_seen_in_its_caller(tree: Path, tmp_path: Path) -> None:
    # Without a cache, this is what the facts about the cache are compared with.
    same, seen = ci._after_change("tree", tree, tmp_path / "cache-of-copy")
    assert (same.held, seen.held) == (True, True)
    assert seen.detail == "1 findings, then 2"


def test_a_switch_that_does_nothing_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ci, "NO_SIEVE", "DROPCHECK_NO_SUCH_SWITCH")
    monkeypatch.setattr(ci, "has_switch", lambda: True)
    *_, switch = ci._imports(tmp_path)
    assert switch.held is False


@pytest.fixture
def cache_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dropcheck with the option ``--cache-dir``, whose cache forgets one rule."""

    def warm(folder: Path, command: str, *arguments: str) -> tuple[str, ...]:
        folder.mkdir(exist_ok=True, parents=True)
        (folder / "facts").write_text("{}")
        forgetting = ("--ignore", "DRP108") if command == "check" else ()
        asked: tuple[str, ...] = tool.cold(command, *forgetting, *arguments)
        return asked

    monkeypatch.setattr(ci, "has_cache", lambda _: True)
    monkeypatch.setattr(tool, "warm", warm)


@pytest.mark.usefixtures("cache_option")
def test_a_cache_that_forgets_is_found(tree: Path, tmp_path: Path) -> None:
    corpus = locate(str(tree), tmp_path)
    held = {fact.name: fact.held for fact in ci._cached(corpus, ci.results(tree), tmp_path / "scratch")}
    assert held == {
        "tree: the same while the cache is filled": True,
        "tree: the cache is written": True,
        "tree: the same from the cache": True,
        "tree: the same after a change": False,
        "tree: a change is seen in other files": False,
    }


def test_without_the_option_nothing_is_said_of_the_cache(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ci, "has_cache", lambda _: False)
    corpus = locate(str(tree), tmp_path)
    assert [fact.held for fact in ci._cached(corpus, ci.results(tree), tmp_path / "scratch")] == [None]
