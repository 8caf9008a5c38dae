"""``--output-format`` and ``--output-file`` from the command line: which report goes where, in which format."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from cli_project import BAD, GOOD, Project
from snapshots_helper import assert_snapshot

import dropcheck
from dropcheck.cli.outputs import Outputs, choose, repository_root
from dropcheck.cli.streams import use_links
from dropcheck.config.outputs import AUTO, FORMATS, Output
from dropcheck.rules import ALL_RULES

SCHEMAS = Path(__file__).parent / "schemas"
# Two files, a safe and an unsafe fix, a suppression with its reason, a mark and a finding of less confidence.
MODEL = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        x = F.dropout(x, 0.5)
        x = F.dropout(x, 0.5, training=True)
        x = F.dropout(x, 0.1)  # dropcheck: ignore[DRP101] a known one
        return F.dropout(x, 0.2)  # dropcheck: always-on (Monte-Carlo dropout)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    project = Project(tmp_path, monkeypatch, capsys)
    project.write("src/net.py", MODEL)
    project.write("src/sub/é x.py", BAD)
    project.write("src/good.py", GOOD)
    return project


def _portable(text: str, project: Project) -> str:
    """Without what differs from run to run: the folder, the version, and the rules, which have snapshots of their own."""
    text = text.replace(str(project.folder), "/repo")
    text = re.sub(r'"version": "(?!2\.1\.0)[^"]*"', '"version": "1.2.3"', text)
    return re.sub(r'"rules": \[.*?\n          \]', '"rules": []', text, flags=re.DOTALL)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(project: Project, name: str) -> None:
    code, out, err = project.run("--output-format", name, "--min-confidence", "low", "src")
    assert code == 1
    assert "Found 3 findings in 2 files" in err
    assert_snapshot(f"cli/{name}.txt", _portable(out, project))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_a_clean_run(project: Project, name: str) -> None:
    code, out, _ = project.run("--output-format", name, "src/good.py")
    assert code == 0
    assert ("DRP101" in out) is (name == "sarif")  # among the rules


def test_formats_with_a_schema_follow_it(project: Project) -> None:
    files = {"sarif": "sarif-2.1.0.json", "gitlab": "gitlab-code-quality.json", "rdjson": "rdjson.json"}
    for name, file in files.items():
        schema = json.loads((SCHEMAS / file).read_text(encoding="utf-8"))
        for arguments in (("src",), ("src/good.py",), ("--unsafe-fixes", "src"), ("src", "missing.py")):
            _, out, _ = project.run("--output-format", name, *arguments)
            jsonschema.validate(json.loads(out), schema)
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(project.run("--output-format", "junit", "src")[1])


def test_sarif_of_a_real_run(project: Project) -> None:
    (run,) = json.loads(project.run("--output-format", "sarif", "src")[1])["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in ALL_RULES]
    assert all(rule["help"]["markdown"] and rule["fullDescription"]["text"] for rule in rules)
    justifications = [each["justification"] for result in run["results"] for each in result.get("suppressions", ())]
    assert justifications == ["a known one", "Monte-Carlo dropout"]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    assert uris == {"src/net.py", "src/sub/%C3%A9%20x.py"}


def test_sarif_paths_start_at_the_repository(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(".git/HEAD", "")
    monkeypatch.chdir(project.folder / "src" / "sub")
    (result,) = json.loads(project.run("--output-format", "sarif", "--ignore-suppressions", ".")[1])["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/sub/%C3%A9%20x.py"


def test_fingerprints_survive_lines_above(project: Project) -> None:
    def prints() -> list[str]:
        (run,) = json.loads(project.run("--output-format", "sarif", "src")[1])["runs"]
        return [next(iter(result["partialFingerprints"].values())) for result in run["results"]]

    before = prints()
    project.write("src/net.py", "# a line\n\n" + MODEL.replace("F.dropout(x, 0.5)", "F.dropout(x,  0.5)"))
    assert prints() == before


# Several at once


def test_several_formats(project: Project) -> None:
    code, out, err = project.run("--output-format", "concise", "--output-format", "sarif:out/a.sarif", "src")
    assert code == 1
    assert out.startswith("src/net.py:7:13: DRP101 [*]")
    assert "Found 3 findings" in err
    assert project.read("out/a.sarif") == project.run("--output-format", "sarif", "src")[1]


def test_formats_are_separated_by_commas_or_the_option_is_repeated(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = project.run("--output-format", "concise", "--output-format", "json:a.json", "src")
    report = project.read("a.json")
    assert project.run("--output-format", "concise,json:b.json", "src") == repeated
    assert project.read("b.json") == report
    monkeypatch.setenv("DROPCHECK_OUTPUT_FORMAT", "concise,json:c.json")
    assert project.run("src") == repeated
    assert project.read("c.json") == report


def test_only_files(project: Project) -> None:
    code, out, err = project.run("--output-format", "json:a.json", "--output-format", "junit:b.xml", "src")
    assert (code, out) == (1, "")
    assert "Found 3 findings" in err
    assert len(json.loads(project.read("a.json"))) == 3
    assert ElementTree.fromstring(project.read("b.xml")).get("failures") == "3"


def test_output_file_takes_the_format_without_a_file(project: Project) -> None:
    code, out, _ = project.run("--output-format", "concise", "--output-format", "json:a.json", "-o", "b.txt", "src")
    assert (code, out) == (1, "")
    assert project.read("b.txt").startswith("src/net.py:7:13: ")
    assert json.loads(project.read("a.json"))


def test_a_diff_goes_to_stdout_and_reports_to_their_files(project: Project) -> None:
    code, out, _ = project.run("--diff", "--output-format", "json:a.json", "src")
    assert code == 1
    assert out.startswith("--- src/net.py\n+++ src/net.py\n")
    assert [item["code"] for item in json.loads(project.read("a.json"))] == ["DRP102"]


def test_statistics_go_to_stdout_and_reports_to_their_files(project: Project) -> None:
    _, out, _ = project.run("--statistics", "--output-format", "json:a.json", "src")
    assert out.startswith("2  DRP101")
    assert len(json.loads(project.read("a.json"))) == 3


def test_formats_in_the_configuration(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("pyproject.toml", '[tool.dropcheck]\noutput-format = ["concise", "json:out/a.json"]\n')
    monkeypatch.chdir(project.folder / "src")
    assert project.run(".")[1].startswith("net.py:7:13: ")
    assert len(json.loads(project.read("out/a.json"))) == 3
    assert json.loads(project.run("--output-format", "json", ".")[1])  # the command line replaces all of it


def test_the_environment_stands_between_the_flag_and_the_configuration(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("dropcheck.toml", 'output-format = "pylint"\n')
    assert project.run("src")[1].startswith("src/net.py:7: [DRP101]")
    monkeypatch.setenv("DROPCHECK_OUTPUT_FORMAT", "concise")
    assert project.run("src")[1].startswith("src/net.py:7:13: ")
    assert project.run("--output-format", "grouped", "src")[1].startswith("src/net.py:\n")
    monkeypatch.setenv("DROPCHECK_OUTPUT_FILE", "out.txt")
    assert project.run("src")[1] == ""
    assert project.read("out.txt").startswith("src/net.py:7:13: ")


# GitHub Actions


def test_github_is_chosen_in_github_actions(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert project.run("src")[1] == project.run("--output-format", "github", "src")[1]
    assert project.run("--output-format", "auto", "src")[1].startswith("::error title=dropcheck (DRP101),file=")


def test_github_is_not_chosen_where_a_format_is_given(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    full = project.run("--output-format", "full", "src")[1]
    assert full.startswith("DRP101 [*] ")
    project.run("-o", "out.txt", "src")
    assert project.read("out.txt") == full
    assert project.run("--statistics", "src")[1].startswith("2  DRP101")
    assert project.run("--diff", "src")[1].startswith("--- src/net.py")
    monkeypatch.setenv("DROPCHECK_OUTPUT_FORMAT", "full")
    assert project.run("src")[1] == full
    monkeypatch.delenv("DROPCHECK_OUTPUT_FORMAT")
    project.write("dropcheck.toml", 'output-format = "full"\n')
    assert project.run("src")[1] == full


@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not allow")
def test_a_file_cannot_command_the_runner(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("src/::stop-commands::x\n::add-mask::y##[group]##vso[task.complete].py", BAD)
    project.write("src/z.py", BAD.replace("0.5)", "0.5)  # ##vso[task.setvariable variable=a]b"))
    monkeypatch.chdir(project.folder / "src")
    commands = [("check", name, "--verbose") for name in FORMATS]
    commands += [("inventory", name) for name in ("text", "json", "markdown", "html")]
    for command, name, *others in commands:
        _, out, err = project.run(command, "--output-format", name, *others)
        assert "stop-commands" in out
        own = {"github": "::error", "azure": "##vso[task.logissue "}.get(name, "\0")
        for line in (out + err).split("\n"):
            foreign = line.removeprefix(own)
            assert not re.search(r"##\w*\[", foreign)
            assert not foreign.lstrip().startswith("::")


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--output-format", "sarf"), ["'sarf'", "did you mean 'sarif'?"]),
        (("--output-format", "JSON"), ["'JSON'", "did you mean 'json'?"]),
        (("--output-format", "xml"), ["'xml'", "known are auto, full", "azure"]),
        (("--output-format", "sarf:out.sarif"), ["did you mean 'sarif'?"]),
        (("--output-format", "sarif:"), ["'sarif:' names no file"]),
        (("--output-format", ""), ["'output-format' names no format"]),
        (("--output-format", "full", "--output-format", "json"), ["only one format can go to stdout", "'json:FILE'"]),
        (("--output-format", "json:a", "--output-format", "sarif:./a"), ["two formats go to one file"]),
        (("--output-format", "json:a", "-o", "b"), ["--output-file b", "names a file already"]),
        (("--output-format", "full", "--output-format", "json:a", "-o", "./a"), ["--output-file ./a", "another format"]),
        (("--statistics", "--output-format", "sarif"), ["--statistics", "sarif", "use full or json"]),
        (("--output-format", "json:src"), ["src", "cannot be written", "Is a directory"]),
        (("--output-format", "json:src/net.py/a.json"), ["cannot be written"]),
    ],
)
def test_mistakes_are_one_line_and_exit_2(project: Project, arguments: tuple[str, ...], words: list[str]) -> None:
    code, out, err = project.run("check", *arguments, "src")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert all(word in err for word in words)


def test_a_wrong_variable_is_one_line_and_exit_2(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROPCHECK_OUTPUT_FORMAT", "sarf")
    code, out, err = project.run("src")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "did you mean 'sarif'?" in err


def test_the_help_names_every_format(project: Project) -> None:
    words = set(re.findall(r"[\w-]+", project.run("check", "--help")[1]))
    assert words >= set(FORMATS)


# Files


def test_an_interrupted_report_leaves_the_old_one(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("out.sarif", "old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    code, _, err = project.run("--no-cache", "--output-format", "sarif:out.sarif", "src")
    assert code == 2
    assert "out.sarif: cannot be written: No space left on device" in err
    assert project.read("out.sarif") == "old"
    assert sorted(path.name for path in project.folder.iterdir()) == ["out.sarif", "src"]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
def test_links_and_permissions_of_a_report_stay(project: Project) -> None:
    real = project.write("reports/real.json", "old")
    real.chmod(0o640)
    (project.folder / "link.json").symlink_to(real)
    project.run("--output-format", "json:link.json", "src")
    assert (project.folder / "link.json").is_symlink()
    assert len(json.loads(real.read_text())) == 3
    assert real.stat().st_mode & 0o777 == 0o640
    new = project.folder / "new.json"
    project.run("--output-format", f"json:{new}", "src")
    plain = project.write("plain", "")
    assert new.stat().st_mode == plain.stat().st_mode


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="needs /dev/stdout")
def test_a_report_can_go_to_a_device(project: Project) -> None:
    places = (str(Path(dropcheck.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
    command = [sys.executable, "-m", "dropcheck", "--output-format", "json:/dev/stdout", "src"]
    run = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert len(json.loads(run.stdout)) == 3


# Hyperlinks


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal")
@pytest.mark.parametrize(
    ("variables", "linked"),
    [
        ({"TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM_PROGRAM": "WezTerm", "NO_COLOR": "1"}, False),
        ({"TERM_PROGRAM": "WezTerm", "FORCE_HYPERLINK": "0"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({}, False),
    ],
)
def test_codes_are_links_where_the_terminal_can(project: Project, variables: dict[str, str], linked: bool) -> None:
    import pty  # noqa: PLC0415

    places = (str(Path(dropcheck.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))
    known = {"PATH": os.environ["PATH"], "TERM": "xterm", "PYTHONPATH": os.pathsep.join(filter(None, places))}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "dropcheck", "-q", "src/sub"]
    subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, env={**known, **variables}, check=False)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    link = "\x1b]8;;https://dropcheck.readthedocs.io/rules/missing-training-flag/\x1b\\"
    assert (link in shown) is linked
    assert "DRP101" in shown


def test_no_links_in_a_pipe(project: Project) -> None:
    assert "\x1b]8" not in project.run("--color", "always", "src")[1]


@pytest.mark.parametrize(
    ("environ", "links"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "dumb", "TERM_PROGRAM": "vscode"}, False),
        ({"TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"VTE_VERSION": "4999"}, False),
        ({"VTE_VERSION": "7600"}, True),
        ({"VTE_VERSION": "x"}, False),
        ({"WT_SESSION": "1"}, True),
        ({"KONSOLE_VERSION": "230800"}, True),
        ({"FORCE_HYPERLINK": ""}, False),
    ],
)
def test_use_links(environ: dict[str, str], links: bool) -> None:
    assert use_links(environ, terminal=True) is links
    assert use_links(environ, terminal=False) is False
    assert use_links({**environ, "FORCE_HYPERLINK": "1"}, terminal=False) is True
    assert use_links({**environ, "FORCE_HYPERLINK": "0"}, terminal=True) is False


# Choosing


def test_choose() -> None:
    runner = {"GITHUB_ACTIONS": "true"}
    assert choose((Output(AUTO),), None, {}, statistics=False) == Outputs("full", None, ())
    assert choose((Output(AUTO),), None, runner, statistics=False) == Outputs("github", None, ())
    assert choose((Output(AUTO),), None, {"GITHUB_ACTIONS": "false"}, statistics=False).main == "full"
    # A report for a file is never for the log of the runner.
    assert choose((Output(AUTO, "a"),), None, runner, statistics=False) == Outputs(None, None, (Output("full", "a"),))


def test_repository_root(tmp_path: Path) -> None:
    inner = tmp_path / "repo" / "a" / "b"
    inner.mkdir(parents=True)
    assert repository_root(str(inner), {}) == str(inner)
    (tmp_path / "repo" / ".git").write_text("gitdir: elsewhere\n")
    assert repository_root(str(inner), {}) == str(tmp_path / "repo")
    assert repository_root(str(inner), {"CI_PROJECT_DIR": str(inner.parent)}) == str(inner.parent)
    assert repository_root(str(inner), {"CI_PROJECT_DIR": str(inner / "c")}) == str(tmp_path / "repo")
