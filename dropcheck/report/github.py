"""``github``: workflow commands, which GitHub Actions shows as annotations on the changed lines.

The escapes are those of ``@actions/core``: ``%``, carriage return and newline everywhere, ``:`` and ``,`` in properties, too.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from dropcheck.levels import Severity
from dropcheck.model import Finding
from dropcheck.outcome import FileError, Report
from dropcheck.report.context import Context
from dropcheck.report.escape import visible
from dropcheck.report.places import Places

_COMMANDS = MappingProxyType({Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"})
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report, context: Context) -> str:
    """One command a finding that counts, and one a file that could not be checked.

    Args:
        report: the run.
        context: where it took place; files are named absolute, since the runner does not know the folder of the step.
    """
    return "".join(f"{line}\n" for line in _lines(report, context))


def _lines(report: Report, context: Context) -> Iterator[str]:
    places = Places(report.sources)
    for finding in report.active:
        yield _finding(finding, places, context)
    for error in report.errors:
        yield _error(error, context)


def _finding(finding: Finding, places: Places, context: Context) -> str:
    properties = f"file={_file(finding.path, context)}"
    if region := places.region(finding.path, finding.span):
        start, end = region
        properties += f",line={start.row},col={start.column},endLine={end.row},endColumn={end.column}"
    text = visible(f"{places.label(finding.path, finding.span.start)}: {finding.code} {finding.message}")
    if finding.help:
        text += f"\n  help: {visible(finding.help)}"
    command = _COMMANDS[finding.severity]
    return f"::{command} title=dropcheck ({finding.code}),{properties}::{text.translate(_IN_DATA)}"


def _error(error: FileError, context: Context) -> str:
    text = visible(f"{error.path}: {error.message}")
    return f"::error title=dropcheck,file={_file(error.path, context)}::{text.translate(_IN_DATA)}"


def _file(path: str, context: Context) -> str:
    # Line ends of a file's name must come back as such for the name to be found; everything else that is not printable
    # would only harm those who read the log.
    parts = context.absolute(path).translate(_IN_PROPERTY)
    return visible(parts)
