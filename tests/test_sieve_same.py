"""The sieve and the cutting of files change no answer: with and without them the same is found."""

from __future__ import annotations

from pathlib import Path

import pytest

import dropcheck

ROOT = Path(__file__).parent.parent / "fixtures"
FOLDERS = sorted(path for path in (*(ROOT / "projects").iterdir(), *(ROOT / "rules").iterdir(), ROOT / "wild", ROOT / "models"))


def found_in(path: Path) -> list[tuple[object, ...]]:
    report = dropcheck.check_paths([path])
    return [(one.path, one.span, one.code, one.confidence, one.message, one.fix, one.state) for one in report.findings]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_same_findings_with_and_without_the_sieve(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_sieve = found_in(folder)
    monkeypatch.setenv("DROPCHECK_NO_SIEVE", "1")
    assert with_sieve == found_in(folder)


@pytest.mark.parametrize("rule", sorted((ROOT / "rules").iterdir()), ids=lambda path: path.name)
def test_the_same_in_each_file_where_nothing_lies_next_to_it(rule: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted(rule.glob("*.py")):
        monkeypatch.delenv("DROPCHECK_NO_SIEVE", raising=False)
        (tmp_path / "alone.py").write_bytes(path.read_bytes())
        with_sieve = found_in(tmp_path)
        monkeypatch.setenv("DROPCHECK_NO_SIEVE", "1")
        assert with_sieve == found_in(tmp_path), path
