"""``pylint``: the lines of ``pylint --output-format=parseable``, which many tools read."""

from __future__ import annotations

from dropcheck.model import Finding
from dropcheck.outcome import Report
from dropcheck.report.context import Context
from dropcheck.report.escape import visible
from dropcheck.report.places import Places


def render(report: Report, _context: Context) -> str:
    """The lines ``path:row: [CODE] message``.

    Args:
        report: the run; only findings that count are shown.
    """
    places = Places(report.sources)
    return "".join(_line(finding, places) for finding in report.active)


def _line(finding: Finding, places: Places) -> str:
    region = places.region(finding.path, finding.span)
    text = places.remark(finding.path, finding.span) + finding.message
    return f"{visible(finding.path)}:{region[0].row if region else 1}: [{finding.code}] {visible(text)}\n"
