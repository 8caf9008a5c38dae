"""What holds for which file: files that extend others, closest files, variables, the command line; and how to see it."""

import io
import json
import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_project import BAD, GOOD, UNSAFE, Project

from dropcheck.config.option import Kind, Option
from dropcheck.config.options import FILE_OPTIONS, FLAGS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    for name in os.environ:
        if name.startswith("DROPCHECK_"):
            monkeypatch.delenv(name)
    project = Project(tmp_path, monkeypatch, capsys)
    project.write("net.py", BAD)
    return project


def shown(project: Project, *arguments: str) -> list[dict[str, Any]]:
    """What --show-settings says, as JSON."""
    code, out, err = project.run("--show-settings", "--output-format", "json", *arguments)
    assert (code, err) == (0, "")
    blocks: list[dict[str, Any]] = json.loads(out)
    return blocks


def settings(project: Project, *arguments: str) -> Mapping[str, Any]:
    """The settings of net.py."""
    (block,) = shown(project, *arguments, "net.py")
    values: Mapping[str, Any] = block["settings"]
    return values


def codes(project: Project, *arguments: str) -> list[str]:
    return sorted({item["code"] for item in json.loads(project.run("--output-format", "json", *arguments)[1])})


# extend


def test_what_is_extended_holds_unless_it_is_replaced(project: Project) -> None:
    project.write(
        "base/dropcheck.toml", 'min-confidence = "medium"\nfix = true\nmodule-bases = ["a.B"]\nextend-exclude = ["gen/x"]\n'
    )
    project.write(
        "dropcheck.toml", 'extend = "base/dropcheck.toml"\nfix = false\nmodule-bases = ["c.D"]\nextend-exclude = ["old"]\n'
    )
    values = settings(project)
    assert (values["min-confidence"], values["fix"], values["module-bases"]) == ("medium", False, ["c.D"])
    assert values["extend-exclude"] == [f"{project.folder.as_posix()}/base/gen/x", "old"]
    assert "extend" not in values


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ('ignore = ["DRP101"]', "", ["DRP102"]),
        ('ignore = ["DRP101"]', 'ignore = ["DRP102"]', []),
        ('ignore = ["DRP101"]', 'select = ["DRP1"]', ["DRP101", "DRP102"]),
        ('select = ["DRP101"]', 'extend-select = ["DRP102"]', ["DRP101", "DRP102"]),
        ('select = ["DRP2"]\nextend-select = ["DRP102"]', "", ["DRP102"]),
        ('select = ["DRP2"]\nextend-select = ["DRP102"]', 'select = ["DRP101"]', ["DRP101"]),
        ('select = ["DRP101"]', 'select = ["DRP102"]', ["DRP102"]),
    ],
)
def test_selections_are_joined_as_in_ruff(project: Project, base: str, over: str, expected: list[str]) -> None:
    project.write("net.py", BAD + UNSAFE)
    project.write("base.toml", base)
    project.write("dropcheck.toml", f'extend = "base.toml"\n{over}')
    assert codes(project) == expected


def test_a_chain_through_pyproject_and_a_variable(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED", str(project.folder / "shared"))
    project.write("shared/ci.toml", 'ignore = ["DRP102"]\nintent-words = ["x"]\n')
    project.write("mid/pyproject.toml", '[tool.dropcheck]\nextend = "$SHARED/ci.toml"\nignore = ["DRP101"]\n')
    project.write("a/b/dropcheck.toml", 'extend = "../../mid/pyproject.toml"\n')
    project.write("a/b/net.py", BAD + UNSAFE)
    (block,) = shown(project, "a")
    assert block["settings"]["ignore"] == ["DRP102", "DRP101"]
    assert block["places"]["ignore"] == [f"shared{os.sep}ci.toml", f"mid{os.sep}pyproject.toml [tool.dropcheck]"]
    assert block["config"] == str(project.folder / "a" / "b" / "dropcheck.toml")
    assert codes(project, "a") == []


def test_a_circle_is_one_line(project: Project) -> None:
    project.write("dropcheck.toml", 'extend = "a/dropcheck.toml"\n')
    project.write("a/dropcheck.toml", 'extend = "../b.toml"\n')
    project.write("b.toml", 'extend = "dropcheck.toml"\n')
    inner = os.path.join("a", "dropcheck.toml")
    circle = f"dropcheck.toml -> {inner} -> b.toml -> dropcheck.toml"
    assert project.run() == (2, "", f"error: b.toml: 'extend' leads in a circle: {circle}; take one of them out\n")
    project.write("b.toml", 'extend = "b.toml"\n')
    assert "b.toml -> b.toml;" in project.run()[2]


@pytest.mark.parametrize(
    ("extended", "message"),
    [
        (None, "dropcheck.toml: 'extend': 'base.toml' is no file; name another one"),
        ("fix = 3", "base.toml: 'fix' must be true or false, not a number ('extend' in dropcheck.toml leads there)"),
    ],
)
def test_a_wrong_file_is_told_with_the_one_that_leads_there(project: Project, extended: str | None, message: str) -> None:
    project.write("dropcheck.toml", 'extend = "base.toml"\n')
    if extended is not None:
        project.write("base.toml", extended)
    assert project.run() == (2, "", f"error: {message}\n")


# Nested configurations


def test_the_closest_file_holds_and_others_do_not(project: Project) -> None:
    project.write("dropcheck.toml", 'ignore = ["DRP101"]\nmin-confidence = "low"\n')
    project.write("sub/pyproject.toml", '[tool.dropcheck]\nignore = ["DRP102"]\n')
    project.write("sub/pkg/net.py", BAD + UNSAFE)
    project.write("sub/other/pyproject.toml", "[project]\n")
    project.write("sub/other/net.py", BAD + UNSAFE)
    project.write("net.py", BAD + UNSAFE)
    assert codes(project, "sub") == ["DRP101"]
    assert codes(project, "net.py") == ["DRP102"]
    outer, inner = shown(project)
    assert (outer["files"], outer["settings"]["min-confidence"]) == (["net.py"], "low")
    assert inner["files"] == [os.path.join("sub", "other", "net.py"), os.path.join("sub", "pkg", "net.py")]
    assert inner["settings"]["min-confidence"] == "high"
    assert codes(project, "--config", "dropcheck.toml", "sub") == ["DRP102"]
    assert codes(project, "--isolated", "sub") == ["DRP101", "DRP102"]


# --show-settings and --show-files


def test_show_settings_tells_where_everything_stands(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROPCHECK_MIN_CONFIDENCE", "low")
    project.write("base.toml", 'ignore = ["DRP2"]\nfunctions = [{ name = "a.b", p = "rate", p-default = 0.5 }]\n')
    project.write("dropcheck.toml", 'extend = "base.toml"\nper-file-ignores = { "t.py" = ["DRP1"] }\n')
    code, out, err = project.run("check", "--show-settings", "--ignore", "DRP1,DRP9", "--no-fix")
    assert (code, err) == (0, "")
    head = f"# Settings of:\n#   net.py\n# Configuration: {project.folder / 'dropcheck.toml'}\n# Rules: none\n"
    assert out.startswith(head)
    lines = out.splitlines()
    assert 'ignore = ["DRP2", "DRP1", "DRP9"]  # base.toml, --ignore' in lines
    assert 'min-confidence = "low"  # DROPCHECK_MIN_CONFIDENCE' in lines
    assert "fix = false  # --fix" in lines
    assert 'per-file-ignores = { "t.py" = ["DRP1"] }  # dropcheck.toml' in lines
    assert 'functions = [{ name = "a.b", p = "rate", p-default = 0.5 }]  # base.toml' in lines
    assert "respect-gitignore = true  # default" in lines


def test_what_is_shown_is_a_configuration_that_says_the_same(project: Project) -> None:
    project.write("dropcheck.toml", 'functions = [{ name = "a.b", flag = "on", parameters = ["x", "on"] }]\nignore = ["DRP2"]\n')
    before = settings(project)
    _, out, _ = project.run("--show-settings")
    assert tomllib.loads(out).keys() == before.keys()
    project.write("dropcheck.toml", out)
    assert settings(project) == before


def test_many_files_are_shown_by_their_first(project: Project) -> None:
    for number in range(9):
        project.write(f"a{number}.py", GOOD)
    _, out, _ = project.run("--show-settings")
    assert out.count(".py\n") == 5
    assert "#   and 5 more (--show-files lists all)\n" in out
    (block,) = shown(project)
    assert len(block["files"]) == 10


def test_show_settings_without_files(project: Project) -> None:
    project.write("sub/dropcheck.toml", "fix = true\n")
    (project.folder / "net.py").unlink()
    _, out, _ = project.run("--show-settings")
    assert out.startswith("# No file was found; these settings hold in the current folder.\n# Configuration: none\n")


def test_show_files(project: Project) -> None:
    project.write("old/net.py", BAD)
    project.write("sub/deep/net.pyi", BAD)
    project.write("README.md", "")
    expected = [project.folder / "net.py", project.folder / "sub" / "deep" / "net.pyi"]
    assert project.run("--show-files", "--extend-exclude", "old") == (0, "".join(f"{path}\n" for path in expected), "")
    assert project.run("--show-files", "sub", "-o", "files.txt") == (0, "", "")
    assert project.read("files.txt") == f"{expected[1]}\n"
    assert project.run("--show-files", "missing") == (2, "", "error: missing: no such file or folder\n")


def test_both_cannot_be_shown(project: Project) -> None:
    code, _, err = project.run("--show-files", "--show-settings")
    assert (code, err) == (2, "error: --show-files and --show-settings cannot be used together\n")


# Variables


def test_the_command_line_over_variables_over_files_over_defaults(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("net.py", BAD + UNSAFE)
    assert codes(project) == ["DRP101", "DRP102"]
    project.write("dropcheck.toml", 'select = ["DRP2"]\nmin-confidence = "low"\n')
    assert codes(project) == []
    monkeypatch.setenv("DROPCHECK_SELECT", "DRP101, DRP201")
    assert codes(project) == ["DRP101"]
    assert codes(project, "--select", "DRP102") == ["DRP102"]
    assert codes(project, "--extend-select", "DRP102") == ["DRP101", "DRP102"]
    monkeypatch.setenv("DROPCHECK_EXTEND_SELECT", "DRP102")
    assert codes(project) == ["DRP101", "DRP102"]
    assert codes(project, "--select", "DRP101") == ["DRP101"]
    monkeypatch.setenv("DROPCHECK_SELECT", "")
    assert codes(project) == ["DRP102"]


SAMPLES = {
    Kind.BOOLEAN: "true",
    Kind.COUNT: "2",
    Kind.PATH: "x.toml",
    Kind.TEXT: "known",
    Kind.SELECTORS: "DRP101,DRP2",
    Kind.STRINGS: "a,b",
    Kind.GLOBS: "a.py,b/*.py",
}


@pytest.mark.parametrize("option", FLAGS, ids=lambda option: option.name)
def test_every_option_has_its_variable(project: Project, monkeypatch: pytest.MonkeyPatch, option: Option) -> None:
    project.write("x.toml", "")
    value = option.choices[-1] if option.choices else SAMPLES[option.kind]
    switch = [f"--{option.name}"] if option.kind is Kind.BOOLEAN else [f"--{option.name}={value}"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    with_option = project.run(*switch)
    written = (project.folder / "x.toml").read_bytes()
    project.write("net.py", BAD)
    project.write("x.toml", "")
    monkeypatch.setenv(f"DROPCHECK_{option.name.replace('-', '_').upper()}", value)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    with_variable = project.run()
    assert (with_variable[0], with_variable[1].replace(option.variable, f"--{option.name}"), with_variable[2]) == with_option
    assert (project.folder / "x.toml").read_bytes() == written


@pytest.mark.parametrize(("text", "code"), [("1", 0), ("YES", 0), ("true", 0), ("0", 1), ("no", 1), ("False", 1), ("", 1)])
def test_switches(project: Project, monkeypatch: pytest.MonkeyPatch, text: str, code: int) -> None:
    monkeypatch.setenv("DROPCHECK_EXIT_ZERO", text)
    assert project.run()[0] == code


def test_a_switch_can_be_undone_on_the_command_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROPCHECK_FIX", "on")
    assert project.run("--no-fix")[0] == 1
    assert project.read("net.py") == BAD
    assert project.run()[0] == 0
    assert project.read("net.py") == GOOD
    project.write(".git/HEAD", "")
    project.write(".gitignore", "net.py\n")
    monkeypatch.setenv("DROPCHECK_RESPECT_GITIGNORE", "false")
    assert "1 file checked" in project.run()[2]
    assert project.run("--respect-gitignore") == (0, "", "warning: no Python files found in the given paths\n")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("FIX", "maybe", "DROPCHECK_FIX must be true or false, not 'maybe'"),
        ("DIFF", "2", "DROPCHECK_DIFF must be true or false, not '2'"),
        ("JOBS", "many", "DROPCHECK_JOBS must be a whole number above zero, not 'many'"),
        ("JOBS", "0", "DROPCHECK_JOBS must be a whole number above zero, not '0'"),
        ("MIN_CONFIDENCE", "medum", "must be one of 'high', 'medium', 'low', not 'medum'; did you mean 'medium'?"),
        ("SELECT", "mising-flag", "DROPCHECK_SELECT: no rule is called 'mising-flag'; did you mean missing-training-flag?"),
        ("EXCLUDE", "!a", "DROPCHECK_EXCLUDE: 'exclude' holds the glob '!a'; '!' has no meaning here, leave it out"),
        ("CONFIG", "none.toml", "none.toml: cannot be read: No such file or directory"),
        ("SELCT", "DRP1", "unknown environment variable DROPCHECK_SELCT; did you mean DROPCHECK_SELECT?"),
        ("OUTPUTFORMAT", "json", "unknown environment variable DROPCHECK_OUTPUTFORMAT; did you mean DROPCHECK_OUTPUT_FORMAT?"),
    ],
)
def test_a_wrong_variable_is_one_line(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"DROPCHECK_{name}", value)
    code, out, err = project.run("check")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("error: ")
    assert err.endswith(f"{message}\n")


def test_a_wrong_variable_does_not_matter_where_the_option_is_given(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROPCHECK_FIX", "maybe")
    monkeypatch.setenv("DROPCHECK_JOBS", "many")
    assert project.run("--no-fix", "--jobs", "1")[0] == 1


def test_variables_of_others_are_left_alone(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VERSION", "HOME", "UPDATE_SNAPSHOTS", "TOKEN"):
        monkeypatch.setenv(f"DROPCHECK_{name}", "x")
    assert project.run()[0] == 1


def test_a_wrong_variable_does_not_stop_commands_without_variables(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROPCHECK_SELCT", "x")
    assert project.run("config")[0] == 0
    assert project.run("inventory")[0] == 2


def test_options_that_exclude_each_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("ci.toml", 'ignore = ["DRP101"]\n')
    monkeypatch.setenv("DROPCHECK_ISOLATED", "true")
    assert project.run()[0] == 1
    assert project.run("--config", "ci.toml")[0] == 0
    monkeypatch.setenv("DROPCHECK_CONFIG", "ci.toml")
    message = "error: DROPCHECK_ISOLATED and DROPCHECK_CONFIG cannot be used together\n"
    assert project.run() == (2, "", message)
    monkeypatch.delenv("DROPCHECK_ISOLATED")
    assert project.run()[0] == 0
    assert project.run("--isolated")[0] == 1
    assert project.run("--isolated", "--config", "ci.toml")[0] == 2


def test_the_inventory_takes_the_same_options_and_variables(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("old/net.py", BAD)
    monkeypatch.setenv("DROPCHECK_OUTPUT_FORMAT", "concise")  # belongs to check
    assert project.run("inventory")[1].count("[always on]") == 2
    assert project.run("inventory", "--exclude", "old")[1].count("[always on]") == 1
    monkeypatch.setenv("DROPCHECK_EXTEND_EXCLUDE", "old")
    assert project.run("inventory")[1].count("[always on]") == 1
    monkeypatch.setenv("DROPCHECK_JOBS", "x")
    assert project.run("inventory") == (2, "", "error: DROPCHECK_JOBS must be a whole number above zero, not 'x'\n")


def test_every_file_option_but_extend_is_shown(project: Project) -> None:
    assert set(settings(project)) == {option.name for option in FILE_OPTIONS} - {"extend"}
