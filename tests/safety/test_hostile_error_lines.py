"""What a stranger's configuration says, and what a user passes on from one, is told as one line that nothing obeys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_project import BAD, Project

from safety import checkers
from safety.strangers import PAYLOADS

#: Configurations with a hostile string in them.
CONFIGURATIONS = (
    "select = [{}]",
    "ignore = [{}]",
    "{} = 1",
    "output-format = {}",
    "min-confidence = {}",
    "fix = {}",
    "extend = {}",
    "cache-dir = {}",
    "baseline = {}",
    "exclude = [{}, '[z-a]/x']",
    "per-file-ignores = {{ {} = 3 }}",
    "per-file-ignores = {{ {} = ['x'] }}",
    "module-bases = [{}]",
    "functions = [{{ name = {} }}]",
    "functions = [{{ name = 'a.b', {} = 1 }}]",
    "functions = [{{ name = 'a.b', p = {}, parameters = [{}] , flag = 'f' }}]",
    "'select' {}",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    project = Project(tmp_path, monkeypatch, capsys)
    project.write("net.py", BAD)
    return project


def toml(payload: str) -> str:
    return '"' + "".join(char if char.isalnum() else f"\\U{ord(char):08x}" for char in payload) + '"'


def check(output: tuple[int, str, str]) -> None:
    code, out, err = output
    assert code == 2
    assert out == ""
    checkers.text(err.encode())
    assert err.count("\n") == 1
    assert err.startswith("error: ")


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_configurations(project: Project, payload: str) -> None:
    for template in CONFIGURATIONS:
        text = template.replace("{{", "\0").replace("}}", "\1").replace("{}", toml(payload)).replace("\0", "{").replace("\1", "}")
        project.write("dropcheck.toml", f"{text}\n")
        output = project.run("--no-cache")
        if template.startswith(("cache-dir", "baseline")) and output[0] != 2:
            continue  # a name of a folder like any other
        check(output)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_arguments(project: Project, payload: str) -> None:
    for arguments in (
        [f"no{payload}"],
        ["--select", f"x{payload}"],
        [f"--no{payload}"],
        ["--config", f"no{payload}"],
        ["--output-format", payload],
        ["--min-confidence", payload],
        ["--baseline", f"no{payload}"],
        ["--add-ignore", payload, "--fix"],
    ):
        check(project.run("check", *arguments))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_baseline(project: Project, payload: str) -> None:
    for document in (
        payload,
        json.dumps({"tool": "dropcheck", "version": payload, "files": {}}),
        json.dumps({"tool": "dropcheck", "version": 1, "files": {payload: [1]}}),
    ):
        project.write("known.json", document.encode("utf-8", "surrogatepass"))
        check(project.run("--baseline", "known.json"))
    entry = {"rule": payload, "in": payload, "hash": payload, "count": 1}
    project.write("known.json", json.dumps({"tool": "dropcheck", "version": 1, "files": {payload: [entry]}}))
    code, out, err = project.run("--baseline", "known.json", "--verbose", "--output-format", "concise")
    assert code == 1
    checkers.text((out + err).encode())


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_settings_that_are_shown(project: Project, payload: str) -> None:
    project.write("dropcheck.toml", f"intent-words = [{toml(payload)}]\ncache-dir = {toml(f'x{payload}')}\n")
    code, out, _ = project.run("check", "--show-settings")
    assert code == 0
    checkers.text(out.encode())
    checkers.json_text(project.run("check", "--show-settings", "--output-format", "json")[1].encode())
