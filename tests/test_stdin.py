"""``dropcheck check -``: the text of standard input, as an editor or another program sends it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD, GOOD, UNSAFE
from notebooks_helper import IMPORTS, NET, dump, notebook

import dropcheck

HELPERS = "import torch.nn.functional as F\n\n\ndef noise(x, p, on=True):\n    return F.dropout(x, p, on)\n"
CALLER = """\
from torch import nn

from .helpers import noise


class Net(nn.Module):
    def forward(self, x):
        return noise(x, 0.5)
"""
FINDING = ":7:16: DRP101 [*] `dropout` without `training` stays on in evaluation: its default is `training=True`\n"

Output = tuple[int, bytes, str]


class Shell:
    """The command as a process of its own, in a scratch folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        places = (str(Path(dropcheck.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))
        self.environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")

    def run(self, text: str | bytes, *arguments: str) -> Output:
        raw = text.encode() if isinstance(text, str) else text
        command = [sys.executable, "-m", "dropcheck", *arguments]
        run = subprocess.run(command, input=raw, capture_output=True, cwd=self.folder, env=self.environ, check=False)
        return run.returncode, run.stdout, run.stderr.decode()

    def concise(self, text: str | bytes, *arguments: str) -> tuple[int, str]:
        code, out, _ = self.run(text, "check", "-q", "--output-format", "concise", *arguments)
        return code, out.decode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_findings_go_to_stdout(shell: Shell) -> None:
    assert shell.concise(BAD, "-") == (1, f"-{FINDING}")
    assert shell.concise(BAD, "-", "--stdin-filename", "src/model.py") == (1, f"{os.path.join('src', 'model.py')}{FINDING}")
    assert shell.concise(BAD, "--stdin-filename", "model.py") == (1, f"model.py{FINDING}")
    assert shell.concise(GOOD, "-") == (0, "")
    assert shell.concise("", "-") == (0, "")
    assert shell.concise("def f(:\n", "-")[1].startswith("-:1:7: DRP900 ")
    assert list(shell.folder.iterdir()) == []


def test_the_command_may_be_left_out(shell: Shell) -> None:
    assert shell.run(BAD, "-", "-q", "--output-format", "concise")[:2] == (1, f"-{FINDING}".encode())


def test_json(shell: Shell) -> None:
    def filename(*arguments: str) -> str:
        name: str = json.loads(shell.run(BAD, "check", "-", "--output-format", "json", *arguments)[1])[0]["filename"]
        return name

    assert filename() == "-"
    assert filename("--stdin-filename", "model.py") == str(shell.folder / "model.py")


# Fixing


def test_a_fix_writes_the_text_to_stdout_and_findings_to_stderr(shell: Shell) -> None:
    shell.write("model.py", "x = 1\n")
    assert shell.run(BAD, "check", "-", "--fix", "--stdin-filename", "model.py") == (
        0,
        GOOD.encode(),
        "Fixed 1 finding in 1 file, 0 left.\n",
    )
    assert (shell.folder / "model.py").read_text() == "x = 1\n"
    code, out, err = shell.run(UNSAFE, "check", "-", "--fix", "--output-format", "concise", "-q")
    assert (code, out) == (1, UNSAFE.encode())
    assert err.startswith("-:7:16: DRP102 ")
    assert shell.run(UNSAFE, "check", "-", "--fix", "--unsafe-fixes", "-q") == (0, GOOD.encode(), "")


@pytest.mark.parametrize("text", [GOOD, "", "x = 1", "def f(:\n", "\n\n"])
def test_what_is_not_changed_comes_back(shell: Shell, text: str) -> None:
    assert shell.run(text, "check", "-", "--fix")[1] == text.encode()


def test_fix_only(shell: Shell) -> None:
    both = BAD + UNSAFE
    code, out, err = shell.run(both, "check", "-", "--fix-only")
    assert (code, out.decode()) == (0, GOOD + UNSAFE)
    assert err == "Fixed 1 finding in 1 file.\n"
    assert shell.run(both, "check", "-", "--fix-only", "--exit-non-zero-on-fix")[0] == 1


def test_fix_from_the_configuration_of_the_named_file(shell: Shell) -> None:
    shell.write("src/dropcheck.toml", "fix = true\n")
    assert shell.run(BAD, "check", "-", "-q", "--stdin-filename", "src/model.py") == (0, GOOD.encode(), "")
    assert shell.concise(BAD, "-", "--stdin-filename", "model.py")[1] == f"model.py{FINDING}"


def test_a_diff_goes_to_stdout(shell: Shell) -> None:
    code, out, err = shell.run(BAD, "check", "-", "--diff", "--stdin-filename", "model.py")
    assert (code, err) == (1, "Would fix 1 finding in 1 file, 0 left.\n")
    assert out.startswith(b"--- model.py\n+++ model.py\n@@")
    assert b"+        return F.dropout(x, 0.5, training=self.training)" in out
    assert shell.run(BAD, "check", "-", "--diff", "--fix")[1] == out.replace(b"model.py", b"-")


def test_findings_that_are_left_can_go_to_a_file(shell: Shell) -> None:
    code, out, err = shell.run(UNSAFE, "check", "-", "--fix", "-q", "-o", "left.txt", "--output-format", "concise")
    assert (code, out, err) == (1, UNSAFE.encode(), "")
    assert (shell.folder / "left.txt").read_text().startswith("-:7:16: DRP102 ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbf" + BAD.encode(), b"\xef\xbb\xbf" + GOOD.encode()),
        (BAD.replace("\n", "\r\n").encode(), GOOD.replace("\n", "\r\n").encode()),
        (f"# coding: latin-1\n# é\n{BAD}".encode("latin-1"), f"# coding: latin-1\n# é\n{GOOD}".encode("latin-1")),
        (BAD.rstrip("\n").encode(), GOOD.rstrip("\n").encode()),
    ],
)
def test_encoding_mark_and_newlines_are_kept(shell: Shell, before: bytes, after: bytes) -> None:
    assert shell.run(before, "check", "-", "--fix", "-q") == (0, after, "")


@pytest.mark.parametrize("options", [(), ("--fix",)])
def test_text_that_cannot_be_read_is_one_line_and_comes_back(shell: Shell, options: tuple[str, ...]) -> None:
    code, out, err = shell.run(b"x = '\xff'\n", "check", "-", *options, "--stdin-filename", "model.py", "-q")
    assert (code, out) == (2, b"x = '\xff'\n" if options else b"")
    assert err.startswith("error: model.py: is not UTF-8 (byte 0xff in row 1)")
    assert err.count("\n") == 1


# Configuration and project


def test_configuration_holds_for_the_name(shell: Shell) -> None:
    shell.write(
        "pyproject.toml", '[tool.dropcheck]\nextend-exclude = ["gen"]\n[tool.dropcheck.per-file-ignores]\n"loose/*" = ["DRP1"]\n'
    )
    assert shell.concise(BAD, "-", "--stdin-filename", "src/model.py")[0] == 1
    assert shell.concise(BAD, "-", "--stdin-filename", "loose/model.py") == (0, "")
    assert shell.concise(BAD, "-", "--stdin-filename", "loose/model.py", "--isolated")[0] == 1
    for name in ("gen/model.py", "src/gen/model.py", "build/model.py", str(shell.folder / "gen" / "model.py")):
        assert shell.run(BAD, "check", "-", "--stdin-filename", name) == (0, b"", "")
        assert shell.run(BAD, "check", "-", "--stdin-filename", name, "--fix") == (0, BAD.encode(), "")
        assert shell.run(BAD, "check", "-", "--stdin-filename", name, "--diff") == (0, b"", "")


def test_the_text_is_linked_with_the_files_of_its_project(shell: Shell) -> None:
    shell.write("pkg/__init__.py", "")
    shell.write("pkg/helpers.py", HELPERS)
    # What is on disk under that name is another, older text.
    shell.write("pkg/model.py", "def noise(x, p):\n    return x\n")
    code, out = shell.concise(CALLER, "-", "--stdin-filename", "pkg/model.py")
    assert (code, out.split()[:2]) == (1, [f"{os.path.join('pkg', 'model.py')}:8:16:", "DRP108"])
    out = shell.run(CALLER, "check", "-", "--fix", "-q", "--stdin-filename", "pkg/model.py")[1].decode()
    assert out == CALLER.replace("0.5)", "0.5, on=self.training)")
    # Elsewhere there is no such helper.
    assert shell.concise(CALLER, "-", "--stdin-filename", "other/model.py") == (0, "")


def test_callers_on_disk_decide_about_a_helper(shell: Shell) -> None:
    shell.write("pkg/__init__.py", "")
    shell.write("pkg/model.py", CALLER.replace("noise(x, 0.5)", "noise(x, 0.5, self.training)"))
    assert shell.concise(HELPERS, "-", "--stdin-filename", "pkg/helpers.py", "--min-confidence", "low") == (0, "")


# Notebooks


def test_a_notebook(shell: Shell) -> None:
    text = dump(notebook(IMPORTS, NET))
    assert shell.concise(text, "-", "--stdin-filename", "nb.ipynb") == (1, f"nb.ipynb:cell 2{FINDING.replace(':7:', ':3:')}")
    fixed = text.replace("0.5)", "0.5, training=self.training)")
    assert shell.run(text, "check", "-", "--fix", "-q", "--stdin-filename", "nb.ipynb") == (0, fixed.encode(), "")
    assert shell.run(text, "check", "-", "--diff", "-q", "--stdin-filename", "nb.ipynb")[1].startswith(b"--- nb.ipynb:cell 2\n")


def test_a_malformed_notebook_is_one_line_and_comes_back(shell: Shell) -> None:
    code, out, err = shell.run("{", "check", "-", "--fix", "--stdin-filename", "nb.ipynb", "-q")
    assert (code, out) == (2, b"{")
    assert err.startswith("error: nb.ipynb: is not a notebook, its JSON is broken")
    assert err.count("\n") == 1


# Mistakes


@pytest.mark.parametrize(
    "arguments",
    [("-", "src"), ("src", "-"), ("-", "-"), ("src", "--stdin-filename", "a.py"), ("-", "a.py", "--stdin-filename", "a.py")],
)
def test_standard_input_is_checked_alone(shell: Shell, arguments: tuple[str, ...]) -> None:
    code, out, err = shell.run(BAD, "check", *arguments)
    assert (code, out) == (2, b"")
    option = "-" if "-" in arguments else "--stdin-filename"
    assert err == f"error: {option} means standard input, which is checked alone; leave out all other paths\n"


def test_a_file_that_is_called_so_is_named_with_its_folder(shell: Shell) -> None:
    shell.write("-", BAD)
    assert shell.concise("", os.path.join(".", "-")) == (1, f"-{FINDING}")


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX pipes")
def test_a_reader_that_goes_away(shell: Shell) -> None:
    command = [sys.executable, "-m", "dropcheck", "-", "--fix", "-q"]
    text = (BAD + "# filler\n" * 40_000).encode()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=shell.environ
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(text)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_the_settings_of_standard_input_are_those_of_its_name(shell: Shell) -> None:
    shell.write("old/dropcheck.toml", 'min-confidence = "low"\n')
    code, out, err = shell.run("", "check", "--show-settings", "--stdin-filename", "old/net.py", "-")
    assert (code, err) == (0, "")
    assert b'min-confidence = "low"' in out
    assert shell.run("", "check", "--show-files", "--stdin-filename", "net.py")[1].decode() == f"{shell.folder}/net.py\n"
