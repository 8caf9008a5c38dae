"""A scratch folder with model files, and the command line run in it."""

from pathlib import Path

import pytest

from dropcheck.__main__ import main

BAD = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5)
"""
GOOD = BAD.replace("0.5)", "0.5, training=self.training)")
UNSAFE = BAD.replace("0.5)", "0.5, training=True)")

FIXTURES = Path(__file__).parent.parent / "fixtures/rules"
#: The rules about code.
RULES = sorted(path.name for path in FIXTURES.glob("DRP[1-8]*"))
#: A helper that every call leaves on, which is told once, at the helper.
HELPER = """\
import torch.nn.functional as F


def attend(q, k, v, p):
    return F.scaled_dot_product_attention(q, k, v, dropout_p=p)
"""
CALLER = """\
from torch import nn

from ops import attend


class Net(nn.Module):
    def forward(self, q, k, v):
        return attend(q, k, v, 0.1)
"""

Output = tuple[int, str, str]


class Project:
    """A folder that is the working folder, and the command run in it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        monkeypatch.chdir(folder)
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    def copy_bad_fixtures(self, rule: str) -> None:
        """The fixtures of a rule that have a finding."""
        for path in (FIXTURES / rule).glob("bad_*.py"):
            self.write(path.name, path.read_bytes())

    def read(self, path: str) -> str:
        return (self.folder / path).read_bytes().decode()

    def run(self, *arguments: str) -> Output:
        code = main(arguments)
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err
