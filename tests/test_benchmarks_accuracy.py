"""Findings against labels, and bugs before and after their fix."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from markdown import table

from benchmarks import accuracy, labels, museum
from benchmarks.folders import Unavailable
from benchmarks.labels import Found, Label, Word

BUG = "import torch.nn as nn\nimport torch.nn.functional as F\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n"
BUG += "        return F.dropout(x, 0.5)\n"
FIXED = BUG.replace("0.5)", "0.5, training=self.training)")
MEANT = BUG.replace("0.5)", "0.5, training=True)")


def label(line: int, word: Word, path: str = "net.py") -> Label:
    return Label("fairseq2", "0.8.1", path, line, word, "why")


def found(first: int, code: str = "DRP101", confidence: str = "high", last: int | None = None, related: int = 0) -> Found:
    return Found("net.py", first, last or first, code, confidence, (related,) if related else ())


# Labels


def test_bugs_are_hit_or_missed() -> None:
    judgement = labels.judge([label(7, Word.BUG), label(9, Word.BUG)], [found(7)])
    assert [one.line for one in judgement.hits] == [7]
    assert [one.line for one in judgement.misses] == [9]
    assert (judgement.false_alarms, judgement.unlabelled) == ((), ())


def test_what_is_right_must_not_be_reported() -> None:
    judgement = labels.judge([label(7, Word.OK)], [found(7), found(8)])
    assert [finding.first for finding, _ in judgement.false_alarms] == [7]
    assert [finding.first for finding in judgement.unlabelled] == [8]


def test_what_is_meant_may_be_asked_about() -> None:
    judgement = labels.judge([label(7, Word.INTENTIONAL), label(8, Word.INTENTIONAL)], [found(7, "DRP102"), found(8)])
    assert [finding.first for finding, _ in judgement.meant] == [7]
    assert [finding.first for finding, _ in judgement.false_alarms] == [8]


def test_a_finding_is_about_the_call_where_it_starts() -> None:
    inner, outer = label(8, Word.BUG), label(7, Word.OK)
    assert labels.judge([inner, outer], [found(7, last=9)]).misses == (inner,)
    assert labels.judge([inner], [found(7, last=9)]).hits == (inner,)
    assert labels.judge([inner], [found(20, related=8)]).hits == (inner,)


def test_labels_of_other_files_do_not_count() -> None:
    assert labels.judge([label(7, Word.BUG, "other.py")], [found(7)]).hits == ()


@pytest.mark.parametrize(
    ("confidence", "reported"),
    [("high", (True, True, True)), ("medium", (False, True, True)), ("low", (False, False, True))],
)
def test_confidence_asked_for(confidence: str, reported: tuple[bool, ...]) -> None:
    assert tuple(found(1, confidence=confidence).reported(asked) for asked in ("high", "medium", "low")) == reported


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("package,path,line,label\n", "has no column 'version'"),
        ("package,version,path,line,label\n", "has no labels"),
        ("package,version,path,line,label\na,1,b.py,three,bug\n", "three"),
        ("package,version,path,line,label\na,1,b.py,3,buggy\n", "'buggy' is not a valid Word"),
    ],
)
def test_labels_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(Unavailable, match=message):
        labels.read_labels(tmp_path / "labels.csv")


def test_real_findings_against_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = tmp_path / "corpora/fairseq2-0.8.1"
    tree.mkdir(parents=True)
    (tmp_path / "wheels/fairseq2-0.8.1").mkdir(parents=True)
    for folder in (tree, tmp_path / "wheels/fairseq2-0.8.1"):
        (folder / ".complete").touch()
    for name, text in {"bug.py": BUG, "right.py": FIXED, "meant.py": MEANT, "false_alarm.py": BUG, "missed.py": FIXED}.items():
        (tree / name).write_text(text)
    rows = ["bug.py,7,bug", "right.py,7,ok", "meant.py,7,intentional", "false_alarm.py,7,ok", "missed.py,7,bug"]
    file = tmp_path / "labels.csv"
    file.write_text("package,version,path,line,label\n" + "".join(f"fairseq2,0.8.1,{row}\n" for row in rows))
    assert accuracy.main(["--labels", str(file), "--cache", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert table(out)[1:] == [[confidence, "1", "1", "1", "1", "0"] for confidence in ("high", "medium", "low")]
    assert "- missed: missed.py:7" in out
    assert "- false alarm: false_alarm.py:7 DRP101 (high)" in out


def test_labels_for_another_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("package,version,path,line,label\nfairseq2,0.1,a.py,1,ok\n")
    assert accuracy.main(["--labels", str(file), "--cache", str(tmp_path)]) == 2
    assert "the labels are for fairseq2 0.1" in capsys.readouterr().err


def test_labels_or_museum_must_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        accuracy.main([])
    assert "give --labels, --museum or both" in capsys.readouterr().err


# Museum


def case(**changes: object) -> museum.MuseumCase:
    item = {"id": "x", "repo": "a/b", "path": "net.py", "before": "1", "after": "2", "bug_lines": [7], "kind": "bug"}
    return museum._case({**item, **changes})


def test_reported_before_and_silent_after() -> None:
    assert museum.verdict(case(), (found(7),), ()).wished
    assert not museum.verdict(case(), (), ()).wished
    assert not museum.verdict(case(), (found(8),), ()).wished
    assert not museum.verdict(case(), (found(7, confidence="medium"),), ()).wished
    assert not museum.verdict(case(), (found(7),), (found(9),)).wished


def test_other_lines_are_as_good() -> None:
    assert museum.verdict(case(alt_lines=[12]), (found(12),), None).wished
    assert museum.verdict(case(), (found(20, related=7),), ()).wished


def test_what_the_fix_left_wrong_may_be_reported() -> None:
    assert museum.verdict(case(bad_after=[9]), (found(7),), (found(9),)).wished


def test_what_is_meant_must_not_be_reported() -> None:
    meant = case(kind="intentional", after=None)
    assert museum.verdict(meant, (), None).wished
    assert museum.verdict(meant, (found(7, "DRP102"),), None).wished
    assert not museum.verdict(meant, (found(7),), None).wished


def test_a_real_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clone = tmp_path / "clones/somebody/net"
    clone.mkdir(parents=True)
    identity = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(clone), *arguments]
        run = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **identity})
        return run.stdout.strip()

    git("init", "--quiet")
    commits = []
    for text in (BUG, FIXED):
        (clone / "net.py").write_text(text)
        git("add", "--all")
        git("commit", "--quiet", "--message", "x")
        commits.append(git("rev-parse", "HEAD"))
    item = {"repo": "somebody/net", "path": "net.py", "bug_lines": [7], "kind": "bug"}
    cases = [
        {**item, "id": "mended", "before": commits[0], "after": commits[1]},
        {**item, "id": "not mended", "before": commits[0], "after": commits[0]},
        {**item, "id": "no such commit", "before": "0" * 40, "after": None},
    ]
    file = tmp_path / "museum.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in cases))
    arguments = ["--museum", str(file), "--clones", str(tmp_path / "clones"), "--cache", str(tmp_path / "cache")]
    assert accuracy.main(arguments) == 0
    _, mended, not_mended, missing = table(capsys.readouterr().out)
    assert mended == ["mended", "bug", "yes", "DRP101 high at 7", "nothing"]
    assert not_mended == ["not mended", "bug", "**no**", "DRP101 high at 7", "DRP101 high at 7"]
    assert missing[3].startswith("git: ")


def test_a_museum_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "museum.jsonl"
    file.write_text('{"id": "x"}\n')
    assert accuracy.main(["--museum", str(file), "--cache", str(tmp_path)]) == 2
    assert "a case has no 'repo'" in capsys.readouterr().err
