"""``--statistics``: how often each rule fired, instead of the findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict

from dropcheck.frozen import dataclass
from dropcheck.outcome import Report
from dropcheck.report.json_text import dumps
from dropcheck.report.links import rule_url
from dropcheck.report.pieces import Piece, Role


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    name: str
    count: int
    fixable: bool
    fixable_count: int


def layout(report: Report) -> Iterator[Piece]:
    """A table of count, code, ``[*]`` or ``[-]`` and name; the most frequent rule first.

    ``[*]`` means that ``--fix`` would repair all of them now, ``[-]`` some of them.

    Args:
        report: the run; only findings that count are counted.
    """
    rows = _rows(report)
    width = max((len(str(row.count)) for row in rows), default=0)
    for row in rows:
        sign = "[*]" if row.fixable else "[-]" if row.fixable_count else "   "
        yield Piece(f"{row.count:>{width}}  ", Role.LABEL)
        yield Piece(row.code, Role.CODE, rule_url(row.name))
        yield Piece("  ")
        yield Piece(f"{sign}  ", Role.FIXABLE)
        yield Piece(f"{row.name}\n")


def render_json(report: Report) -> str:
    """The same table as a JSON array, with ruff's field names.

    Args:
        report: the run.
    """
    return dumps([asdict(row) for row in _rows(report)])


def _rows(report: Report) -> tuple[_Row, ...]:
    names = {finding.code: finding.name for finding in report.active}
    counts = Counter(finding.code for finding in report.active)
    fixable: dict[str, int] = defaultdict(int)
    for finding in report.active:
        fixable[finding.code] += finding.fix_applies(unsafe=report.unsafe_fixes)
    rows = (_Row(code, names[code], n, fixable[code] == n, fixable[code]) for code, n in counts.items())
    return tuple(sorted(rows, key=lambda row: (-row.count, row.code)))
