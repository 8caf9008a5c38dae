"""What comes from the table of options: ``dropcheck config``, the JSON Schema, ``--help``."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
from cli_project import Project
from markdown import ROOT, fences, read

from dropcheck.cli.group import root
from dropcheck.config.option import Option
from dropcheck.config.options import FILE_OPTIONS, FLAGS, OPTIONS

SCHEMA = json.loads(read("dropcheck/config/dropcheck.schema.json"))
CHECK = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


# dropcheck config


def test_config_lists_the_options(project: Project) -> None:
    code, out, err = project.run("config")
    assert (code, err) == (0, "")
    assert out.splitlines() == [option.name for option in FILE_OPTIONS]


def test_config_explains_an_option(project: Project) -> None:
    assert project.run("config", "min-confidence") == (
        0,
        "Report findings of at least this confidence.\n"
        "\n"
        'Default value: "high"\n'
        "Type: one of 'high', 'medium', 'low'\n"
        "Command line: --min-confidence LEVEL\n"
        "Environment: DROPCHECK_MIN_CONFIDENCE\n"
        "Example usage:\n"
        "```toml\n"
        'min-confidence = "medium"\n'
        "```\n",
        "",
    )
    _, out, _ = project.run("config", "functions")
    assert "Command line" not in out
    assert "Default value: []" in out


def test_config_as_json_has_the_field_names_of_ruff(project: Project) -> None:
    one = json.loads(project.run("config", "fix", "--output-format", "json")[1])
    assert one == {
        "doc": "Repair what has a safe fix.",
        "default": "false",
        "value_type": "true or false",
        "scope": None,
        "example": "fix = true",
        "deprecated": None,
        "command_line": "--fix, --no-fix",
        "environment": "DROPCHECK_FIX",
    }
    everything = json.loads(project.run("config", "--output-format", "json")[1])
    assert list(everything) == [option.name for option in FILE_OPTIONS]
    assert everything["fix"] == one


@pytest.mark.parametrize("option", FILE_OPTIONS, ids=lambda option: option.name)
def test_every_option_is_explained_in_80_columns(project: Project, option: Option) -> None:
    _, out, _ = project.run("config", option.name)
    prose, _, example = out.partition("Example usage:")
    assert max(map(len, prose.splitlines())) <= 80
    assert example.strip() != "```toml\n\n```"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("selct",), "unknown option 'selct'; did you mean 'select'?"),
        (("xyzzy",), "unknown option 'xyzzy'; 'dropcheck config' lists them"),
        (("diff",), "'diff' concerns one run: give it on the command line, as --diff"),
        (("select", "--schema"), "--schema is about all options; leave OPTION out"),
        (("--output-format", "jsn"), "--output-format must be one of 'text', 'json', not 'jsn'; did you mean 'json'?"),
    ],
)
def test_config_mistakes(project: Project, arguments: tuple[str, ...], message: str) -> None:
    assert project.run("config", *arguments) == (2, "", f"error: {message}\n")


# The schema


def test_the_schema_that_is_shipped_is_the_one_that_is_printed(project: Project) -> None:
    code, out, err = project.run("config", "--schema")
    assert (code, err) == (0, "")
    assert out == read("dropcheck/config/dropcheck.schema.json")


def test_the_schema_is_one() -> None:
    type(CHECK).check_schema(SCHEMA)
    for name, described in SCHEMA["properties"].items():
        assert "default" not in described or CHECK.is_valid({name: described["default"]})


DOCUMENTED = [text for page in ("docs/configuration.md", "README.md") for text in fences(read(page), "toml")]


@pytest.mark.parametrize("text", [*(option.example for option in FILE_OPTIONS), *DOCUMENTED])
def test_the_schema_and_the_program_accept_every_documented_example(project: Project, text: str) -> None:
    project.write("pyproject.toml", "[tool.dropcheck]\n")
    document = tomllib.loads(text)
    CHECK.validate(document["tool"]["dropcheck"] if "tool" in document else document)
    project.write("sub/pyproject.toml" if "tool" in document else "sub/dropcheck.toml", text)
    project.write("sub/net.py", "")
    project.write("sub/ci/known.json", '{"tool": "dropcheck", "version": 1, "files": {}}')
    code, _, err = project.run("check", "sub")
    assert (code, err) == (0, "All clear: 1 file checked.\n")


@pytest.mark.parametrize(
    "line",
    [
        'selct = ["DRP101"]',
        'select = "DRP101"',
        'select = ["DRP999"]',
        'select = ["mising-training-flag"]',
        "ignore = [1]",
        "fix = 1",
        'min-confidence = "hgh"',
        'output-format = "yaml"',
        'exclude = ["!a"]',
        'exclude = [""]',
        'per-file-ignores = ["DRP101"]',
        'per-file-ignores = {"a.py" = "DRP101"}',
        'per-file-ignores = {"a.py" = ["DRP999"]}',
        'module-bases = ["a b"]',
        "functions = [{}]",
        'functions = [{name = "a.b"}]',
        'functions = [{name = "a.b", p = "p", flg = "f"}]',
        'functions = [{name = "a", p = "p", p-default = 50}]',
        'functions = [{name = "a", p = "p", flag-default = 1}]',
        "extend = true",
        "diff = true",
    ],
)
def test_the_schema_rejects_what_the_program_rejects(project: Project, line: str) -> None:
    assert not CHECK.is_valid(tomllib.loads(line))
    project.write("dropcheck.toml", line)
    project.write("net.py", "import torch\n")
    code, out, err = project.run()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("error: ")


# --help

COMMANDS = ((), *((name,) for name in root.commands))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_fits_in_80_columns_and_shows_examples(project: Project, command: tuple[str, ...]) -> None:
    code, out, err = project.run(*command, "--help")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if len(line) > 80] == []
    assert "..." not in out.partition("Commands:")[2]
    assert "Examples:\n" in out or command == ("version",)


def test_help_of_check_is_grouped_in_the_order_of_the_table(project: Project) -> None:
    _, out, _ = project.run("check", "--help")
    rows = [re.search(rf"^  (-\w, )?--(no-)?{option.name}[ \[]", out, re.MULTILINE) for option in FLAGS]
    places = [row.start() for row in rows if row is not None]
    assert len(places) == len([option for option in OPTIONS if option.flag])
    groups = list(dict.fromkeys(option.flag.group for option in FLAGS if option.flag))
    titles = [out.index(f"\n{group.value}:\n") for group in groups]
    assert titles == sorted(titles)
    for group in groups:
        inside = [place for place, option in zip(places, FLAGS, strict=True) if option.flag and option.flag.group is group]
        assert inside == sorted(inside)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_loads_little(command: tuple[str, ...]) -> None:
    code = f"""
import sys
from dropcheck.__main__ import main
main({[*command, "--help"]!r})
print(*sorted(sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(run.stdout.splitlines()[-1].split())
    assert "dropcheck.cli" in loaded
    assert not loaded & {"libcst", "rich", "pathspec", "pygls", "tomllib", "difflib", "concurrent.futures", "multiprocessing"}
    heavy = ("dropcheck.engine", "dropcheck.rules", "dropcheck.extract", "dropcheck.link", "dropcheck.catalogue")
    assert not any(name.startswith(heavy) for name in loaded)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--fxi",), "no such option: --fxi; did you mean --fix?"),
        (("check", "--slect", "DRP1"), "no such option: --slect; did you mean --select?"),
        (("check", "--xyzzy"), "no such option: --xyzzy; see 'dropcheck check --help'"),
        (("rule", "--al"), "no such option: --al; did you mean --all?"),
        (("--output-format", "concis"), "unknown format 'concis'; did you mean 'concise'?"),
        (("--color", "alwys"), "--color must be one of 'auto', 'always', 'never', not 'alwys'; did you mean 'always'?"),
        (("--jobs", "x"), "--jobs must be a whole number above zero, not 'x'"),
        (("chek", "src"), "chek: no such command, file or folder; did you mean 'dropcheck check'?"),
        (("inventry",), "inventry: no such command, file or folder; did you mean 'dropcheck inventory'?"),
    ],
)
def test_a_slip_is_one_line_with_the_nearest_name(project: Project, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = project.run(*arguments)
    assert (code, out) == (2, "")
    assert (err.startswith("error: "), err.count("\n")) == (True, 1)
    assert err.endswith(f"{message}\n")


def test_a_path_is_no_slip(project: Project) -> None:
    project.write("chek/net.py", "")
    assert project.run("chek") == (0, "", "All clear: 1 file checked.\n")
