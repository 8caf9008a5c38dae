"""Whatever a stranger's project holds, nothing that dropcheck prints of it is obeyed by what reads it.

One project has every hostile string in every place (names of files and folders, source, comments, arguments, strings, notebooks,
syntax errors); it is printed in every format there is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import xmlschema

from dropcheck.cli.inventory import inventory
from dropcheck.config.outputs import AUTO, FORMATS
from safety import checkers
from safety.strangers import PAYLOADS, make_project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such names")

CHECK = ("check", "--no-cache", "--select", "ALL", "--min-confidence", "low", "--unsafe-fixes")
#: Every fix is verified, so those of few findings must do.
CHANGES = ("check", "--no-cache", "--select", "DRP101", "--diff")
INVENTORY_FORMATS = next(option.type.choices for option in inventory.params if option.name == "output_format")
Output = tuple[int, bytes, bytes]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("stranger"))


def run(folder: Path, *arguments: str, more: Mapping[str, str] | None = None) -> Output:
    environment = {**os.environ, "COLUMNS": "80", **(more or {})}
    command = [sys.executable, "-m", "dropcheck", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=300, check=False)
    assert b"Traceback" not in done.stderr
    assert b"internal error" not in done.stderr
    checkers.text(done.stderr)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", [name for name in FORMATS if name != AUTO])
def test_check(project: Path, name: str) -> None:
    code, out, err = run(project, *CHECK, "--output-format", name, "--verbose", ".")
    assert code == 2, "some files cannot be read"
    assert out.count(b"DRP101") > len(PAYLOADS)
    assert err.count(b"error: ") >= len(PAYLOADS)
    checkers.CHECKERS[name](out)


@pytest.mark.parametrize("name", ["full", "concise", "grouped"])
def test_check_in_colour_and_with_links(project: Path, name: str) -> None:
    _, out, _ = run(project, *CHECK, "--output-format", name, "--color", "always", ".", more={"FORCE_HYPERLINK": "1"})
    checkers.coloured(out)


OTHERS: dict[str, tuple[Callable[[bytes], object], tuple[str, ...]]] = {
    "statistics": (checkers.text, (*CHECK, "--statistics")),
    "statistics as JSON": (checkers.json_text, (*CHECK, "--statistics", "--output-format", "json")),
    "fixes that would be made": (lambda _: None, (*CHANGES, "--show-fixes", "--verbose")),
    "comments that would be added": (lambda _: None, (*CHANGES, "--add-ignore", "--show-fixes")),
    "diff in colour": (checkers.coloured, (*CHANGES, "--color", "always")),
    "all rules, unsuppressed": (checkers.text, (*CHECK, "--ignore-suppressions", "--output-format", "full")),
    "files": (checkers.text, ("check", "--show-files")),
    "settings": (checkers.text, ("check", "--show-settings")),
    "settings as JSON": (checkers.json_text, ("check", "--show-settings", "--output-format", "json")),
    "refactor": (checkers.coloured, ("refactor", "--diff", "--verbose", "--color", "always")),
    "refactor as JSON": (lambda _: None, ("refactor", "--diff", "--output-format", "json")),
    **{
        f"inventory as {name}": (checkers.CHECKERS[name], ("inventory", "--verbose", "--output-format", name))
        for name in INVENTORY_FORMATS
    },
}


@pytest.mark.parametrize(("checker", "arguments"), OTHERS.values(), ids=OTHERS.keys())
def test_everything_else_that_is_printed(project: Path, checker: Callable[[bytes], object], arguments: tuple[str, ...]) -> None:
    _, out, err = run(project, *arguments, ".")
    assert out
    checker(out)
    if arguments[0] == "refactor" and "json" in arguments:
        # Stdout has the diff; behind the report, there are the errors.
        report = err[: err.index(b"\n}\n") + 3]
        checkers.json_text(report)


def commands(data: bytes) -> list[str]:
    """The lines of a log that a runner obeys; a carriage return ends a line, too."""
    lines = data.decode("utf-8", "replace").replace("\r", "\n").split("\n")
    return [
        line for line in lines if line.lstrip().startswith("::") or "##[" in line or "##vso[" in line or "##teamcity[" in line
    ]


@pytest.mark.parametrize("runner", ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"])
@pytest.mark.parametrize("command", [CHANGES, ("refactor", "--diff")], ids=["check", "refactor"])
def test_a_diff_gives_no_commands_to_a_runner(project: Path, command: tuple[str, ...], runner: str) -> None:
    _, exact, _ = run(project, *command, ".")
    assert commands(exact), "a patch keeps every character"
    _, out, err = run(project, *command, ".", more={runner: "true"})
    assert commands(out) == commands(err) == []
    assert out.count(b"\n") == exact.count(b"\n")


def test_a_diff_in_a_file_is_exact_on_a_runner_too(project: Path, tmp_path: Path) -> None:
    _, exact, _ = run(project, *CHANGES, ".")
    run(project, *CHANGES, "--output-file", str(tmp_path / "a.patch"), ".", more={"TF_BUILD": "True"})
    assert (tmp_path / "a.patch").read_bytes() == exact
    with open(tmp_path / "b.patch", "wb") as file:
        command = [sys.executable, "-m", "dropcheck", *CHANGES, "."]
        subprocess.run(command, cwd=project, env={**os.environ, "TF_BUILD": "True"}, stdout=file, timeout=300, check=False)
    assert (tmp_path / "b.patch").read_bytes() == exact


def test_known_findings(project: Path, tmp_path: Path) -> None:
    baseline = str(tmp_path / "known.json")
    run(project, *CHECK, "--write-baseline", baseline, ".")
    written = Path(baseline).read_text()
    Path(baseline).write_text(re.sub(r'"count": \d+', '"count": 99', written))  # now all are stale
    _, out, err = run(project, *CHECK, "--baseline", baseline, "--output-format", "sarif", "--verbose", ".")
    assert err.count(b"DRP101") > len(PAYLOADS), "stale entries are told"
    checkers.sarif(out)


# The checkers themselves


RAW = {
    "text": ("colour", "C1 controls", "bidi overrides", "invisible", "GitHub", "GitHub, the old way", "Azure", "TeamCity"),
    "github": ("GitHub", "Azure", "colour"),
    "azure": ("Azure", "GitHub"),
    "json": ("JSON", "colour", "Azure"),
    "junit": ("XML", "HTML"),
    "markdown": ("Markdown", "HTML", "mentions", "SARIF link"),
    "html": ("HTML",),
}


@pytest.mark.parametrize(("name", "payload"), [(name, payload) for name, payloads in RAW.items() for payload in payloads])
def test_the_checkers_see_what_is_not_escaped(name: str, payload: str) -> None:
    naive = {
        "json": '[{{"message": "{}"}}]',
        "junit": '<testsuites><testsuite name="a" tests="1" failures="1" errors="0"><testcase name="b" classname="c">'
        '<failure message="d">{}</failure></testcase></testsuite></testsuites>',
        "github": "::error title=dropcheck,file=a::{0}\n{0}",
        "azure": "##vso[task.logissue type=error;sourcepath=a;]{0}\n{0}",
        "html": "<p>{}</p>",
        "markdown": "# {}",
    }.get(name, "{}")
    with pytest.raises((AssertionError, ValueError, SyntaxError, xmlschema.XMLSchemaValidationError)):
        checkers.CHECKERS[name](naive.format(PAYLOADS[payload]).encode())
