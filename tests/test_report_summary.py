from dataclasses import replace

import pytest
from report_samples import ADVICE, CLEAN, FIXED, NET, SAFE, SEVERAL, UNSAFE, WITH_DISMISSED

from dropcheck.levels import Confidence
from dropcheck.outcome import FileError, FixedFile, Report
from dropcheck.report.summary import SummaryOptions, render


def _summary(report: Report, **options: bool) -> list[str]:
    text = render(report, SummaryOptions(**options))
    assert text == "" or text.endswith("\n")
    return text.splitlines()


def test_found() -> None:
    assert _summary(SEVERAL) == [
        "Found 5 findings in 2 files (120 files checked); 1 fixable with --fix, 1 more with --unsafe-fixes."
    ]


@pytest.mark.parametrize(
    ("findings", "unsafe", "ending"),
    [
        ((SAFE,), False, "; 1 fixable with --fix."),
        ((SAFE, UNSAFE), True, "; 2 fixable with --fix."),
        ((UNSAFE,), False, "; 1 fixable with --fix --unsafe-fixes."),
        ((ADVICE,), True, "."),
    ],
)
def test_prospects(findings: tuple, unsafe: bool, ending: str) -> None:
    (line,) = _summary(replace(SEVERAL, findings=findings, unsafe_fixes=unsafe))
    assert line.split("(120 files checked)")[1] == ending


def test_singular() -> None:
    assert _summary(Report((replace(ADVICE, fix=None),), 1, {"src/net.py": NET})) == [
        "Found 1 finding in 1 file (1 file checked)."
    ]


def test_all_clear() -> None:
    assert _summary(CLEAN) == ["All clear: 120 files checked."]


def test_no_all_clear_with_errors() -> None:
    assert _summary(replace(CLEAN, errors=(FileError("a.py", "is binary"),))) == ["No findings: 120 files checked, 1 error."]


def test_silent_without_files() -> None:
    assert _summary(Report((), 0), verbose=True) == []


def test_fixed() -> None:
    assert _summary(replace(FIXED, findings=())) == ["Fixed 1 finding in 1 file, 0 left."]
    assert _summary(FIXED) == ["Fixed 1 finding in 1 file, 1 left; 1 fixable with --fix --unsafe-fixes."]
    assert _summary(FIXED, diff=True)[0].startswith("Would fix 1 finding in 1 file, 1 left")


def test_fix_only_does_not_tell_what_is_left() -> None:
    assert _summary(FIXED, fix_only=True) == ["Fixed 1 finding in 1 file."]
    assert _summary(SEVERAL, fix_only=True) == ["Nothing to fix."]


def test_show_fixes() -> None:
    fixed = FixedFile("src/net.py", "a", "b", (SAFE, UNSAFE, SAFE))
    assert _summary(replace(FIXED, fixed=(fixed,)), show_fixes=True)[:-1] == [
        "Fixed:",
        "  src/net.py",
        "    2 x DRP101 (missing-training-flag)",
        "    1 x DRP102 (hardcoded-training-true)",
    ]
    assert _summary(CLEAN, show_fixes=True) == ["All clear: 120 files checked."]


def test_refused_fixes_are_warned_of_and_not_counted() -> None:
    refused = FixedFile("src/net.py", NET, NET, (SAFE,), "the finding was still there")
    assert _summary(replace(SEVERAL, findings=(ADVICE,), fixed=(refused,))) == [
        "warning: src/net.py: left as it was: the finding was still there",
        "Found 1 finding in 1 file (120 files checked).",
    ]


def test_lower_confidence() -> None:
    assert _summary(WITH_DISMISSED)[-1] == "1 more of lower confidence: see them with --min-confidence medium."
    low = replace(WITH_DISMISSED.findings[-1], confidence=Confidence.LOW)
    assert _summary(replace(WITH_DISMISSED, findings=(*WITH_DISMISSED.findings, low)))[-1] == (
        "2 more of lower confidence: see them with --min-confidence low."
    )


def test_verbose_tells_notes_and_what_does_not_count() -> None:
    lines = _summary(WITH_DISMISSED, verbose=True)
    assert lines[:2] == ["src/big.py: skipped", "3 files were read from the cache"]
    assert lines[-1] == "1 suppressed, 1 marked as intended."
    assert not any("suppressed" in line or "cache" in line for line in _summary(WITH_DISMISSED))


def test_paths_are_escaped() -> None:
    refused = FixedFile("\x1b[2J.py", "a", "a", (), "no\x07")
    assert _summary(replace(CLEAN, fixed=(refused,)))[0] == "warning: \\x1b[2J.py: left as it was: no\\x07"
