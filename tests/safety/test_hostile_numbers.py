"""Numbers and strings that a stranger writes to stop the analysis or to speak on stderr."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import Project

HEAD = """\
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        b = 99
"""
MANY_SQUARES = "        b = b * b\n" * 60

RATES = {
    "of 6,000 digits": "9" * 6000,
    "hexadecimal, of 6,000 digits": "0x" + "f" * 6000,
    "infinite": "1e999",
    "infinite and whole": "int(1e999)",
    "not a number": "int(1e999 - 1e999)",
    "too large for a float": "float(" + "9" * 400 + ")",
    "large": "9" * 400,
    "divided by nothing": "1 // 0 + 1 % 0.0",
    "squared sixty times": "b",
    "a power": "9 ** 9 ** 9 ** 9",
    "shifted": "1 << 10 ** 12",
    "a long string": "'x' * 10 ** 12",
    "a long list": "[0] * 10 ** 12",
    "a wide format": "'%1000000000000d' % 5",
}


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES.keys())
@pytest.mark.parametrize("command", ["check", "inventory", "refactor"])
def test_a_number(
    command: str, rate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(tmp_path, monkeypatch, capsys)
    project.write("net.py", f"{HEAD}{MANY_SQUARES}        return F.dropout(x, {rate})\n")
    options = ("--diff",) if command == "refactor" else ()
    code, out, err = project.run(command, *options)
    assert code in (0, 1)
    assert "error" not in err
    if command == "check":
        assert code == 1
        assert "DRP101" in out or "DRP202" in out


def test_python_does_not_warn_of_what_is_scanned(tmp_path: Path) -> None:
    # From 3.12 on it does so by itself, and names the character behind the backslash.
    escape = "\x1b"
    (tmp_path / "net.py").write_text(f"{HEAD}        return F.dropout(x, training='\\{escape}' == b)\n        '\\d'\n")
    command = [sys.executable, "-W", "always", "-m", "dropcheck", "check", "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "Warning" not in done.stderr
    assert escape not in done.stdout + done.stderr
