"""``dropcheck`` from the command line, on real files and with the real engine."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD, GOOD, Project

import dropcheck


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


# Commands


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "src", "--output-format", "concise"),
        ("src", "--output-format", "concise"),
        ("--output-format", "concise", "src"),
        ("--output-format", "concise"),
        ("check", "--output-format=concise", "src/net.py"),
    ],
)
def test_check_is_the_command_unless_another_is_named(project: Project, arguments: tuple[str, ...]) -> None:
    project.write("src/net.py", BAD)
    code, out, err = project.run(*arguments)
    assert code == 1
    (line,) = out.splitlines()
    path, row, column, rest = line.split(":", 3)
    assert Path(path) == Path("src/net.py")
    assert (row, column) == ("7", "16")
    assert rest.startswith(" DRP101 [*] ")
    assert err == "Found 1 finding in 1 file (1 file checked); 1 fixable with --fix.\n"


def test_full_is_the_default(project: Project) -> None:
    project.write("net.py", BAD)
    code, out, _ = project.run()
    assert code == 1
    assert out.startswith("DRP101 [*] ")
    assert "\n7 |         return F.dropout(x, 0.5)\n  |                ^" in out
    assert "= eval: drops" in out


def test_all_clear(project: Project) -> None:
    project.write("net.py", GOOD)
    assert project.run() == (0, "", "All clear: 1 file checked.\n")


def test_no_files_is_a_warning(project: Project) -> None:
    project.write("notes.txt", "no Python\n")
    assert project.run() == (0, "", "warning: no Python files found in the given paths\n")
    assert project.run("-q") == (0, "", "")
    assert project.run("nowhere") == (2, "", "error: nowhere: no such file or folder\n")


@pytest.mark.parametrize("selector", ["DRP101", "missing-training-flag"])
def test_rule(project: Project, selector: str) -> None:
    code, out, err = project.run("rule", selector)
    assert (code, err) == (0, "")
    assert out.startswith("DRP101 missing-training-flag\n")


def test_rule_as_markdown_and_json(project: Project) -> None:
    assert project.run("rule", "DRP101", "--output-format", "markdown")[1].startswith("# missing-training-flag (DRP101)")
    assert json.loads(project.run("rule", "DRP101", "--output-format", "json")[1])["code"] == "DRP101"
    everything = json.loads(project.run("rule", "--all", "--output-format", "json")[1])
    assert {"DRP101", "DRP102", "DRP902"} <= {rule["code"] for rule in everything}


def test_unknown_rule(project: Project) -> None:
    code, out, err = project.run("rule", "mising-training-flag")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "missing-training-flag" in err


# Selecting


def test_select_ignore_and_extend_select(project: Project) -> None:
    project.write("net.py", BAD + "\n    def other(self, x):\n        return F.dropout(x, training=True)\n")

    def codes(*arguments: str) -> list[str]:
        return [item["code"] for item in json.loads(project.run("--output-format", "json", *arguments)[1])]

    assert codes() == ["DRP101", "DRP102"]
    assert codes("--select", "DRP102") == ["DRP102"]
    assert codes("--select", "missing-training-flag,DRP102") == ["DRP101", "DRP102"]
    assert codes("--select", "DRP101", "--select", "DRP102") == ["DRP101", "DRP102"]
    assert codes("--select", "DRP101", "--extend-select", "DRP102") == ["DRP101", "DRP102"]
    assert codes("--ignore", "DRP101") == ["DRP102"]
    assert codes("--select", "ALL", "--ignore", "DRP1") == []


@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select"])
def test_unknown_code_names_the_nearest_even_without_files(project: Project, option: str) -> None:
    code, out, err = project.run(option, "mising-training-flag")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert option in err
    assert "missing-training-flag" in err


def test_min_confidence(project: Project) -> None:
    project.write("tests/test_net.py", BAD)
    code, out, err = project.run("--output-format", "concise")
    assert (code, out) == (0, "")
    assert "1 more of lower confidence: see them with --min-confidence medium." in err
    code, out, err = project.run("--output-format", "concise", "--min-confidence", "medium")
    assert code == 1
    assert "DRP101" in out
    assert "lower confidence" not in err


def test_suppressions(project: Project) -> None:
    project.write("net.py", BAD.replace("0.5)", "0.5)  # dropcheck: ignore[DRP101] known"))
    code, out, err = project.run()
    assert (code, out, err) == (0, "", "All clear: 1 file checked.\n")
    assert "1 suppressed, 0 marked as intended." in project.run("--verbose")[2]
    assert project.run("--ignore-suppressions")[0] == 1


# Output


def test_json(project: Project) -> None:
    path = project.write("net.py", BAD)
    code, out, err = project.run("--output-format", "json")
    assert code == 1
    (item,) = json.loads(out)
    assert item["filename"] == str(path)
    assert item["location"] == {"row": 7, "column": 16}
    assert item["fix"]["applicability"] == "safe"
    assert "Found 1 finding" in err


def test_output_format_from_the_configuration(project: Project) -> None:
    project.write("dropcheck.toml", 'output-format = "json"\n')
    project.write("net.py", BAD)
    assert json.loads(project.run()[1])
    assert project.run("--output-format", "concise")[1].startswith("net.py:7:16: ")


def test_output_file(project: Project) -> None:
    project.write("net.py", BAD)
    code, out, err = project.run("--output-format", "concise", "-o", "reports/out.txt")
    assert (code, out) == (1, "")
    assert project.read("reports/out.txt").startswith("net.py:7:16: DRP101")
    assert "Found 1 finding" in err


def test_output_file_that_cannot_be_written(project: Project) -> None:
    project.write("net.py", BAD)
    code, out, err = project.run("-o", ".")
    assert (code, out) == (2, "")
    assert err.splitlines()[0].startswith("error: .: cannot be written")


def test_statistics(project: Project) -> None:
    project.write("a.py", BAD)
    project.write("b.py", BAD)
    assert project.run("--statistics")[:2] == (1, "2  DRP101  [*]  missing-training-flag\n")
    assert json.loads(project.run("--statistics", "--output-format", "json")[1])[0]["count"] == 2


def test_quiet_and_exit_zero(project: Project) -> None:
    project.write("net.py", BAD)
    code, out, err = project.run("--quiet", "--exit-zero", "--output-format", "concise")
    assert (code, err) == (0, "")
    assert "DRP101" in out


def test_color(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("net.py", BAD)
    plain = project.run()[1]
    coloured = project.run("--color", "always")[1]
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain != coloured
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert project.run()[1] == coloured
    assert project.run("--color", "never")[1] == plain
    project.run("-o", "out.txt")
    assert project.read("out.txt") == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert project.run()[1] == plain
    assert project.run("--color", "always")[1] == coloured


@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not allow")
def test_nothing_from_a_file_reaches_the_terminal_raw(project: Project) -> None:
    project.write("[red]\x1b]0;x\x07.py", BAD.replace("0.5)", "0.5)  # \x1b[31m [bold]\u202e"))
    for arguments in (("--color", "always"), ("--color", "always", "--diff"), ("--output-format", "concise")):
        _, out, err = project.run(*arguments)
        text = re.sub(r"\x1b\[[\d;]*m", "", out) + err
        assert "[red]\\x1b]0;x\\x07.py" in text
        assert text.replace("\n", "").isprintable()
    assert "\\x1b[31m [bold]\\u202e" in project.run()[1]


# Errors


def test_errors_are_one_line_each_and_the_rest_goes_on(project: Project) -> None:
    project.write("a.py", b"\x00\x01 dropout")
    project.write("b.py", b"# dropout \xff\n")
    project.write("net.py", BAD)
    code, out, err = project.run("--output-format", "concise", "--exit-zero")
    assert code == 2
    assert out.startswith("net.py:7:16: DRP101")
    first, second, last = err.splitlines()
    assert first.startswith("error: a.py: ")
    assert second.startswith("error: b.py: ")
    assert last.startswith("Found 1 finding in 1 file")


def test_errors_are_told_even_if_quiet(project: Project) -> None:
    project.write("a.py", b"\x00\x01 dropout")
    code, _, err = project.run("--quiet")
    assert code == 2
    assert err.startswith("error: a.py: ")


@pytest.mark.parametrize(
    ("arguments", "config", "message"),
    [
        (("missing",), "", "missing"),
        (("--config", "missing.toml"), "", "missing.toml"),
        ((), "selct = []\n", "select"),
        ((), "select = 3\n", "select"),
        ((), 'select = ["DRP999"]\n', "DRP999"),
        ((), "select = [\n", "dropcheck.toml"),
    ],
)
def test_user_errors_are_one_line_and_exit_2(project: Project, arguments: tuple[str, ...], config: str, message: str) -> None:
    project.write("net.py", BAD)
    project.write("dropcheck.toml", config)
    code, out, err = project.run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


def test_isolated(project: Project) -> None:
    project.write("dropcheck.toml", "selct = []\n")
    project.write("net.py", BAD)
    assert project.run("--isolated")[0] == 1


def test_syntax_error_is_a_finding(project: Project) -> None:
    project.write("net.py", "import torch.nn.functional as F\nF.dropout(\n")
    code, out, _ = project.run("--output-format", "concise")
    assert code == 1
    assert "DRP900" in out


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_interrupt_is_quiet(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropcheck.cli.checking.discover", _interrupted)
    code, out, err = project.run()
    assert (code, out, err.strip()) == (130, "", "")


@pytest.mark.parametrize("error", [ZeroDivisionError, EOFError])
def test_a_bug_of_ours_does_not_look_like_findings(
    project: Project, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """Nor like an interruption, which an unforeseen end of a file is to click."""

    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("dropcheck.cli.checking.discover", broken)
    code, out, err = project.run("--exit-zero")
    assert (code, out) == (2, "")
    assert re.fullmatch(
        rf"error: internal error: {error.__name__}.*, report [0-9a-f]{{8}}; please report it with .*\n", err.lstrip()
    )
    _, _, told = project.run("--exit-zero", "--verbose")
    assert told.lstrip().startswith("Traceback")
    assert told.splitlines()[-1] == err.strip()


# Files


def test_exclude_and_gitignore(project: Project) -> None:
    project.write(".git/HEAD", "")
    project.write(".gitignore", "ignored.py\n")
    for name in ("a.py", "b.py", "ignored.py"):
        project.write(name, BAD)

    def names(*arguments: str) -> list[str]:
        items = json.loads(project.run("--output-format", "json", *arguments)[1])
        return [Path(item["filename"]).name for item in items]

    assert names() == ["a.py", "b.py"]
    assert names("--no-respect-gitignore") == ["a.py", "b.py", "ignored.py"]
    assert names("--exclude", "a.py") == ["b.py"]
    assert names("--extend-exclude", "a.py,b.py") == []
    assert names("--exclude", "a.py", "a.py") == ["a.py"]
    assert names("--exclude", "a.py", "--force-exclude", "a.py") == []


def test_jobs_and_no_cache_change_no_result(project: Project) -> None:
    for number in range(30):
        project.write(f"net{number}.py", BAD)
    expected = project.run("--output-format", "concise")
    assert expected[1].count("\n") == 30
    assert project.run("--output-format", "concise", "--jobs", "1") == expected
    assert project.run("--output-format", "concise", "--jobs", "2", "--no-cache") == expected


# As a process

COMMAND = [sys.executable, "-m", "dropcheck"]


@pytest.fixture
def environ(project: Project) -> dict[str, str]:
    """An environment in which the package is found from any folder, installed or not."""
    places = (str(Path(dropcheck.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(filter(None, places))}


def test_process(project: Project, environ: dict[str, str]) -> None:
    project.write("net.py", BAD)
    command = [*COMMAND, "--output-format", "concise"]
    run = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert run.returncode == 1
    assert run.stdout.startswith("net.py:7:16: DRP101 [*] ")
    assert run.stderr.startswith("Found 1 finding")


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX pipes")
def test_a_reader_that_goes_away(project: Project, environ: dict[str, str]) -> None:
    for number in range(50):
        project.write(f"net{number}.py", BAD * 20)
    command = [*COMMAND, "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal")
def test_colour_on_a_terminal(project: Project, environ: dict[str, str]) -> None:
    import pty  # noqa: PLC0415

    project.write("net.py", BAD)
    ours, theirs = pty.openpty()
    subprocess.run(COMMAND, stdout=theirs, stderr=subprocess.PIPE, env=environ, check=False)
    os.close(theirs)
    assert b"\x1b[1;91mDRP101\x1b[0m" in os.read(ours, 100_000)
    os.close(ours)


def test_version_as_json(project: Project) -> None:
    code, out, err = project.run("version", "--output-format", "json")
    assert (code, json.loads(out), err) == (0, {"version": dropcheck.__version__}, "")
