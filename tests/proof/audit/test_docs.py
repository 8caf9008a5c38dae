"""docs/audit.md says what an audit does."""

import runpy
import sys
from pathlib import Path

import pytest
from markdown import fences, read

from dropcheck import Outcome

pytestmark = pytest.mark.proof

PAGE = read("docs/audit.md")


def test_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = fences(PAGE, "python")
    (tmp_path / "net.py").write_text(first, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "net", raising=False)
    __import__("net")
    monkeypatch.delitem(sys.modules, "net")
    assert capsys.readouterr().out == fences(PAGE, "text")[0]
    (tmp_path / "suite.py").write_text(second, encoding="utf-8")
    runpy.run_path("suite.py")


def test_the_example_of_the_api_runs(tmp_path: Path) -> None:
    (source,) = [source for source in fences(read("docs/api.md"), "python") if "import torch\n" in source]
    (tmp_path / "example.py").write_text(source, encoding="utf-8")
    runpy.run_path(str(tmp_path / "example.py"))


def test_every_outcome_is_explained() -> None:
    assert all(f"| {outcome.value} |" in PAGE for outcome in Outcome)
