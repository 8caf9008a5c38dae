"""The hooks, run by pre-commit itself on a scratch repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from markdown import ROOT
from notebooks_helper import dump, notebook

BAD = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5)
"""
GOOD = BAD.replace("0.5)", "0.5, training=self.training)")
#: What an installation needs; copied, so that the test does not depend on what is committed.
PACKAGE = ("dropcheck", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")


def environment(home: Path) -> dict[str, str]:
    """The environment without the git repository and the configuration of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PYTHONPATH"))}
    author = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {**kept, **author, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PRE_COMMIT_HOME": str(home)}


class Repository:
    """A git repository and pre-commit in it."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self._environ = environ
        folder.mkdir(exist_ok=True)
        self.git("init", "-q")

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=self.folder, env=self._environ, check=True, capture_output=True, text=True).stdout

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        self.git("add", "-A")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()

    def pre_commit(self, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "pre_commit", *arguments, "--color", "never"]
        done = subprocess.run(command, cwd=self.folder, env=self._environ, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return environment(tmp_path_factory.mktemp("pre-commit"))


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Repository:
    """This package in a git repository of its own."""
    folder = tmp_path_factory.mktemp("tool")
    for name in PACKAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    repository = Repository(folder, environ)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "Everything")
    return repository


@pytest.fixture
def scratch(tmp_path: Path, environ: dict[str, str]) -> Repository:
    return Repository(tmp_path / "scratch", environ)


def test_the_hook_fails_on_findings_and_changes_nothing(tool: Repository, scratch: Repository) -> None:
    scratch.write("bad.py", BAD)
    scratch.write("good.py", GOOD)
    scratch.write("bad.ipynb", dump(notebook(BAD)))
    code, output = scratch.pre_commit("try-repo", str(tool.folder), "dropcheck", "--all-files")
    assert code == 1, output
    assert "bad.py:7:16" in output
    assert "bad.ipynb:cell 1:7:16" in output
    assert "good.py" not in output
    assert "exit code: 1" in output
    assert scratch.read("bad.py") == BAD


def test_the_fix_hook_fails_once_and_rewrites_the_file(tool: Repository, scratch: Repository) -> None:
    scratch.write("bad.py", BAD)
    scratch.write("good.py", GOOD)
    scratch.write("bad.ipynb", dump(notebook(BAD)))
    code, output = scratch.pre_commit("try-repo", str(tool.folder), "dropcheck-fix", "--all-files")
    assert code == 1, output
    assert "files were modified by this hook" in output
    assert (scratch.read("bad.py"), scratch.read("good.py")) == (GOOD, GOOD)
    assert scratch.read("bad.ipynb") == dump(notebook(GOOD))


def test_both_hooks_pass_where_there_is_nothing_to_report(tool: Repository, scratch: Repository) -> None:
    """All in one environment: a clean file, files of other types only, and a bad file that is excluded."""
    revision = tool.git("rev-parse", "HEAD").strip()
    hooks = "".join(f"      - id: {name}\n" for name in ("dropcheck", "dropcheck-fix"))
    scratch.write(".pre-commit-config.yaml", f"repos:\n  - repo: {tool.folder}\n    rev: {revision}\n    hooks:\n{hooks}")

    scratch.write("notes.txt", "no Python here\n")
    code, output = scratch.pre_commit("run", "--all-files")
    assert code == 0, output
    assert output.count("(no files to check)Skipped") == 2

    scratch.write("good.py", GOOD)
    # A hook names every file, and a repository may have notebooks in other languages.
    scratch.write("r.ipynb", dump(notebook("dropout <- 1", language="R")))
    code, output = scratch.pre_commit("run", "--all-files", "--verbose")
    assert code == 0, output
    assert output.count("Passed") == 2
    assert "All clear: 2 files checked." in output

    scratch.git("rm", "-qf", "good.py", "r.ipynb")
    scratch.write("bad.py", BAD)
    scratch.write("pyproject.toml", '[tool.dropcheck]\nextend-exclude = ["bad.py"]\n')
    code, output = scratch.pre_commit("run", "--all-files", "--verbose")
    assert code == 0, output
    assert output.count("Passed") == 2
    assert "checked" not in output
    assert scratch.read("bad.py") == BAD
