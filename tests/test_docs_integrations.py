"""The pages about CI, other tools and editors: their snippets are parsed, and what can be run is run."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_project import BAD, GOOD, Project
from markdown import ROOT, fences, read, sections, table

from dropcheck.cli.group import root
from dropcheck.engine.select import enabled_codes
from dropcheck.integrations.lsp.settings import read_settings

CI = sections(read("docs/ci.md"), 2)
EDITORS = sections(read("docs/editors.md"), 2)
OTHER = read("docs/other-tools.md")
ACTION: dict[str, Any] = yaml.safe_load(read("action.yml"))


def documents(service: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(block) for block in fences(CI[service], "yaml")]


def steps(service: str) -> list[dict[str, Any]]:
    """The steps of all workflows of a section."""
    return [step for workflow in documents(service) for job in workflow["jobs"].values() for step in job["steps"]]


def scripts() -> Iterator[tuple[str, str]]:
    """Every script of the page about CI."""
    for service, text in CI.items():
        yield from ((service, block) for block in fences(text, "bash"))
    yield "GitHub", "\n".join(step["run"] for step in steps("GitHub") if "run" in step)
    yield "GitLab", "\n".join(documents("GitLab")[0]["dropcheck"]["script"])
    yield "Azure Pipelines", "\n".join(step["script"] for step in documents("Azure Pipelines")[0]["steps"] if "script" in step)


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder with commands: dropcheck itself, a pip that installs nothing, and a reviewdog that reads what it is given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    bodies = {
        "dropcheck": f'exec {shlex.quote(sys.executable)} -m dropcheck "$@"',
        "flake8": f'exec {shlex.quote(sys.executable)} -m flake8 "$@"',
        "python": f'exec {shlex.quote(sys.executable)} "$@"',
        "pip": "exit 0",
        "reviewdog": f"exec {shlex.quote(sys.executable)} -c 'import json, sys; print(json.load(sys.stdin)[\"diagnostics\"])'",
    }
    for name, body in bodies.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with a branch that adds a bad file to what ``origin/main`` has."""
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)

    def git(*arguments: str) -> None:
        author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "good.py").write_text(GOOD)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "Good")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    (folder / "src/bad file.py").write_text(BAD)
    git("add", "-A")
    git("commit", "-qm", "Bad")
    return folder


def run(script: str, folder: Path, commands: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(("service", "script"), list(scripts()))
def test_ci_scripts_fail_on_findings(service: str, script: str, repository: Path, commands: Path) -> None:
    done = run(script, repository, commands)
    # xargs says 123 for a command that exited with 1 to 125.
    assert done.returncode == (123 if "xargs" in script else 1), done.stderr
    assert "DRP101" in done.stdout
    assert "bad file.py" in done.stdout
    assert "error:" not in done.stderr


def test_ci_reports_are_where_the_services_look_for_them(repository: Path, commands: Path) -> None:
    gitlab = documents("GitLab")[0]["dropcheck"]
    run("\n".join(gitlab["script"]), repository, commands)
    (finding,) = json.loads((repository / gitlab["artifacts"]["reports"]["codequality"]).read_text())
    assert finding["check_name"] == "DRP101"


def test_the_action_is_used_as_it_is_declared() -> None:
    used = [step for step in steps("GitHub") if "OWNER/dropcheck" in step.get("uses", "")]
    assert len(used) == 2
    for step in used:
        assert step["with"].keys() <= ACTION["inputs"].keys()
    sarif = next(workflow for workflow in documents("GitHub") if "sarif" in str(workflow))
    assert sarif["permissions"]["security-events"] == "write"
    rows = {row[0].strip("`"): row[2].strip("`") for row in table(CI["GitHub"])[1:]}
    assert rows.keys() == ACTION["inputs"].keys()
    assert {name: spec["default"] for name, spec in ACTION["inputs"].items()} == rows | {"version": ""}
    for name in ACTION["outputs"]:
        assert f"`{name}`" in CI["GitHub"]


def test_the_hooks_exist() -> None:
    hooks = {hook["id"] for hook in yaml.safe_load(read(".pre-commit-hooks.yaml"))}
    (config,) = documents("pre-commit")
    assert {hook["id"] for repo in config["repos"] for hook in repo["hooks"]} <= hooks
    assert {"dropcheck", "dropcheck-fix"} == hooks


def test_codemod_commands_run(tmp_path: Path, commands: Path) -> None:
    (block,) = fences(OTHER, "bash")
    for line in block.splitlines():
        folder = tmp_path / "project"
        (folder / "src").mkdir(parents=True, exist_ok=True)
        (folder / "src/net.py").write_text(BAD)
        done = run(line, folder, commands)
        assert done.returncode == 0, done.stderr
        assert (folder / "src/net.py").read_text() == GOOD


# Editors


def settings_of(block: object) -> frozenset[str]:
    """The rules that settings from a snippet switch on: all of them are ones that the server takes."""
    assert isinstance(block, dict)
    assert block
    return enabled_codes(read_settings(block).resolver(os.getcwd()).settings_in(os.getcwd()))


def test_settings_are_ones_that_the_server_takes() -> None:
    (example,) = fences(EDITORS["Settings"], "json")
    assert "DRP203" not in settings_of(json.loads(example))
    assert [row[0] for row in table(EDITORS["Settings"])[1:]] == ["`config`", "`showSyntaxErrors`"]


def test_vs_code() -> None:
    (example,) = fences(EDITORS["VS Code"], "json")
    settings = json.loads(example)
    assert [settings["glspc.server.command"], *settings["glspc.server.commandArguments"]] == ["dropcheck", "server"]
    assert settings_of(settings["glspc.server.initializationOptions"])
    assert list(settings["editor.codeActionsOnSave"]) == ["source.fixAll.dropcheck"]


def test_helix() -> None:
    (example,) = fences(EDITORS["Helix"], "toml")
    settings = tomllib.loads(example)
    server = settings["language-server"]["dropcheck"]
    assert [server["command"], *server["args"]] == ["dropcheck", "server"]
    assert settings_of(server["config"])
    assert "dropcheck" in settings["language"][0]["language-servers"]


@pytest.mark.parametrize(
    ("editor", "language", "command"),
    [
        ("Neovim", "lua", 'cmd = { "dropcheck", "server" }'),
        ("Emacs", "elisp", '("dropcheck" "server")'),
    ],
)
def test_other_snippets_start_the_server_and_close_what_they_open(editor: str, language: str, command: str) -> None:
    blocks = fences(EDITORS[editor], language)
    assert blocks
    for block in blocks:
        assert command in block
        bare = re.sub(r'"[^"]*"', "", block)
        for opening, closing in ("()", "{}"):
            assert bare.count(opening) == bare.count(closing)


def test_pycharm_reads_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fields = {row[0]: row[1].strip("`") for row in table(EDITORS["PyCharm"])[1:]}
    project = Project(tmp_path, monkeypatch, capsys)
    path = project.write("net.py", BAD)
    arguments = fields["Arguments"].replace("$FilePath$", str(path)).split()
    code, out, _ = project.run(*arguments)
    assert (fields["Program"], code) == ("dropcheck", 1)
    pattern = re.escape(fields["Output filters"].replace("$", "@"))
    for name, group in {"FILE_PATH": ".+", "LINE": r"\d+", "COLUMN": r"\d+", "MESSAGE": ".+"}.items():
        pattern = pattern.replace(f"@{name}@", f"(?P<{name}>{group})")
    match = re.fullmatch(pattern, out.strip())
    assert match is not None
    assert (match["FILE_PATH"], match["LINE"], match["COLUMN"]) == (str(path), "7", "16")


def test_the_server_is_a_command() -> None:
    assert "server" in root.commands
