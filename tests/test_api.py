"""The public API."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dropcheck
from dropcheck import State
from dropcheck.errors import UserError

HEAD = "import torch.nn as nn\nimport torch.nn.functional as F\n\n\n"
BAD = HEAD + "class Net(nn.Module):\n    def forward(self, x):\n        return F.dropout(x, 0.1)\n"
GOOD = BAD.replace("0.1)", "0.1, training=self.training)")
MEANT = BAD.replace("0.1)", "0.1, training=True)")


def codes(findings: tuple[dropcheck.Finding, ...]) -> list[str]:
    return [finding.code for finding in findings if finding.state is State.ACTIVE]


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def test_check_source_finds() -> None:
    (finding,) = dropcheck.check_source(BAD, "net.py")
    assert (finding.code, finding.path, finding.qualified_name) == ("DRP101", "net.py", "Net.forward")
    assert "F.dropout(x, 0.1)" in BAD[finding.span.start : finding.span.end]
    assert dropcheck.check_source(GOOD) == ()


def test_check_source_tells_what_is_suppressed() -> None:
    text = BAD.replace("0.1)", "0.1)  # dropcheck: ignore[missing-training-flag] because")
    (finding,) = dropcheck.check_source(text)
    assert (finding.state, finding.state_reason) == (State.SUPPRESSED, "because")


def test_check_source_reports_what_does_not_parse() -> None:
    assert codes(dropcheck.check_source("import torch.nn.functional as F\nF.dropout(\n")) == ["DRP900"]


def test_check_source_of_nothing() -> None:
    assert dropcheck.check_source("") == ()


def test_check_source_obeys_settings() -> None:
    assert codes(dropcheck.check_source(BAD, settings=dropcheck.Settings(ignore=("DRP101",)))) == []
    with pytest.raises(UserError, match="DRP999"):
        dropcheck.check_source(BAD, settings=dropcheck.Settings(select=("DRP999",)))


def test_check_source_knows_functions_of_the_settings() -> None:
    from dropcheck.config.settings import FunctionEntry  # noqa: PLC0415

    entry = FunctionEntry("mylib.noise", ("x", "rate", "active"), p="rate", flag="active", flag_default=True)
    text = BAD.replace("import torch.nn.functional as F", "import mylib").replace("F.dropout", "mylib.noise")
    assert codes(dropcheck.check_source(text)) == []
    assert codes(dropcheck.check_source(text, settings=dropcheck.Settings(functions=(entry,)))) == ["DRP101"]


def test_fix_source_applies_safe_fixes() -> None:
    result = dropcheck.fix_source(BAD)
    assert result.text == GOOD
    assert codes(result.applied) == ["DRP101"]
    assert (result.findings, result.refused) == ((), ())
    assert dropcheck.fix_source(result.text).text == GOOD


def test_fix_source_applies_unsafe_fixes_only_if_allowed() -> None:
    assert dropcheck.fix_source(MEANT).text == MEANT
    assert dropcheck.fix_source(MEANT, unsafe=True).text == GOOD
    assert dropcheck.fix_source(MEANT, settings=dropcheck.Settings(unsafe_fixes=True)).text == GOOD


def test_fix_source_leaves_what_is_suppressed() -> None:
    text = BAD.replace("0.1)", "0.1)  # dropcheck: always-on (Monte Carlo)")
    assert dropcheck.fix_source(text).text == text


def test_nothing_checked_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap.py"
    trap.write_text(BAD + f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    dropcheck.fix_source(trap.read_text(), str(trap))
    dropcheck.check_paths([tmp_path], fix=True)
    assert not (tmp_path / "ran").exists()


def test_check_paths_checks_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bad.py").write_text(BAD)
    (tmp_path / "good.py").write_text(GOOD)
    report = dropcheck.check_paths([tmp_path / "sub", str(tmp_path / "good.py")])
    assert codes(report.findings) == ["DRP101"]
    assert report.files == 2
    assert (tmp_path / "sub" / "bad.py").read_text() == BAD


def test_check_paths_fixes(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(BAD + MEANT.removeprefix(HEAD).replace("Net", "Two"))
    report = dropcheck.check_paths([tmp_path], fix=True)
    assert (codes(report.findings), len(report.fixed)) == (["DRP102"], 1)
    report = dropcheck.check_paths([tmp_path], fix=True, unsafe_fixes=True)
    assert report.findings == ()
    assert file.read_text() == GOOD + GOOD.removeprefix(HEAD).replace("Net", "Two")


def test_check_paths_uses_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(BAD)
    (tmp_path / "dropcheck.toml").write_text('ignore = ["DRP101"]\n')
    assert codes(dropcheck.check_paths([tmp_path]).findings) == []
    other = tmp_path / "other.toml"
    other.write_text('ignore = ["DRP102"]\n')
    assert codes(dropcheck.check_paths([tmp_path], config=other).findings) == ["DRP101"]


def test_check_paths_names_a_missing_path_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("x = 1\n", encoding="utf-8")
    report = dropcheck.check_paths([tmp_path / "nowhere", tmp_path])
    assert [error.path for error in report.errors] == [str(tmp_path / "nowhere")]
    assert report.files == 1


@pytest.mark.parametrize("name", dropcheck.__all__)
def test_every_public_name_exists(name: str) -> None:
    assert getattr(dropcheck, name) is not None


def test_other_names_do_not() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        dropcheck.nonsense  # noqa: B018


def test_import_is_light() -> None:
    script = "import dropcheck, sys; print(*sorted(sys.modules))"
    loaded = run(script).stdout.split()
    heavy = {
        "libcst",
        "click",
        "rich",
        "pathspec",
        "torch",
        "concurrent.futures",
        "multiprocessing",
        "dropcheck.engine",
    }
    assert heavy.isdisjoint(loaded)


def test_libcst_is_not_loaded_for_files_that_cannot_matter(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("x = 1\n")
    script = "import dropcheck, sys; dropcheck.check_paths([sys.argv[1]]); print('libcst' in sys.modules)"
    assert run(script, str(tmp_path)).stdout == "False\n"
