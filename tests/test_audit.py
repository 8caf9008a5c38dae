"""The audit where it is not used: it costs nothing, and without torch it says what to install."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from markdown import ROOT

from dropcheck.__main__ import main

PLUGIN = ("-p", "dropcheck.integrations.pytest_plugin")


def python(code: str, *, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "statement",
    [
        "from dropcheck import audit, assert_eval_deterministic",
        "from dropcheck import AuditReport, Outcome, RandomOperation, SiteResult",
        "import dropcheck.cli",
    ],
)
def test_importing_it_loads_no_torch(statement: str) -> None:
    done = python(f"{statement}\nimport sys\nassert 'torch' not in sys.modules")
    assert done.returncode == 0, done.stderr


def test_the_plugin_loads_nothing_of_this_package() -> None:
    loads = "import dropcheck.integrations.pytest_plugin, sys\nprint(*(name for name in sys.modules if 'dropcheck' in name))"
    assert sorted(python(loads).stdout.split()) == [
        "dropcheck",
        "dropcheck._version",
        "dropcheck.integrations",
        "dropcheck.integrations.pytest_plugin",
    ]


def test_the_plugin_is_an_entry_point() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points.pytest11]\ndropcheck = "dropcheck.integrations.pytest_plugin"\n' in text


WITHOUT_TORCH = "import sys\nsys.modules['torch'] = None\n"


def test_without_torch_the_function_says_what_to_install() -> None:
    done = python(f"{WITHOUT_TORCH}import dropcheck\ndropcheck.audit(None)")
    last = done.stderr.splitlines()[-1]
    assert last == "dropcheck.errors.UserError: an audit needs torch, which is not installed: pip install 'dropcheck[torch]'"


def test_without_torch_the_command_says_what_to_install() -> None:
    done = python(f"{WITHOUT_TORCH}from dropcheck.__main__ import main\nsys.exit(main(['audit', '--yes', 'a:b']))")
    assert done.returncode == 2
    assert done.stderr == "error: an audit needs torch, which is not installed: pip install 'dropcheck[torch]'\n"


def test_without_a_terminal_it_must_be_agreed(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("print('ran')\n", encoding="utf-8")
    command = [sys.executable, "-m", "dropcheck", "audit", "model:make"]
    done = subprocess.run(command, cwd=tmp_path, input="y\n", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    what = "it imports model and calls make()"
    assert done.stderr == f"error: audit runs your code ({what}), unlike all other commands: agree with --yes\n"


@pytest.mark.parametrize("target", ["model", ":make", "model:"])
def test_a_target_has_two_parts(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--yes", target]) == 2
    assert capsys.readouterr().err.startswith(f"error: {target}: name the function that makes the model as ")


def test_help_says_that_it_runs_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--help"]) == 0
    said = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "Unlike every other command, this one RUNS YOUR CODE" in said


def run_tests(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_model.py").write_text(text, encoding="utf-8")
    # Where the package is installed, its entry point loads the plugin.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:dropcheck", *PLUGIN, "test_model.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


MODEL_TEST = """\
import torch.nn.functional as F
from torch import nn, ones


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, self.training)


class Bad(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5)


def test_good(assert_eval_deterministic):
    assert_eval_deterministic(Net(), ones(4))


def test_bad(assert_eval_deterministic):
    assert_eval_deterministic(Bad(), x=ones(4))
"""


def test_the_fixture_fails_a_test_of_a_random_model(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    done = run_tests(tmp_path, MODEL_TEST)
    assert "1 failed, 1 passed" in done.stdout
    assert "AssertionError: Bad in evaluation mode: 1 random operation was active" in done.stdout
    assert "test_model.py:12:16: dropout p=0.5 in Bad" in done.stdout
    assert "dropcheck/__init__.py" not in done.stdout.replace("\\", "/")


def test_the_fixture_is_lazy(tmp_path: Path) -> None:
    done = run_tests(tmp_path, "import sys\n\n\ndef test_lazy():\n    assert 'torch' not in sys.modules\n")
    assert "1 passed" in done.stdout
