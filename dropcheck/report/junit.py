"""``junit``: a test suite for each file and a failed test for each finding, for CI services that show test results.

The form is the one of Jenkins, which GitLab, Azure and CircleCI read, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from dropcheck.model import Finding
from dropcheck.outcome import FileError, Report
from dropcheck.report.context import Context
from dropcheck.report.escape import disarmed, visible
from dropcheck.report.places import Places

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# What XML 1.0 cannot hold, not even as a character reference; and what it can, but no terminal should get.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PACKAGE = "org.dropcheck"


def render(report: Report, context: Context) -> str:
    """The findings that count, and the files that could not be checked; one passed test where there is neither.

    Args:
        report: the run.
        context: where it took place; files are named absolute.
    """
    from xml.etree.ElementTree import indent, tostring  # noqa: PLC0415  (only this format needs XML)

    places = Places(report.sources)
    suites = [_suite(path, tuple(group), places, context) for path, group in groupby(report.active, key=lambda item: item.path)]
    suites += [_failed_suite(error, context) for error in report.errors]
    root = _element("testsuites", name="dropcheck")
    root.extend(suites or [_clean_suite()])
    for kind in ("tests", "failures", "errors"):
        root.set(kind, str(sum(int(suite.get(kind, 0)) for suite in root)))
    indent(root, space="    ")
    # Character references for all that is not ASCII: right in whatever encoding the stream has.
    text = tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{disarmed(text, "&#91;")}\n'


def _suite(path: str, findings: Sequence[Finding], places: Places, context: Context) -> Element:
    return _counted(context.absolute(path), (_test(finding, places, context) for finding in findings), failures=len(findings))


def _failed_suite(error: FileError, context: Context) -> Element:
    name = context.absolute(error.path)
    test = _element("testcase", name=f"{_PACKAGE}.error", classname=_class_name(name))
    test.append(_element("error", message=visible(error.message)))
    return _counted(name, [test], errors=1)


def _clean_suite() -> Element:
    # A report without a test is a failure to some services.
    return _counted("dropcheck", [_element("testcase", name="No findings", classname="dropcheck")])


def _counted(name: str, tests: Iterable[Element], *, failures: int = 0, errors: int = 0) -> Element:
    suite = _element("testsuite", name=name)
    suite.extend(tests)
    numbers = {"tests": len(suite), "skipped": 0, "errors": errors, "failures": failures}
    suite.attrib.update({key: str(number) for key, number in numbers.items()}, package=_PACKAGE)
    return suite


def _test(finding: Finding, places: Places, context: Context) -> Element:
    start = places[finding.path].position(finding.span.start)
    cell = "" if start.cell is None else f"cell {start.cell}, "
    test = _element("testcase", name=f"{_PACKAGE}.{finding.code}", classname=_class_name(context.absolute(finding.path)))
    failure = _element("failure", message=visible(finding.message))
    failure.text = visible(f"{cell}line {start.row}, col {start.column}, {finding.message}")
    test.append(failure)
    return test


def _class_name(path: str) -> str:
    return os.path.splitext(path)[0]


def _element(tag: str, **attributes: str) -> Element:
    from xml.etree.ElementTree import Element  # noqa: PLC0415  (as above)

    return Element(tag, {name: _allowed(value) for name, value in attributes.items()})


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
