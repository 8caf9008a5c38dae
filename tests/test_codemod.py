"""The codemod, run by LibCST's own tool."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD, GOOD, UNSAFE
from markdown import ROOT

COMMAND = "dropcheck.integrations.codemod.DropoutCommand"


class Tool:
    """A folder, and LibCST's tool run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()

    def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", COMMAND, "--no-format", "--hide-progress", *arguments]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, cwd=self.folder, env=environ, input=stdin, capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)


def test_safe_fixes_are_applied_and_the_rest_is_a_warning(tool: Tool) -> None:
    for name, text in {"bad.py": BAD.replace("\n", "\r\n"), "good.py": GOOD, "unsafe.py": UNSAFE}.items():
        tool.write(name, text)
    code, _, err = tool.run(".")
    assert code == 0
    assert (tool.read("bad.py"), tool.read("good.py"), tool.read("unsafe.py")) == (GOOD.replace("\n", "\r\n"), GOOD, UNSAFE)
    assert "7:16: DRP102 `dropout` with `training=True` stays on in evaluation" in err
    assert "Transformed 3 files successfully" in err
    assert "1 warnings were generated" in err


def test_unsafe_fixes_are_an_option(tool: Tool) -> None:
    tool.write("unsafe.py", UNSAFE)
    code, _, err = tool.run("--unsafe-fixes", "unsafe.py")
    assert (code, tool.read("unsafe.py")) == (0, GOOD), err


def test_rules_can_be_selected(tool: Tool) -> None:
    tool.write("bad.py", BAD)
    assert tool.run("--select", "DRP105,ungated-helper-call", "bad.py")[0] == 0
    assert tool.read("bad.py") == BAD
    assert tool.run("--select", "DRP105,missing-training-flag", "bad.py")[0] == 0
    assert tool.read("bad.py") == GOOD


def test_a_diff_writes_nothing(tool: Tool) -> None:
    tool.write("bad.py", BAD)
    code, out, _ = tool.run("--unified-diff", "1", "bad.py")
    assert code == 0
    assert "+        return F.dropout(x, 0.5, training=self.training)" in out
    assert tool.read("bad.py") == BAD


def test_standard_input(tool: Tool) -> None:
    assert tool.run("-", stdin=BAD)[:2] == (0, GOOD + "\n")


def test_files_are_linked_with_their_project(tool: Tool) -> None:
    shutil.copytree(ROOT / "fixtures/projects/bad_absolute_helper", tool.folder / "project")
    code, _, err = tool.run("project/pkg/net.py")
    assert code == 0, err
    assert "attend(x, x, x, self.rate if self.training else 0.0)" in tool.read("project/pkg/net.py")


def test_configuration_and_comments_hold(tool: Tool) -> None:
    tool.write("bad.py", BAD)
    tool.write("meant.py", BAD.replace("0.5)", "0.5)  # dropcheck: always-on (sampling)"))
    tool.write("dropcheck.toml", '[per-file-ignores]\n"bad.py" = ["DRP101"]\n')
    before = tool.read("meant.py")
    code, _, err = tool.run(".")
    assert (code, tool.read("bad.py"), tool.read("meant.py")) == (0, BAD, before)
    assert "0 warnings" in err


@pytest.mark.parametrize("names", [("bad.py",), ("bad.py", "other.py")])
def test_a_wrong_configuration_is_a_line_and_exit_2(tool: Tool, names: tuple[str, ...]) -> None:
    for name in names:
        tool.write(name, BAD)
    tool.write("dropcheck.toml", "selct = []\n")
    code, _, err = tool.run(*names)
    assert code == 2
    errors = {line for line in err.splitlines() if not line.endswith("...")}
    assert errors == {"error: dropcheck.toml: unknown option 'selct'; did you mean 'select'?"}
    assert tool.read("bad.py") == BAD


def test_an_unknown_rule_is_a_line_and_exit_2(tool: Tool) -> None:
    tool.write("bad.py", BAD)
    code, _, err = tool.run("--select", "DRP999", "bad.py")
    assert code == 2
    assert "no rule is called 'DRP999'" in err
