"""Baselines from the command line: what is known is not reported, what is new is."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD, CALLER, GOOD, HELPER, RULES, UNSAFE, Project

HEAD = "import torch.nn.functional as F\nfrom torch import nn\n\n\n"
TWO = f"""{HEAD}class Net(nn.Module):
    def one(self, x):
        return F.dropout(x, 0.1)

    def two(self, x):
        return F.dropout(x, 0.2)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def found(project: Project, *arguments: str) -> list[str]:
    """Place and code of what is reported with the baseline."""
    _, out, err = project.run("check", "--baseline", "base.json", "--output-format", "concise", *arguments)
    assert "error" not in err
    return [" ".join(line.split()[:2]) for line in out.splitlines()]


def adopt(project: Project, *arguments: str) -> None:
    assert project.run("check", "--write-baseline", "base.json", *arguments)[:2] == (0, "")


# Adopting


def test_adopting_and_then_only_new_findings_fail(project: Project) -> None:
    project.write("net.py", TWO)
    code, out, err = project.run("check", "--write-baseline", "base.json")
    assert (code, out) == (0, "")
    assert (
        err == "All clear: 1 file checked.\nbase.json: wrote 2 findings; with --baseline base.json only new ones are reported.\n"
    )
    code, out, err = project.run("check", "--baseline", "base.json")
    assert (code, out) == (0, "")
    assert err == "All clear: 1 file checked.\n2 more in the baseline: see them with --ignore-baseline.\n"
    project.write("new.py", BAD)
    code, out, err = project.run("check", "--baseline", "base.json", "--output-format", "concise")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()] == ["new.py:7:16:"]
    assert "Found 1 finding in 1 file (2 files checked)" in err


def test_the_configuration_names_the_baseline_relative_to_itself(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("pyproject.toml", '[tool.dropcheck]\nbaseline = "ci/base.json"\n')
    project.write("src/net.py", BAD)
    assert project.run("check", "--write-baseline", "ci/base.json")[0] == 0
    assert list(json.loads(project.read("ci/base.json"))["files"]) == ["../src/net.py"]
    assert project.run("check")[0] == 0
    assert project.run("check", "--ignore-baseline")[0] == 1
    monkeypatch.chdir(project.folder / "src")
    assert project.run("check", "net.py")[0] == 0
    assert project.run("check", "--isolated", "net.py")[0] == 1


def test_nested_configurations_have_baselines_of_their_own(project: Project) -> None:
    for folder in ("a", "b"):
        project.write(f"{folder}/net.py", BAD)
        project.run("check", "--write-baseline", f"{folder}/base.json", folder)
        project.write(f"{folder}/dropcheck.toml", 'baseline = "base.json"\n')
    assert project.run("check")[0] == 0
    project.write("b/net.py", GOOD)
    code, _, err = project.run("check")
    assert (code, err.splitlines()[-1]) == (0, f"{Path('b/base.json')}: 1 finding no longer found; remove with --prune-baseline.")


def test_the_inventory_shows_what_is_baselined(project: Project) -> None:
    project.write("net.py", BAD)
    adopt(project)
    project.write("dropcheck.toml", 'baseline = "base.json"\n')
    assert "DRP101 baselined" in project.run("inventory")[1]


# The file

SNAPSHOT = """\
{
  "tool": "dropcheck",
  "version": 1,
  "files": {
    "a/net.py": [
      {"rule": "DRP101", "in": "Net.forward", "hash": "f2a1a3dc5ac5b0c1", "count": 2}
    ],
    "z.py": [
      {"rule": "DRP101", "in": "Net.one", "hash": "ONE", "count": 1},
      {"rule": "DRP101", "in": "Net.two", "hash": "TWO", "count": 1}
    ]
  }
}
"""


def test_the_file_is_sorted_with_one_entry_on_each_line(project: Project) -> None:
    project.write("z.py", TWO)
    project.write("a/net.py", BAD.replace("return F", "x = F.dropout(x, 0.5)\n        return F"))
    adopt(project, "z.py", "a")
    written = project.read("base.json")
    hashes = [entry["hash"] for entries in json.loads(written)["files"].values() for entry in entries]
    assert len(set(hashes)) == 3
    expected = SNAPSHOT.replace("f2a1a3dc5ac5b0c1", hashes[0]).replace("ONE", hashes[1]).replace("TWO", hashes[2])
    assert written == expected
    adopt(project, "a", "z.py")
    assert project.read("base.json") == written


def test_empty_baseline(project: Project) -> None:
    project.write("net.py", GOOD)
    adopt(project)
    assert project.read("base.json") == '{\n  "tool": "dropcheck",\n  "version": 1,\n  "files": {}\n}\n'
    assert found(project) == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes")
def test_the_file_is_made_like_any_other_and_keeps_its_mode(project: Project) -> None:
    project.write("net.py", BAD)
    old = os.umask(0o027)
    try:
        adopt(project)
    finally:
        os.umask(old)
    path = project.folder / "base.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o600)
    adopt(project)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(os.listdir(project.folder)) == ["base.json", "net.py"]


def test_writing_again_keeps_what_the_run_did_not_look_at(project: Project) -> None:
    project.write("a.py", BAD)
    project.write("b.py", TWO)
    project.write("gone.py", BAD)
    adopt(project)
    (project.folder / "gone.py").unlink()
    project.write("a.py", UNSAFE)
    adopt(project, "a.py")
    files = json.loads(project.read("base.json"))["files"]
    assert {file: [entry["rule"] for entry in entries] for file, entries in files.items()} == {
        "a.py": ["DRP102"],
        "b.py": ["DRP101", "DRP101"],
    }
    adopt(project, "--select", "DRP101")
    assert "DRP102" in project.read("base.json")


# Recognising


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (HEAD, f'"""Words."""\n\n{HEAD}# more\n\n\ndef other(x):\n    return x\n\n\n'),
        ("F.dropout(x, 0.1)", "F.dropout(\n            x,  # a comment\n            0.1,\n        )"),
        ("        return F.dropout(x, 0.1)", "        if x:\n            return (F.dropout(x, 0.1) + 1)"),
        ("return F.dropout(x, 0.1)", "return F.dropout( x,0.1 )  # words"),
        ("\n", "\r\n"),
    ],
)
def test_moved_and_reformatted_code_stays_known(project: Project, old: str, new: str) -> None:
    project.write("net.py", TWO)
    adopt(project)
    project.write("net.py", TWO.replace(old, new))
    assert found(project) == []


def test_methods_in_another_order_stay_known(project: Project) -> None:
    project.write("net.py", TWO)
    adopt(project)
    one, two = TWO.removeprefix(f"{HEAD}class Net(nn.Module):\n").split("\n\n")
    project.write("net.py", f"{HEAD}class Net(nn.Module):\n{two.rstrip()}\n\n{one}\n")
    assert found(project) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("F.dropout(x, 0.1)", "F.dropout(x, 0.3)"),
        ("F.dropout(x, 0.1)", "F.dropout(x + 1, 0.1)"),
        ("F.dropout(x, 0.1)", "F.dropout2d(x, 0.1)"),
        ("def one", "def three"),
        ("class Net", "class Other"),
    ],
)
def test_another_finding_in_place_of_a_known_one_is_new(project: Project, old: str, new: str) -> None:
    project.write("net.py", TWO)
    adopt(project)
    project.write("net.py", TWO.replace(old, new))
    assert "net.py:7:16: DRP101" in found(project)


def test_swapped_calls_are_new(project: Project) -> None:
    project.write("net.py", TWO)
    adopt(project)
    project.write("net.py", TWO.replace("0.1", "-").replace("0.2", "0.1").replace("-", "0.2"))
    assert found(project) == ["net.py:7:16: DRP101", "net.py:10:16: DRP101"]


def test_one_more_of_the_same_is_new(project: Project) -> None:
    project.write("net.py", BAD)
    adopt(project)
    project.write("net.py", BAD.replace("        return", "        x = F.dropout(x, 0.5)\n        return"))
    assert found(project) == ["net.py:8:16: DRP101"]


@pytest.mark.parametrize("rule", RULES)
def test_every_finding_of_the_fixtures_stays_known_when_it_is_formatted(project: Project, rule: str) -> None:
    project.copy_bad_fixtures(rule)
    adopt(project, "--min-confidence", "low")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--line-length", "60", "."]
    subprocess.run(command, check=True, capture_output=True)
    code, out, err = project.run("check", "--min-confidence", "low", "--baseline", "base.json")
    assert (code, out) == (0, "")
    assert "no longer found" not in err


STICKY = f"""{HEAD}class Net(nn.Module):
    def __init__(self):
        self.drop = nn.Dropout(50)

    def forward(self, x):
        if not self.training:
            self.drop.p = 0.0
        return self.drop(x)
"""


def test_findings_that_are_not_about_calls_are_recognised(project: Project) -> None:
    project.write("broken.py", "def f(:\n    return F.dropout(x)\n")
    project.write("comment.py", "# dropcheck: off\n")
    project.write("sticky.py", STICKY)
    before = {line.split()[1] for line in project.run("check", "--output-format", "concise")[1].splitlines()}
    assert before == {"DRP110", "DRP202", "DRP900", "DRP902"}
    adopt(project)
    assert found(project) == []
    project.write("comment.py", "x = 1\n\n# dropcheck: of\n")
    project.write("sticky.py", STICKY.replace("50", "40"))
    assert found(project) == ["comment.py:3:1: DRP902", "sticky.py:7:32: DRP202"]


# Stale entries


def test_stale_entries_are_reported_and_pruned(project: Project) -> None:
    project.write("net.py", TWO)
    project.write("gone.py", BAD)
    adopt(project)
    (project.folder / "gone.py").unlink()
    project.write("net.py", TWO.replace("0.1)", "0.1, training=self.training)"))
    before = project.read("base.json")
    code, out, err = project.run("check", "--baseline", "base.json", "--verbose")
    assert (code, out) == (0, "")
    assert "base.json: 2 findings no longer found; remove with --prune-baseline.\n" in err
    assert "  gone.py: 1 x DRP101 in Net.forward\n  net.py: 1 x DRP101 in Net.one\n" in err
    assert project.read("base.json") == before
    code, _, err = project.run("check", "--baseline", "base.json", "--prune-baseline")
    assert code == 0
    assert "base.json: removed 2 findings no longer found.\n" in err
    (entry,) = json.loads(project.read("base.json"))["files"]["net.py"]
    assert entry["in"] == "Net.two"
    assert "gone.py" not in project.read("base.json")
    assert "no longer found" not in project.run("check", "--baseline", "base.json")[2]


def test_count_shrinks_when_one_of_several_is_gone(project: Project) -> None:
    project.write("net.py", BAD.replace("        return", "        x = F.dropout(x, 0.5)\n        return"))
    adopt(project)
    project.write("net.py", BAD)
    project.run("check", "--baseline", "base.json", "--prune-baseline")
    assert json.loads(project.read("base.json"))["files"]["net.py"][0]["count"] == 1
    assert found(project) == []


@pytest.mark.parametrize("arguments", [("other.py",), ("--select", "DRP102"), ("net.py", "--ignore", "DRP101")])
def test_what_a_run_did_not_look_for_is_not_stale(project: Project, arguments: tuple[str, ...]) -> None:
    project.write("net.py", BAD)
    project.write("other.py", GOOD)
    adopt(project)
    project.write("net.py", GOOD)
    before = project.read("base.json")
    _, _, err = project.run("check", "--baseline", "base.json", "--prune-baseline", *arguments)
    assert "no longer found" not in err
    assert project.read("base.json") == before


def test_finding_of_lower_confidence_is_not_stale(project: Project) -> None:
    project.write("net.py", UNSAFE.replace("=True)", "=True)  # Monte Carlo"))
    adopt(project, "--min-confidence", "medium")
    assert "DRP102" in project.read("base.json")
    assert "no longer found" not in project.run("check", "--baseline", "base.json")[2]


def test_suppressed_finding_is_stale(project: Project) -> None:
    project.write("net.py", BAD)
    adopt(project)
    project.write("net.py", BAD.replace("0.5)", "0.5)  # dropcheck: ignore[DRP101] reviewed"))
    assert "1 finding no longer found" in project.run("check", "--baseline", "base.json")[2]


def test_file_that_could_not_be_read_is_not_stale(project: Project) -> None:
    project.write("net.py", BAD)
    adopt(project)
    project.write("net.py", b"\0")
    code, _, err = project.run("check", "--baseline", "base.json")
    assert code == 2
    assert "no longer found" not in err


# Fixing


def test_known_findings_are_not_fixed_unless_asked(project: Project) -> None:
    project.write("net.py", TWO.replace("0.2)", "0.2, training=self.training)"))
    adopt(project)
    project.write("net.py", TWO)
    code, _, err = project.run("check", "--baseline", "base.json", "--fix")
    assert (code, err.splitlines()[0]) == (0, "Fixed 1 finding in 1 file, 0 left.")
    assert project.read("net.py") == TWO.replace("0.2)", "0.2, training=self.training)")
    _, out, _ = project.run("check", "--baseline", "base.json", "--diff", "--fix-baselined")
    assert "+        return F.dropout(x, 0.1, training=self.training)\n" in out
    code, _, err = project.run("check", "--baseline", "base.json", "--fix", "--fix-baselined", "--prune-baseline")
    assert code == 0
    assert "base.json: removed 1 finding no longer found." in err
    assert "F.dropout(x, 0.1, training=self.training)" in project.read("net.py")


def test_calls_of_a_helper_that_is_known_are_not_fixed_unless_asked(project: Project) -> None:
    project.write("ops.py", HELPER)
    project.write("a.py", CALLER)
    project.write("b.py", CALLER)
    adopt(project)
    assert list(json.loads(project.read("base.json"))["files"]) == ["ops.py"]
    assert project.run("check", "--baseline", "base.json", "--fix")[0] == 0
    assert (project.read("a.py"), project.read("b.py")) == (CALLER, CALLER)
    assert project.run("check", "--baseline", "base.json", "--fix", "--fix-baselined")[0] == 0
    mended = CALLER.replace("0.1)", "0.1 if self.training else 0.0)")
    assert (project.read("a.py"), project.read("b.py")) == (mended, mended)


def test_file_that_does_not_parse_is_not_stale(project: Project) -> None:
    project.write("net.py", BAD)
    project.write("dropcheck.toml", 'ignore = ["DRP900"]\n')
    adopt(project)
    project.write("net.py", BAD.replace("(nn.Module)", "(nn.Module"))
    assert "no longer found" not in project.run("check", "--baseline", "base.json")[2]
    assert "no longer found" not in project.run("check", "--baseline", "base.json", "--isolated")[2]


def test_known_findings_get_no_comment(project: Project) -> None:
    project.write("net.py", BAD)
    adopt(project)
    assert project.run("check", "--baseline", "base.json", "--add-ignore")[0] == 0
    assert project.read("net.py") == BAD


def test_what_is_left_after_fixing_is_written(project: Project) -> None:
    project.write("net.py", BAD)
    project.write("unsafe.py", UNSAFE)
    adopt(project, "--fix")
    assert list(json.loads(project.read("base.json"))["files"]) == ["unsafe.py"]


# Mistakes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such baseline; write it with --write-baseline base.json"),
        ("", "is not a baseline: not valid JSON"),
        ("{", "is not a baseline: not valid JSON"),
        (b"\xff\xfe", "is not a baseline: not valid JSON"),
        ("[" * 100_000, "is not a baseline: not valid JSON"),
        ("[]", "is not a baseline of dropcheck; name another file"),
        ('{"version": 1, "files": {}}', "is not a baseline of dropcheck"),
        ('{"tool": "dropcheck", "version": 1, "files": []}', "is not a baseline of dropcheck"),
        (
            '{"tool": "dropcheck", "version": 2, "files": {}}',
            "is a baseline of version 2, this dropcheck reads 1; restore it, or delete it and write it anew",
        ),
        ('{"tool": "dropcheck", "files": {}}', "is a baseline of version None"),
        ('{"tool": "dropcheck", "version": 1, "files": {"a.py": {}}}', "holds a wrong entry for 'a.py'"),
        ('{"tool": "dropcheck", "version": 1, "files": {"a.py": [{"rule": "DRP101"}]}}', "holds a wrong entry for 'a.py'"),
        (
            '{"tool": "dropcheck", "version": 1, "files": {"a.py": [{"rule": "X", "in": "", "hash": "", "count": 0}]}}',
            "holds a wrong entry for 'a.py'",
        ),
    ],
)
def test_broken_baseline_is_one_line(project: Project, content: str | bytes | None, words: str) -> None:
    project.write("net.py", BAD)
    if content is not None:
        project.write("base.json", content)
    code, out, err = project.run("check", "--baseline", "base.json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("error: base.json: ")
    assert words in err


def test_folder_is_no_baseline(project: Project) -> None:
    project.write("net.py", BAD)
    (project.folder / "base.json").mkdir()
    for option in ("--baseline", "--write-baseline"):
        code, _, err = project.run("check", option, "base.json")
        assert (code, err) == (2, "error: base.json: the baseline is a folder, not a file\n")


def test_no_other_file_is_overwritten(project: Project) -> None:
    project.write("net.py", BAD)
    code, _, err = project.run("check", "--write-baseline", "net.py")
    assert code == 2
    assert err.startswith("error: net.py: is not a baseline")
    assert project.read("net.py") == BAD


def test_baseline_that_cannot_be_written(project: Project) -> None:
    project.write("net.py", BAD)
    code, _, err = project.run("check", "--write-baseline", "net.py/base.json")
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("error: net.py/base.json: cannot be written: ")


def test_pruning_needs_a_baseline(project: Project) -> None:
    project.write("net.py", BAD)
    code, _, err = project.run("check", "--prune-baseline")
    assert (code, err) == (
        2,
        "error: --prune-baseline: no baseline is in use; name it with --baseline or in the configuration\n",
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("--baseline=a", "--ignore-baseline"),
        ("--write-baseline=a", "--baseline=a"),
        ("--write-baseline=a", "--diff"),
        ("--prune-baseline", "--write-baseline=a"),
        ("--prune-baseline", "--ignore-baseline"),
        ("--prune-baseline", "--diff"),
    ],
)
def test_contradictions(project: Project, first: str, second: str) -> None:
    code, _, err = project.run("check", first, second)
    assert (code, err) == (2, f"error: {first.partition('=')[0]} and {second.partition('=')[0]} cannot be used together\n")
