"""Many files are fixed in one go; what does not hold there is tried alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_engine import BAD, GOOD, HEAD, here, places, run_over

from dropcheck.config.settings import Settings
from dropcheck.engine import pool, workspace
from dropcheck.engine.options import RunOptions
from dropcheck.extract import extract
from dropcheck.link import link

__all__ = ["here"]
FIX = RunOptions(fix=True, jobs=1)
BASE = f"""{HEAD}class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = 0.1

    def forward(self, x):
        return F.dropout(x, 0.1, training=self.training)
"""
SUBCLASS = """from base import Base
import torch.nn.functional as F


class Sub(Base):
    def __init__(self):
        super().__init__()
        self.q = 0.5

    def forward(self, x):
        return F.dropout(super().forward(x), 0.5, training=self.training)
"""


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by the number of files whenever a project is linked."""
    seen: list[int] = []

    def counting(files, *rest):  # type: ignore[no-untyped-def]
        files = list(files)
        seen.append(len(files))
        return link(files, *rest)

    monkeypatch.setattr(workspace, "link", counting)
    return seen


def test_many_files_are_linked_no_more_often_than_two(here: Path, links: list[int]) -> None:
    numbers = []
    for count in (2, 12):
        links.clear()
        report = run_over({f"net{number:02}.py": BAD for number in range(count)}, FIX)
        assert (len(report.fixed), report.findings) == (count, ())
        numbers.append(len(links))
    assert numbers[0] == numbers[1]
    assert {path.read_text() for path in here.glob("net*.py")} == {GOOD}


def test_a_fix_that_does_not_hold_costs_the_others_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stubborn(text: str, path: str, **rest: object) -> object:
        return extract(BAD if path == "stubborn.py" else text, path, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pool, "extract", stubborn)
    report = run_over({"a.py": BAD, "stubborn.py": BAD, "z.py": BAD}, FIX)
    assert [(Path(name).read_text()) for name in ("a.py", "stubborn.py", "z.py")] == [GOOD, BAD, GOOD]
    refused = {fixed.path: fixed.refused for fixed in report.fixed if fixed.refused}
    assert refused == {"stubborn.py": "fix refused for DRP101 at 7:16 (DRP101 in Net.forward would still be found)"}
    assert [path for path, _, _ in places(report)] == ["stubborn.py"]


def test_edits_that_collide_wait_for_a_second_pass(here: Path, links: list[int]) -> None:
    nested = BAD.replace("F.dropout(x, 0.1)", "F.dropout(F.dropout(x, 0.1), 0.2)")
    report = run_over({"a.py": nested, "b.py": nested}, FIX)
    assert report.findings == ()
    assert [Path(name).read_text().count("training=self.training") for name in ("a.py", "b.py")] == [2, 2]


def test_modules_made_in_a_base_and_in_its_subclass_have_names_of_their_own(here: Path) -> None:
    settings = Settings(select=("DRP301",), unsafe_fixes=True)
    report = run_over({"base.py": BASE, "sub.py": SUBCLASS}, FIX, settings)
    assert (report.findings, report.errors) == ((), ())
    made = [re.findall(r"self\.(\w+) = nn\.Dropout\((.*)\)", Path(name).read_text()) for name in ("base.py", "sub.py")]
    assert [[p for _, p in one] for one in made] == [["0.1"], ["0.5"]]
    assert made[0][0][0] != made[1][0][0]
