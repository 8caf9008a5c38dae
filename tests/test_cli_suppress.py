"""Suppressions from the command line: obeyed on any line, told when unused, added, and left alone by ruff."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD, CALLER, GOOD, HELPER, RULES, UNSAFE, Project

IGNORE = "# dropcheck: ignore[DRP101]"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def method(*lines: str) -> str:
    body = "".join(f"        {line}\n" if line else "\n" for line in lines)
    return f"import torch.nn.functional as F\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n{body}"


def codes(project: Project, *arguments: str) -> list[str]:
    _, out, err = project.run("check", "--output-format", "concise", *arguments)
    assert "error" not in err
    return [line.split()[1] for line in out.splitlines()]


# Obeyed

STATEMENTS = [
    ("return F.dropout(", "    x,", "    0.5,", ")"),
    ("y = self.norm(", "    x,", "    F.dropout(x, 0.5),", ")"),
    ("y = [", "    F.dropout(", "        part", "    )", "    for part in x", "]"),
    ("while (", "    F.dropout(x).sum()", "    > 0", "):", "    pass"),
    ("with self.scope(", "    F.dropout(x),", ") as y:", "    pass"),
    ("assert F.dropout(x).sum(), (", "    'none'", ")"),
    ("y = (", "    F.dropout(x)", "    .relu()", ")"),
    ("y = lambda h: (", "    F.dropout(h)", ")"),
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_comment_on_any_line_of_the_statement_is_obeyed(project: Project, statement: tuple[str, ...]) -> None:
    project.write("net.py", method(*statement))
    assert codes(project) == ["DRP101"]
    header = [number for number, line in enumerate(statement) if line.strip() != "pass"]
    for number in header:
        lines = [f"{line}  {IGNORE}" if number == row else line for row, line in enumerate(statement)]
        project.write("net.py", method(*lines))
        assert codes(project) == [], lines
    project.write("net.py", method(IGNORE, *statement))
    assert codes(project) == []


def test_comment_belongs_to_the_lambda_and_not_to_its_call(project: Project) -> None:
    project.write("net.py", method("act = lambda h: F.dropout(h)", f"return act(x)  {IGNORE}"))
    assert codes(project) == ["DRP101"]
    project.write("net.py", method(f"act = lambda h: F.dropout(h)  {IGNORE}", "return act(x)"))
    assert codes(project) == []


def test_comment_in_the_body_is_not_about_the_header(project: Project) -> None:
    project.write("net.py", method("while F.dropout(x).sum():", f"    pass  {IGNORE}"))
    assert codes(project) == ["DRP101"]


def test_file_ignore(project: Project) -> None:
    project.write("net.py", f"# dropcheck: file-ignore[missing-training-flag] a comparison\n{BAD}")
    project.write("other.py", BAD)
    code, out, err = project.run("check", "--output-format", "concise", "--verbose")
    assert code == 1
    assert out.startswith("other.py:")
    assert "1 suppressed" in err


def test_ignore_suppressions(project: Project) -> None:
    project.write("a.py", BAD.replace("0.5)", f"0.5)  {IGNORE} old"))
    project.write("b.py", BAD.replace("0.5)", "0.5)  # noqa: DRP101"))
    project.write("c.py", f"# dropcheck: file-ignore[DRP1]\n{BAD}")
    project.write("d.py", UNSAFE.replace("=True)", "=True)  # dropcheck: always-on (Monte Carlo)"))
    assert codes(project) == []
    assert codes(project, "--ignore-suppressions", "--min-confidence", "medium") == ["DRP101", "DRP101", "DRP101", "DRP102"]


def test_reasons_are_in_the_inventory(project: Project) -> None:
    project.write("net.py", BAD.replace("0.5)", f"0.5)  {IGNORE} compared with the old model"))
    _, out, _ = project.run("inventory", "--output-format", "json")
    (entry,) = json.loads(out)["files"][0]["sites"]
    assert entry["marks"] == ["DRP101 suppressed: compared with the old model"]


# Unused


def test_unused_suppression_is_told_and_removed(project: Project) -> None:
    text = GOOD.replace(".training)", f".training)  {IGNORE} old weights")
    project.write("net.py", text)
    assert codes(project) == []
    code, out, err = project.run("check", "--extend-select", "DRP901", "--output-format", "concise")
    assert (code, out) == (1, "net.py:7:59: DRP901 [*] This comment suppresses nothing: no `DRP101` is found here\n")
    assert "1 fixable with --fix" in err
    code, _, err = project.run("check", "--extend-select", "unused-suppression", "--fix")
    assert (code, err) == (0, "Fixed 1 finding in 1 file, 0 left.\n")
    assert project.read("net.py") == GOOD


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{good}  # dropcheck: ignore[DRP101]", "{good}"),
        ("{good} \t # dropcheck: ignore[DRP101] old  \t", "{good}"),
        ("# dropcheck: ignore[DRP101]\n        {good}", "{good}"),
        ("{good}  # words  # dropcheck: ignore[DRP101] old", "{good}  # words"),
        ("{good}  # dropcheck: ignore[DRP101] old  # noqa: E501", "{good}  # noqa: E501"),
        ("{good}  # a: b  # dropcheck: ignore[DRP101]  # noqa: E501  ", "{good}  # a: b  # noqa: E501  "),
        ("{good}  # noqa: DRP101", "{good}"),
        ("{good}  # noqa: E501, DRP101", "{good}  # noqa: E501"),
        ("{good}  # noqa:DRP101,E501 long", "{good}  # noqa:E501 long"),
        ("{good}  # dropcheck: ignore[DRP101,  nonsense]", "{good}  # dropcheck: ignore[nonsense]"),
        ("{bad}  # dropcheck: ignore[ DRP105 ,DRP101, DRP203 ] old", "{bad}  # dropcheck: ignore[ DRP101 ] old"),
        ("{bad}  # dropcheck: ignore[DRP101,DRP105,]", "{bad}  # dropcheck: ignore[DRP101,]"),
        ("{bad}  # dropcheck: ignore[DRP105]  # dropcheck: ignore[DRP101] b", "{bad}  # dropcheck: ignore[DRP101] b"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_removal_keeps_every_other_byte(project: Project, before: str, after: str, newline: str) -> None:
    def text(line: str) -> bytes:
        filled = line.format(bad="x = F.dropout(x)", good="x = F.dropout(x, training=self.training)")
        return ("\ufeff" + method("'ü'", filled, "return x  ")).replace("\n", newline).encode()

    project.write("net.py", text(before))
    project.run("check", "--extend-select", "DRP901", "--fix")
    assert (project.folder / "net.py").read_bytes() == text(after)


def test_comment_at_the_end_of_a_file_without_a_newline_is_removed(project: Project) -> None:
    project.write("net.py", f"{GOOD}# dropcheck: file-ignore[DRP1] generated")
    project.run("check", "--extend-select", "DRP901", "--fix")
    assert project.read("net.py") == GOOD


def test_file_without_any_dropout_can_hold_an_unused_suppression(project: Project) -> None:
    project.write("a.py", "x = 1  # noqa: DRP101\n")
    project.write("b.py", "# dropcheck: file-ignore[DRP101] generated\n")
    assert codes(project, "--extend-select", "DRP901") == ["DRP901", "DRP901"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--select", "DRP901"),
        ("--select", "DRP102,DRP901"),
        ("--extend-select", "DRP901", "--ignore", "DRP101"),
        ("--extend-select", "DRP901", "--ignore-suppressions"),
        (),
    ],
)
def test_suppression_is_not_judged_by_a_run_that_did_not_check_its_rule(project: Project, arguments: tuple[str, ...]) -> None:
    project.write("net.py", GOOD.replace(".training)", f".training)  {IGNORE}"))
    assert codes(project, *arguments) == []
    project.run("check", "--fix", *arguments)
    assert IGNORE in project.read("net.py")


def test_suppression_that_a_fix_makes_needless_stays_while_it_is_needed(project: Project) -> None:
    project.write("net.py", BAD.replace("0.5)", f"0.5)  {IGNORE}"))
    assert codes(project, "--extend-select", "DRP901", "--fix") == []
    assert IGNORE in project.read("net.py")


def test_unused_suppression_can_be_suppressed(project: Project) -> None:
    project.write("a.py", GOOD.replace(".training)", ".training)  # dropcheck: ignore[DRP101, DRP901] for the old branch"))
    project.write("b.py", f"# dropcheck: file-ignore[DRP901] later\n{GOOD.replace('.training)', f'.training)  {IGNORE}')}")
    assert codes(project, "--extend-select", "DRP901") == []


# Added

PLACES = [
    (("return F.dropout(x)",), ("return F.dropout(x)  {}",)),
    (("return F.dropout(", "    x,", ")"), ("return F.dropout(", "    x,", ")  {}")),
    (
        ("y = self.norm(", "    F.dropout(x),", "    x,", ")"),
        ("y = self.norm(", "    F.dropout(x),  {}", "    x,", ")"),
    ),
    (
        ("y = 1 + \\", "    F.dropout(x) + \\", "    2"),
        ("y = 1 + \\", "    F.dropout(x) + \\", "    2  {}"),
    ),
    (
        ("y = F.dropout(x), '''", "# text", "'''"),
        ("y = F.dropout(x), '''", "# text", "'''  {}"),
    ),
    (
        ("y = F.dropout(x); z = f'''", "{x}", "'''"),
        ("y = F.dropout(x); z = f'''", "{x}", "'''  {}"),
    ),
    (
        ("if F.dropout(x).sum(): y = '''", "'''"),
        ("{}", "if F.dropout(x).sum(): y = '''", "'''"),
    ),
    (("while F.dropout(x).sum():", "    pass"), ("while F.dropout(x).sum():  {}", "    pass")),
    (("return F.dropout(x)  # type: ignore",), ("return F.dropout(x)  # type: ignore  {}",)),
    (("return F.dropout(x) ",), ("return F.dropout(x)  {}",)),
    (("return F.dropout(x)\t\t",), ("return F.dropout(x)\t\t{}",)),
    (("return 'a#b' + F.dropout(x)",), ("return 'a#b' + F.dropout(x)  {}",)),
]


@pytest.mark.parametrize(("before", "after"), PLACES)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("reason", ["", "compared with v1, see #12"])
def test_comment_is_added_where_it_is_obeyed(
    project: Project, before: tuple[str, ...], after: tuple[str, ...], newline: str, reason: str
) -> None:
    def text(lines: tuple[str, ...], comment: str) -> bytes:
        return method(*(line.replace("{}", comment) for line in lines)).replace("\n", newline).encode()

    old = text(before, "")
    project.write("net.py", old)
    code, out, err = project.run("check", f"--add-ignore={reason}", "net.py")
    assert (code, out, err) == (0, "", "Suppressed 1 finding in 1 file, 0 left.\n")
    new = (project.folder / "net.py").read_bytes()
    assert new == text(after, f"{IGNORE} {reason}".rstrip())
    assert ast.dump(ast.parse(new)) == ast.dump(ast.parse(old))
    assert project.run("check", "--add-ignore=again")[0] == 0
    assert (project.folder / "net.py").read_bytes() == new


def test_bare_add_ignore_does_not_take_the_path_for_a_reason(project: Project) -> None:
    project.write("src/net.py", BAD)
    assert project.run("check", "--add-ignore", "src")[0] == 0
    assert f"0.5)  {IGNORE}\n" in project.read("src/net.py")


@pytest.mark.parametrize("rule", RULES)
def test_every_finding_of_the_fixtures_can_be_given_a_comment(project: Project, rule: str) -> None:
    project.copy_bad_fixtures(rule)
    before = {path: path.read_text("utf-8") for path in project.folder.rglob("*.py")}
    options = ("--min-confidence", "low", "--extend-select", rule)
    total = len(codes(project, *options))
    code, out, err = project.run("check", *options, "--add-ignore=later")
    assert (code, out) == (0, "")
    assert re.fullmatch(rf"Suppressed {total} findings? in \d+ files?, 0 left\.\n", err)
    for path, text in before.items():
        after = path.read_text("utf-8")
        assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(text)), path
        pairs = zip(after.splitlines(), text.splitlines(), strict=True)
        assert all(new.startswith(old) for new, old in pairs), path


def test_several_findings_of_a_line_share_a_comment(project: Project) -> None:
    project.write("net.py", method("F.dropout(F.dropout(x), training=True)"))
    project.run("check", "--add-ignore=odd")
    (found,) = re.findall(r"training=True\)  # dropcheck: ignore\[(.*)\] odd\n", project.read("net.py"))
    assert set(found.split(", ")) == {"DRP101", "DRP102", "DRP201"}


def test_code_joins_a_comment_with_the_same_reason_only(project: Project) -> None:
    line = "F.dropout(x, training=self.training)  # dropcheck: ignore[DRP102] old"
    project.write("net.py", method(line))
    project.run("check", "--add-ignore")
    assert "# dropcheck: ignore[DRP102, DRP201] old\n" in project.read("net.py")
    project.write("net.py", method(line))
    project.run("check", "--add-ignore=new")
    assert "# dropcheck: ignore[DRP102] old  # dropcheck: ignore[DRP201] new\n" in project.read("net.py")


def test_add_ignore_follows_the_selection_and_leaves_the_rest(project: Project) -> None:
    project.write("net.py", method("x = F.dropout(x)", "return F.dropout(x, training=True)"))
    code, _, err = project.run("check", "--add-ignore", "--select", "DRP102")
    assert (code, err) == (0, "Suppressed 1 finding in 1 file, 0 left.\n")
    assert codes(project) == ["DRP101"]


def test_add_ignore_with_diff_writes_nothing(project: Project) -> None:
    project.write("net.py", BAD)
    code, out, err = project.run("check", "--add-ignore=old", "--diff")
    assert code == 1
    assert f"+        return F.dropout(x, 0.5)  {IGNORE} old\n" in out
    assert err == "Would suppress 1 finding in 1 file, 0 left.\n"
    assert project.read("net.py") == BAD


def test_add_ignore_does_not_fix_even_if_the_configuration_does(project: Project) -> None:
    project.write("dropcheck.toml", "fix = true\n")
    project.write("net.py", BAD)
    project.run("check", "--add-ignore")
    assert project.read("net.py") == BAD.replace("0.5)", f"0.5)  {IGNORE}")


def test_what_must_be_mended_is_not_ignored(project: Project) -> None:
    project.write("a.py", "def f(:\n")
    project.write("b.py", f"{GOOD}# dropcheck: off\n")
    project.write("c.py", f"{GOOD}{IGNORE}\n")
    before = [project.read(name) for name in ("a.py", "b.py", "c.py")]
    assert codes(project, "--add-ignore", "--extend-select", "DRP901", "a.py", "b.py", "c.py") == ["DRP900", "DRP902", "DRP901"]
    assert [project.read(name) for name in ("a.py", "b.py", "c.py")] == before


def test_comment_that_cannot_be_encoded_is_an_error_and_the_file_stays(project: Project) -> None:
    text = f"# coding: latin-1\n{BAD}".encode("latin-1")
    path = project.write("net.py", text)
    code, _, err = project.run("check", "--add-ignore=weil \u2192 so")
    assert code == 2
    assert "error: net.py: the new text cannot be written as iso-8859-1" in err
    assert path.read_bytes() == text


@pytest.mark.parametrize("reason", ["a\nb", "x  # noqa", "a # dropcheck: always-on", "bell\a", "a # type: ignore"])
def test_reason_that_is_no_reason_is_refused(project: Project, reason: str) -> None:
    project.write("net.py", BAD)
    code, out, err = project.run("check", f"--add-ignore={reason}")
    assert (code, out) == (2, "")
    assert err.startswith("error: --add-ignore: the reason must be one line")
    assert project.read("net.py") == BAD


@pytest.mark.parametrize("other", ["--fix", "--fix-only", "--ignore-suppressions", "--write-baseline=b.json"])
def test_add_ignore_contradicts_some_options(project: Project, other: str) -> None:
    code, out, err = project.run("check", "--add-ignore", other)
    assert (code, out) == (2, "")
    assert err == f"error: --add-ignore and {other.partition('=')[0]} cannot be used together\n"


def test_ignoring_repairing_and_removing_what_is_unused_comes_to_repairing(project: Project) -> None:
    text = method("x = F.dropout(x)", "", "y = self.norm(", "    F.dropout(x, 0.1),", ")", "return y + \\", "    F.dropout(x)")
    project.write("net.py", text)
    project.run("check", "--fix")
    repaired = project.read("net.py")
    project.write("net.py", text)
    project.run("check", "--add-ignore=for now")
    assert project.read("net.py").count(IGNORE) == 3
    assert project.run("check", "--ignore-suppressions", "--fix")[0] == 0
    assert project.run("check", "--extend-select", "DRP901", "--fix")[0] == 0
    assert project.read("net.py") == repaired


def test_helper_that_all_calls_leave_on_gets_one_comment_and_no_fix(project: Project) -> None:
    project.write("ops.py", HELPER)
    project.write("a.py", CALLER)
    project.write("b.py", CALLER)
    assert codes(project) == ["DRP108"]
    code, _, err = project.run("check", "--add-ignore=on purpose")
    assert (code, err) == (0, "Suppressed 1 finding in 1 file, 0 left.\n")
    ignored = HELPER.replace("=p)", "=p)  # dropcheck: ignore[DRP108] on purpose")
    assert [project.read(name) for name in ("ops.py", "a.py", "b.py")] == [ignored, CALLER, CALLER]
    assert project.run("check", "--extend-select", "DRP901", "--fix")[0] == 0
    assert [project.read(name) for name in ("ops.py", "a.py", "b.py")] == [ignored, CALLER, CALLER]


# ruff


def ruff(project: Project, *arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--preview", "--fix", "--exit-zero"]
    subprocess.run([*command, "--select", "RUF100,RUF102,RUF103,RUF104", *arguments, "."], cwd=project.folder, check=True)


NATIVE = method(
    "# dropcheck: ignore[DRP101] on its own line",
    "x = F.dropout(x)  # dropcheck: ignore[missing-training-flag, DRP203] a reason",
    "return F.dropout(x, training=True)  # dropcheck: always-on (Monte Carlo)",
)


def test_ruff_leaves_the_native_form_alone(project: Project) -> None:
    text = f"# dropcheck: file-ignore[DRP2] generated\n{NATIVE}"
    project.write("net.py", text)
    ruff(project)
    assert project.read("net.py") == text


def test_ruff_takes_away_noqa_unless_told_otherwise(project: Project) -> None:
    text = method("return F.dropout(x)  # noqa: DRP101")
    project.write("net.py", text)
    ruff(project, "--config", 'lint.external = ["DRP"]')
    assert project.read("net.py") == text
    ruff(project)
    assert "noqa" not in project.read("net.py")
