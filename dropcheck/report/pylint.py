"""``pylint``: the lines of ``pylint --output-format=parseable``, which many tools read."""

from __future__ import annotations

from dropcheck.model import Report
from dropcheck.report.context import Context
from dropcheck.report.escape import visible
from dropcheck.report.places import Places


def render(report: Report, _context: Context) -> str:
    """The lines ``path:row: [CODE] message``.

    Args:
        report: the run; only findings that count are shown.
    """
    places = Places(report.sources)
    return "".join(
        f"{visible(finding.path)}:{places[finding.path].position(finding.span.start).row}:"
        f" [{finding.code}] {visible(finding.message)}\n"
        for finding in report.active
    )
