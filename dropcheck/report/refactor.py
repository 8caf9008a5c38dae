"""The report of the refactor: what became of every site, as text or JSON, and the diff."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dropcheck.outcome import FixedFile, Report
from dropcheck.refactor.result import CAVEATS, Declined, Place, Refactored, RefactoredFile, RefactorReport
from dropcheck.report import diff
from dropcheck.report.escape import visible, well_formed
from dropcheck.report.json_text import dumps
from dropcheck.report.pieces import Piece

_SCHEMA = "dropcheck-refactor-v1"
#: A call is cut here, so that the new one still stands on the same row.
_WIDTH = 72
#: What is left of the line breaks inside the parentheses of a call.
_BEHIND_START, _BEFORE_END = re.compile(r"\( +"), re.compile(r",? +\)")


def render_text(report: RefactorReport, *, diff: bool) -> str:
    """A block for each file and class, a line for each site, and the totals.

    Args:
        report: the run.
        diff: whether nothing was written.

    Returns:
        Lines, each ended by a newline; nothing in them moves a terminal.
    """
    lines = [line for file in report.files for line in _file(file)]
    lines.append(_totals(report, diff=diff))
    if report.totals["refactored"]:
        lines += ["", "Unsafe all the same, in these cases:", *(f"  - {caveat}" for caveat in CAVEATS)]
    return "".join(f"{line}\n" for line in lines)


def _file(file: RefactoredFile) -> Iterator[str]:
    yield visible(file.path)
    places = [*(one.place for one in file.refactored), *(one.place for one in file.declined)]
    places.sort(key=lambda place: place.span)
    owners = dict.fromkeys(place.owner for place in places)
    for owner in owners:
        yield f"  {visible(owner) or '(no class)'}"
        yield from _sites([one for one in file.refactored if one.place.owner == owner])
        rest = [one for one in file.declined if one.place.owner == owner]
        yield from _declined("declined", [one for one in rest if not one.no_twin])
        yield from _declined("no module twin", [one for one in rest if one.no_twin])
    yield ""


def _sites(sites: list[Refactored]) -> Iterator[str]:
    if not sites:
        return
    yield "    refactored"
    rows = [_where(one.place) for one in sites]
    calls = [_cut(one.place.text) for one in sites]
    for one, row, call in zip(sites, rows, calls, strict=True):
        new = _cut(one.after)
        end = "  (was always on)" if one.was_on else ""
        attribute = f"self.{visible(one.attribute)}"
        made = f"{attribute} is there" if one.existing else f"{attribute} = {visible(one.made)}"
        yield f"      {row:<{max(map(len, rows))}}  {call:<{max(map(len, calls))}}  ->  {new}  [{made}]{end}"


def _declined(title: str, sites: list[Declined]) -> Iterator[str]:
    if not sites:
        return
    yield f"    {title}"
    rows = [_where(one.place) for one in sites]
    calls = [_cut(one.place.text) for one in sites]
    for one, row, call in zip(sites, rows, calls, strict=True):
        yield f"      {row:<{max(map(len, rows))}}  {call:<{max(map(len, calls))}}  {visible(one.reason)}{_on(one)}"


def _on(one: Declined) -> str:
    return "  (stays on in evaluation: `dropcheck check` tells more)" if one.stays_on else ""


def _where(place: Place) -> str:
    return f"{place.position.row}:{place.position.column}"


def _cut(text: str) -> str:
    shown = _BEFORE_END.sub(")", _BEHIND_START.sub("(", visible(text)))
    return shown if len(shown) <= _WIDTH else f"{shown[: _WIDTH - 3]}..."


def _totals(report: RefactorReport, *, diff: bool) -> str:
    totals = report.totals
    if not totals["refactored"] and not totals["declined"] and not totals["no_twin"]:
        return f"Nothing to refactor in {_count(report.checked, 'file')}."
    verb = "Would refactor" if diff else "Refactored"
    parts = [f"{verb} {_count(totals['refactored'], 'site')} in {_count(totals['files'], 'file')}"]
    parts.append(f"{totals['declined']} declined")
    parts.append(f"{totals['no_twin']} without a module twin")
    return f"{', '.join(parts)}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def layout_diff(report: RefactorReport, *, escape: bool) -> Iterator[Piece]:
    """What the refactor would change, as a unified diff.

    Args:
        report: the run.
        escape: write control characters of the source as escapes.
    """
    fixed = tuple(FixedFile(file.path, file.before, file.after, ()) for file in report.files)
    return diff.layout(Report((), report.checked, fixed=fixed), escape=escape)


def render_json(report: RefactorReport, *, diff: bool) -> str:
    """One object with a schema word, the files with their sites, the caveats and totals.

    Args:
        report: the run.
        diff: whether nothing was written.

    Returns:
        JSON, ended by a newline.
    """
    data = {
        "schema": _SCHEMA,
        "written": not diff,
        "files": [
            {
                "filename": well_formed(file.path),
                "changed": file.before != file.after,
                "refactored": [_refactored_data(one) for one in file.refactored],
                "declined": [_declined_data(one) for one in file.declined],
            }
            for file in report.files
        ],
        "totals": dict(report.totals),
        "checked": report.checked,
        "unsafe_because": list(CAVEATS),
    }
    return dumps(data)


def _refactored_data(one: Refactored) -> dict[str, object]:
    return {
        **_place_data(one.place),
        "after": one.after,
        "attribute": one.attribute,
        "module": one.made,
        "existing": one.existing,
        "was_always_on": one.was_on,
    }


def _declined_data(one: Declined) -> dict[str, object]:
    return {**_place_data(one.place), "reason": one.reason, "no_twin": one.no_twin, "stays_on": one.stays_on}


def _place_data(place: Place) -> dict[str, object]:
    return {
        "location": {"row": place.position.row, "column": place.position.column},
        "class": place.owner or None,
        "function": place.function or None,
        "call": place.text,
    }
