"""The sieve and the cutting of files change no answer: with and without them the same is found."""

from __future__ import annotations

from pathlib import Path

import pytest

import dropcheck

ROOT = Path(__file__).parent.parent / "fixtures"
FOLDERS = sorted(path for path in (*(ROOT / "projects").iterdir(), *(ROOT / "rules").iterdir(), ROOT / "wild", ROOT / "models"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_same_findings_with_and_without_the_sieve(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[tuple[object, ...]]:
        report = dropcheck.check_paths([str(folder)], jobs=1)
        return [(one.path, one.span, one.code, one.confidence, one.message, one.fix, one.state) for one in report.findings]

    with_sieve = found()
    monkeypatch.setenv("DROPCHECK_NO_SIEVE", "1")
    assert with_sieve == found()
