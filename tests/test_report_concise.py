from dataclasses import replace

from report_samples import CLEAN, HOSTILE_REPORT, SAFE, SEVERAL, WITH_DISMISSED
from snapshots_helper import assert_snapshot

from dropcheck.outcome import Report
from dropcheck.report import concise
from dropcheck.report.console import ansi
from dropcheck.report.pieces import plain


def _render(report: Report) -> str:
    return plain(concise.layout(report))


def test_snapshot() -> None:
    assert_snapshot("concise.txt", _render(SEVERAL))


def test_snapshot_coloured() -> None:
    assert_snapshot("concise.ansi", ansi(concise.layout(SEVERAL)))


def test_one_line_a_finding_whatever_is_in_it() -> None:
    long = replace(SAFE, message="word " * 200 + "end")
    report = replace(HOSTILE_REPORT, findings=(*HOSTILE_REPORT.findings, long))
    report = replace(report, sources={**report.sources, **SEVERAL.sources})
    for text in (_render(report), ansi(concise.layout(report))):
        assert text.count("\n") == 2
        assert text.endswith("end\n")


def test_nothing_hostile_gets_through() -> None:
    assert _render(HOSTILE_REPORT) == ("a [bold]b[/] \\x1b[31m\\udcff.py:3:7: DRP101 message\\x1b[2J\\nsecond line\n")


def test_star_only_where_fix_would_repair_now() -> None:
    assert [line for line in _render(SEVERAL).splitlines() if "[*]" in line] == [
        "src/net.py:7:13: DRP101 [*] `F.dropout` gets no `training`, so it drops in evaluation, too"
    ]
    assert _render(replace(SEVERAL, unsafe_fixes=True)).count("[*]") == 2


def test_only_active_findings() -> None:
    assert _render(WITH_DISMISSED).count("\n") == 1
    assert _render(CLEAN) == ""
