"""``dropcheck inventory``: every site, what it does, and why."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = """\
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.drop = nn.Dropout(0.2)
        self.none = nn.Dropout(0.0)

    def forward(self, x, train=False):
        x = F.dropout(x, self.rate, training=self.training)
        x = F.dropout(x, 0.3, training=train)
        x = F.dropout(x, 0.1, training=self.flag)
        x = F.dropout(x, 0.4)  # dropcheck: ignore[DRP101] known
        if self.training:
            x = F.dropout(x, 0.5, training=True)
        return F.scaled_dot_product_attention(self.drop(x), x, x, dropout_p=self.rate)
"""


def inventory(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dropcheck", "inventory", "--isolated", *options, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_text(MODEL, encoding="utf-8")
    return tmp_path


def sites(project: Path) -> dict[int, dict[str, object]]:
    done = inventory(project, "--output-format", "json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["schema"] == "dropcheck-inventory-v1"
    return {site["location"]["row"]: site for site in data["files"][0]["sites"]}


@pytest.mark.parametrize(
    ("row", "kind", "behaviour", "train", "evaluation"),
    [
        (9, "module", "follows mode", "drops", "off"),
        (10, "module", "never on", "off", "off"),
        (13, "functional", "follows mode", "drops", "off"),
        (14, "functional", "caller decides", "open", "open"),
        (15, "functional", "undecided", "open", "open"),
        (16, "functional", "always on", "drops", "drops"),
        (18, "functional", "follows mode", "drops", "off"),
        (19, "attention", "always on", "drops", "drops"),
    ],
)
def test_every_site_says_what_it_does(project: Path, row: int, kind: str, behaviour: str, train: str, evaluation: str) -> None:
    site = sites(project)[row]
    assert (site["kind"], site["behaviour"], site["train"], site["eval"]) == (kind, behaviour, train, evaluation)


def test_sites_say_where_it_is_decided(project: Path) -> None:
    found = sites(project)
    assert found[13]["gate"] == "self.training"
    assert found[18]["gate"] == "reached in training only"
    assert (found[14]["decided"], found[14]["reason"]) == ("by its caller", "train: a parameter decides")
    assert found[15]["reason"] == "self.flag: an attribute decides"
    assert found[16]["marks"] == ["DRP101 suppressed: known"]
    assert "DRP105" in found[19]["marks"]
    assert found[13]["p"] == "self.rate"


def test_text_is_a_tree_with_totals(project: Path) -> None:
    done = inventory(project)
    lines = done.stdout.splitlines()
    assert lines[:2] == ["model.py", "  Net"]
    assert lines[-1] == (
        "8 dropout sites in 1 of 1 files: 3 follows mode, 2 always on, 1 never on, 1 caller decides, 1 undecided."
    )


def test_markdown_has_a_row_for_each_site(project: Path) -> None:
    done = inventory(project, "--output-format", "markdown")
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ") and ":" in line.split("|")[1]]
    assert len(rows) == 8


def test_markdown_of_a_hostile_path_stays_text(tmp_path: Path) -> None:
    (tmp_path / "a|<b>`.py").write_text("import torch\ntorch.dropout(torch.ones(1), 0.5, True)\n", encoding="utf-8")
    done = inventory(tmp_path, "--output-format", "markdown")
    assert "<b>" not in done.stdout
    assert "## a&#124;&#60;b&#62;&#96;.py" in done.stdout


def test_a_file_that_cannot_be_read_is_exit_code_two(project: Path) -> None:
    (project / "broken.py").write_bytes(b"x = '\xff' # dropout")
    done = inventory(project)
    assert done.returncode == 2
    assert "broken.py" in done.stderr
    assert "model.py" in done.stdout


def test_output_goes_to_a_file(project: Path) -> None:
    done = inventory(project, "--output-file", "out/list.md", "--output-format", "markdown")
    assert done.stdout == ""
    assert (project / "out" / "list.md").read_text(encoding="utf-8").startswith("# Dropout inventory")


def test_a_call_does_what_any_dropout_in_the_helper_does(tmp_path: Path) -> None:
    rows = [
        "import torch.nn as nn",
        "import torch.nn.functional as F",
        "def noise(x, p=0.5, training=True):",
        "    return F.dropout(x, p, training)",
        "def twice(x, training):",
        "    return noise(F.dropout(x, 0.5, training))",
        "class Net(nn.Module):",
        "    def forward(self, x):",
        "        if self.training:",
        "            x = twice(x, self.training)",
        "        return twice(x, self.training) + noise(x, 0.5, self.training)",
    ]
    (tmp_path / "model.py").write_text("\n".join(rows), encoding="utf-8")
    done = inventory(tmp_path, "--output-format", "json")
    found = json.loads(done.stdout)["files"][0]["sites"]
    calls = [(site["location"]["row"], site["name"], site["behaviour"]) for site in found if site["kind"] == "helper call"]
    assert calls == [
        (6, "noise", "always on"),
        (10, "twice", "follows mode"),
        (11, "twice", "always on"),
        (11, "noise", "follows mode"),
    ]
