"""The GitHub Action: its own shell steps, run here with the variables that GitHub sets."""

import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_project import BAD, GOOD
from markdown import ROOT, read

ACTION: dict[str, Any] = yaml.safe_load(read("action.yml"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
#: What an expression in a step can be. Anything else would need another test.
EXPRESSION = re.compile(r"\$\{\{ (inputs\.[a-z-]+|steps\.[a-z]+\.outputs\.[a-z-]+) \}\}")


@dataclass
class Job:
    """A job on a runner that uses the action once."""

    workspace: Path
    temp: Path
    inputs: dict[str, str]
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""

    def value(self, text: str) -> str:
        """An input of a step, with its expressions worked out."""

        def lookup(match: re.Match[str]) -> str:
            name = match[1]
            return self.inputs[name.removeprefix("inputs.")] if name.startswith("inputs.") else self.outputs.get(name, "")

        return EXPRESSION.sub(lookup, text)

    def run(self) -> int:
        """Run the steps behind the installation as GitHub does, until one fails; the exit code of the last one."""
        for step in STEPS[1:]:
            if "run" in step and (code := self.step(step)) != 0:
                return code
        return 0

    def step(self, step: dict[str, Any]) -> int:
        script, output = self.temp / "script.sh", self.temp / "output"
        script.write_text(step["run"])
        output.write_text("")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.temp),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
            **{name: self.value(text) for name, text in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / self.value(step.get("working-directory", ".")),
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self.log += done.stdout + done.stderr
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.outputs[f"steps.{step['id']}.outputs.{name}"] = value
        return done.returncode


DEFAULTS = {name: spec["default"] for name, spec in ACTION["inputs"].items()}
INSTALL = STEPS[0]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A job behind its first step, which takes long: the others start from there. Its folder has a blank in its name."""
    job = Job(tmp_path_factory.mktemp("workspace"), tmp_path_factory.mktemp("runner temp"), DEFAULTS)
    assert job.step(INSTALL) == 0, job.log
    return job


@pytest.fixture
def fresh(tmp_path: Path) -> Job:
    """A job before its first step."""
    return Job(tmp_path, tmp_path, dict(DEFAULTS))


@pytest.fixture
def job(tmp_path: Path, installed: Job) -> Job:
    workspace = tmp_path / "work space"
    (workspace / "src").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(workspace)], check=True)
    (workspace / "src/bad.py").write_text(BAD)
    (workspace / "good.py").write_text(GOOD)
    return Job(workspace, installed.temp, dict(DEFAULTS), dict(installed.outputs))


def test_findings_are_annotations_and_fail_the_step(job: Job) -> None:
    assert job.run() == 1, job.log
    assert re.search(r"^::error title=dropcheck \(DRP101\),file=\S*.*src/bad\.py,line=7,col=16,", job.log, re.MULTILINE)
    assert job.outputs["steps.check.outputs.exit-code"] == "1"
    sarif = json.loads(Path(job.outputs["steps.check.outputs.sarif-file"]).read_text())
    (result,) = sarif["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/bad.py"


def test_the_report_is_there_before_the_step_fails() -> None:
    upload = next(number for number, step in enumerate(STEPS) if "uses" in step)
    assert STEPS[upload]["if"] == "inputs.sarif == 'true' && steps.check.outputs.exit-code != '2'"
    assert STEPS[upload]["with"]["sarif_file"] == ACTION["outputs"]["sarif-file"]["value"]
    assert [step.get("id") for step in STEPS[:upload]] == ["install", "check"]
    assert 'exit "$CODE"' in STEPS[upload + 1]["run"]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"paths": "good.py"}, 0),
        ({"paths": "good.py\nsrc\n"}, 1),
        ({"paths": "good.py\r\nsrc\r\n"}, 1),
        ({"working-directory": "src"}, 1),
        ({"args": "--ignore DRP101"}, 0),
        ({"args": "--ignore\n  DRP101 --quiet"}, 0),
        ({"fail-on-findings": "false"}, 0),
        ({"fail-on-findings": "false", "paths": "missing.py"}, 2),
        ({"args": "--no-such-option"}, 2),
        ({"paths": "--help"}, 2),
    ],
)
def test_inputs(job: Job, inputs: dict[str, str], code: int) -> None:
    job.inputs |= inputs
    assert job.run() == code, job.log


@pytest.mark.parametrize("name", sorted(DEFAULTS.keys() - {"version"}))
@pytest.mark.parametrize(
    "evil", ["$(touch hacked)", "`touch hacked`", "; touch hacked #", "'; touch hacked; '", '"; touch hacked; "']
)
def test_inputs_are_never_run(job: Job, name: str, evil: str) -> None:
    if name == "working-directory":
        (job.workspace / evil).mkdir()
    job.inputs[name] = evil
    job.run()
    assert list(job.workspace.rglob("hacked")) == []


@pytest.mark.parametrize(
    "version", ["latest", "0.1.0 @ https://example.org/x.whl", "--editable=.", "$(touch hacked)", "1; touch hacked"]
)
def test_what_is_no_version_is_refused(fresh: Job, version: str) -> None:
    fresh.inputs["version"] = version
    assert fresh.step(INSTALL) == 2
    assert fresh.log == "::error title=dropcheck::the input 'version' must be a version such as 0.1.0\n"
    assert list(fresh.workspace.rglob("hacked")) == []


def test_no_script_holds_an_expression() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        for text in (*step.get("env", {}).values(), *step.get("with", {}).values()):
            assert "${{" not in EXPRESSION.sub("", text)


def test_an_old_python_is_named(fresh: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" || exit 1\n')
    (old / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", f"{old}{os.pathsep}{os.environ['PATH']}")
    assert fresh.step(INSTALL) == 2
    assert "needs Python 3.11 or newer, and this is Python 3.9.2" in fresh.log
