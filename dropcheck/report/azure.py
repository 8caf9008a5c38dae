"""``azure``: logging commands, which Azure Pipelines shows as the issues of a run.

The escapes are those of ``azure-pipelines-task-lib``: ``%``, carriage return and newline everywhere, ``]`` and ``;`` in
properties, too. https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.levels import Severity
from dropcheck.model import Finding
from dropcheck.outcome import Report
from dropcheck.report.context import Context
from dropcheck.report.escape import visible
from dropcheck.report.places import Places

_IN_DATA = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_DATA | str.maketrans({"]": "%5D", ";": "%3B"})


def render(report: Report, context: Context) -> str:
    """One command a finding that counts, and one a file that could not be checked.

    Args:
        report: the run.
        context: where it took place; files are named absolute, as Azure asks for.
    """
    return "".join(f"{line}\n" for line in _lines(report, context))


def _lines(report: Report, context: Context) -> Iterator[str]:
    places = Places(report.sources)
    for finding in report.active:
        yield _finding(finding, places, context)
    for error in report.errors:
        properties = f"type=error;sourcepath={_file(error.path, context)};"
        yield f"##vso[task.logissue {properties}]{_data(error.message)}"


def _finding(finding: Finding, places: Places, context: Context) -> str:
    # Azure has no third degree.
    kind = "error" if finding.severity is Severity.ERROR else "warning"
    place = f"sourcepath={_file(finding.path, context)};"
    if region := places.region(finding.path, finding.span):
        place += f"linenumber={region[0].row};columnnumber={region[0].column};"
    text = places.remark(finding.path, finding.span) + finding.message
    return f"##vso[task.logissue type={kind};{place}code={finding.code};]{_data(text)}"


def _file(path: str, context: Context) -> str:
    return visible(context.absolute(path).translate(_IN_PROPERTY))


def _data(text: str) -> str:
    return visible(text).translate(_IN_DATA)
