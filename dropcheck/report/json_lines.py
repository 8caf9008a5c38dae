"""``json-lines``: the objects of ``json``, one a line, for tools that read a stream."""

from __future__ import annotations

from dropcheck.outcome import Report
from dropcheck.report import json_report
from dropcheck.report.context import Context
from dropcheck.report.json_text import dumps


def render(report: Report, context: Context) -> str:
    """The findings that count; no line where there are none.

    Args:
        report: the run.
        context: where it took place.
    """
    return "".join(dumps(record, indent=None) for record in json_report.records(report, context))
