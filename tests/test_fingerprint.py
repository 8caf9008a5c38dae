"""What a finding is recognised by: its code, whatever its layout."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dropcheck import check_source
from dropcheck.fingerprint import fingerprint, normalised

CALL = "F.dropout(self.fc(x, 'a'), p=0.5)"


@pytest.mark.parametrize(
    "same",
    [
        'F.dropout(self.fc(x, "a"), p=0.5)',
        "F . dropout( self.fc(x,'a') ,p = 0.5 )",
        "F.dropout(\n    self.fc(\n        x,\n        'a',\n    ),  # words, and more\n    p=0.5,\n)",
        "F.dropout(self.fc(x, \\\r\n 'a'),\tp=0.5)",
        "F.dropout((self.fc(x, ('a'))), p=(0.5))",
    ],
)
def test_layout_does_not_count(same: str) -> None:
    assert normalised(same) == normalised(CALL)


@pytest.mark.parametrize(
    "other",
    [
        "F.dropout(self.fc(x, 'b'), p=0.5)",
        "F.dropout(self.fc(x, ' a'), p=0.5)",
        "F.dropout(self.fc(x, a), p=0.5)",
        "F.dropout(self.fc(x, '#a'), p=0.5)",
        "F.dropout(self.fc(x, f'a'), p=0.5)",
        "F.dropout(self.fc(x, 'a'), p=0.6)",
        "F.dropout(selffc(x, 'a'), p=0.5)",
        "G.dropout(self.fc(x, 'a'), p=0.5)",
    ],
)
def test_everything_else_counts(other: str) -> None:
    assert normalised(other) != normalised(CALL)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("R'a'", 'r"a"'),
        ("'''a\n'b'''", '"""a\n\'b"""'),
        (r"'it\'s'", '"it\'s"'),
        ("'say \"a\"'", r'"say \"a\""'),
        ("f(x)  # 'not a string", "f(x)"),
        ("'# no comment'", '"# no comment"'),
    ],
)
def test_quotes_do_not_count(left: str, right: str) -> None:
    assert normalised(left) == normalised(right)


def test_words_stay_apart() -> None:
    assert normalised("not x") != normalised("notx")


TEXT = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        x = F.dropout( self.norm(x, 'batch', [1,2,3]), self.a_long_rate if self.another_long_rate else 0XA, training = True )
        return F.dropout(F.relu(self.first_layer_of_the_network(x)) + F.relu(self.second_layer_of_the_network(x)), 0.1E-1)
"""


def fingerprints(text: str) -> list[str]:
    return [fingerprint(finding, text) for finding in check_source(text, "net.py")]


def test_a_formatter_changes_nothing() -> None:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "60", "-"]
    formatted = subprocess.run(command, input=TEXT, capture_output=True, text=True, check=True).stdout
    assert formatted.count("\n") > TEXT.count("\n") + 5
    assert fingerprints(formatted) == fingerprints(TEXT)


def test_fingerprints_are_for_ever() -> None:
    # Baselines out there hold them: where these change, the version of the baseline must, too.
    assert fingerprints(TEXT) == ["89678ec64970d94c", "abf732bd348a390d"]


def test_comments_are_told_apart() -> None:
    one, other = (fingerprints(f"# dropcheck: always_on {words}\n") for words in ("(one)", "(other)"))
    assert len(one) == len(other) == 1
    assert one != other
