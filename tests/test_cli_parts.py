"""The parts of the command line that need no engine."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from report_samples import CLEAN, FIXED, SEVERAL, WITH_DISMISSED

from dropcheck.__main__ import main
from dropcheck.cli.check import check
from dropcheck.cli.exit_code import ExitOptions, exit_code
from dropcheck.cli.progress import ProgressBar
from dropcheck.cli.streams import use_color, write, write_file
from dropcheck.errors import UserError
from dropcheck.outcome import FileError, Report

ALL_FIXED = replace(FIXED, findings=())
BROKEN = (FileError("a.py", "is binary"),)


@pytest.mark.parametrize(
    ("report", "options", "code"),
    [
        (CLEAN, ExitOptions(), 0),
        (Report((), 0), ExitOptions(), 0),
        (SEVERAL, ExitOptions(), 1),
        (replace(WITH_DISMISSED, findings=WITH_DISMISSED.findings[1:]), ExitOptions(), 0),
        (SEVERAL, ExitOptions(exit_zero=True), 0),
        (replace(CLEAN, errors=BROKEN), ExitOptions(), 2),
        (replace(SEVERAL, errors=BROKEN), ExitOptions(exit_zero=True, fix_only=True), 2),
        (ALL_FIXED, ExitOptions(), 0),
        (FIXED, ExitOptions(), 1),
        (ALL_FIXED, ExitOptions(exit_non_zero_on_fix=True), 1),
        (CLEAN, ExitOptions(exit_non_zero_on_fix=True), 0),
        (FIXED, ExitOptions(fix_only=True), 0),
        (FIXED, ExitOptions(fix_only=True, exit_non_zero_on_fix=True), 1),
        (SEVERAL, ExitOptions(fix_only=True, exit_non_zero_on_fix=True), 0),
        (ALL_FIXED, ExitOptions(diff=True), 1),
        (SEVERAL, ExitOptions(diff=True), 1),
        (CLEAN, ExitOptions(diff=True), 0),
        (FIXED, ExitOptions(diff=True, exit_zero=True), 0),
        (ALL_FIXED, ExitOptions(exit_zero=True, exit_non_zero_on_fix=True), 0),
    ],
)
def test_exit_code(report: Report, options: ExitOptions, code: int) -> None:
    assert exit_code(report, options) == code


def test_refused_fixes_are_no_change() -> None:
    refused = replace(FIXED.fixed[0], after=FIXED.fixed[0].before, refused="it would not parse")
    report = replace(CLEAN, fixed=(refused,))
    assert exit_code(report, ExitOptions(diff=True, exit_non_zero_on_fix=True)) == 0


@pytest.mark.parametrize(
    ("choice", "environ", "terminal", "color"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_use_color(choice: str, environ: dict[str, str], terminal: bool, color: bool) -> None:
    assert use_color(choice, environ, terminal=terminal) is color


def test_write_keeps_line_endings_and_escapes_what_the_stream_cannot_say() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    write("a\r\né\udcff\n", stream)
    assert raw.getvalue() == b"a\r\n\\xe9\\udcff\n"


def test_write_file_makes_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "out.txt"
    write_file(str(path), "x\r\n\udcff")
    assert path.read_bytes() == b"x\r\n\\udcff"


def test_write_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_file(str(tmp_path), "x")


class _Clock:
    def __init__(self, *times: float) -> None:
        self._times: Iterator[float] = iter(times)
        self._now = 0.0

    def __call__(self) -> float:
        self._now = next(self._times, self._now)
        return self._now


def test_no_progress_in_the_first_second(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes the captured stream for a terminal
    with ProgressBar(enabled=True, color=False, clock=_Clock(0.0, 0.5)) as progress:
        for done in range(100):
            progress(done, 100)
    assert capsys.readouterr().err == ""


def test_progress_after_a_second(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with ProgressBar(enabled=True, color=False, clock=_Clock(0.0, 1.5)) as progress:
        progress(50, 100)
    err = capsys.readouterr().err
    assert "Checking" in err
    assert "50%" in err


def test_progress_only_where_somebody_sees_it(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(enabled=False, color=False, clock=_Clock(0.0, 1.5)) as progress:
        progress(50, 100)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["version"], ["-V", "version"]])
def test_version(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    out = capsys.readouterr().out.split()
    assert out[0] == "dropcheck"
    assert out[1][0].isdigit()


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {command} " in out for command in ("check", "rule", "version"))
    assert "dropcheck src" in out


def test_help_of_check_has_one_line_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--help"]) == 0
    out = capsys.readouterr().out
    lines = out[out.index("\nRules:") : out.index("RULES, GLOBS")].splitlines()
    options = [line for line in lines if line.strip() and not line.endswith(":")]
    shown = {match[0] for line in options if (match := re.search(r"--[a-z-]+", line))}
    assert all(re.fullmatch(r"  -[^ ].*?  +[A-Z].*\.|  -h, --help .*", line) for line in options)
    for parameter in check.params:
        assert shown & {*parameter.opts, *parameter.secondary_opts} or isinstance(parameter, click.Argument)
    assert "--help" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fxi"], "--fix"),
        (["check", "--color", "blue"], "'blue'"),
        (["--output-format", "xml"], "'xml'"),
        (["--min-confidence", "sure"], "'sure'"),
        (["--jobs", "0"], "0"),
        (["-q", "-v"], "--quiet and --verbose"),
        (["--isolated", "--config", "x.toml"], "--isolated"),
        (["rule"], "--all"),
        (["rule", "DRP101", "--all"], "--all"),
        (["version", "now"], "now"),
    ],
)
def test_wrong_options_are_one_line_and_exit_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert message in captured.err


def _modules(*arguments: str) -> set[str]:
    """The modules a run has loaded."""
    code = f"""
import json, sys
from dropcheck.__main__ import main
main({list(arguments)!r})
print(json.dumps(sorted(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_version_loads_next_to_nothing() -> None:
    loaded = _modules("--version")
    assert not loaded & {"click", "rich", "libcst", "pathspec"}
    assert not any(name.startswith(("dropcheck.engine", "dropcheck.rules", "dropcheck.cli")) for name in loaded)


NEEDED_BY_FEW = frozenset(
    [
        "argparse",
        "click",
        "concurrent.futures",
        "difflib",
        "gettext",
        "multiprocessing",
        "pathspec",
        "platform",
        "rich",
        "tomllib",
        "uuid",
        "dropcheck.engine.add_ignore",
        "dropcheck.engine.baseline",
        "dropcheck.engine.cache",
        "dropcheck.engine.fix",
        "dropcheck.engine.repair",
    ]
)
NEEDED_BY_MANY = frozenset(["hashlib", "libcst", "random", "signal", "textwrap", "threading", "traceback"])


@pytest.mark.parametrize("options", [(), ("check", "--no-cache", "--isolated", "--fix")], ids=" ".join)
def test_a_clean_file_loads_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)  # where no configuration has to be read
    clean = tmp_path / "clean.py"
    clean.write_text("import torch\n\n\ndef area(width, height):\n    return width * height\n")
    loaded = _modules(*options, str(clean))
    assert loaded & (NEEDED_BY_FEW | NEEDED_BY_MANY) == set()
    for package in ("engine.analysis", "facts", "link", "model", "refactor", "worlds"):
        assert not any(name.startswith(f"dropcheck.{package}") for name in loaded)


def test_a_finding_loads_neither_fixes_nor_all_of_libcst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "found.py"
    found.write_text("from torch.nn import functional as F\n\n\ndef forward(x):\n    return F.dropout(x)\n")
    loaded = _modules("check", "--no-cache", str(found))
    assert "libcst" in loaded
    assert loaded & (NEEDED_BY_FEW | {"libcst.codemod", "libcst.matchers"}) == set()
    assert not any(name.startswith("dropcheck.refactor") for name in loaded)


def test_the_process_ends_at_once_but_in_order(tmp_path: Path) -> None:
    (tmp_path / "found.py").write_text("from torch.nn import functional as F\n\n\n" + "F.dropout(x)\n" * 2000)
    code = f"""
import atexit, sys
from dropcheck.__main__ import main
atexit.register(print, "the end", file=sys.stderr)
sys.argv = ["dropcheck", "check", "--no-cache", "--min-confidence=low", "--output-format=concise", {str(tmp_path)!r}]
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.count(": DRP") >= 2000
    assert done.stdout.endswith("\n")
    assert done.stderr.endswith("the end\n")
