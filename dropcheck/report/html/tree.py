"""The inventory as the data of the page: files, their classes, the methods of these, and the sites in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import groupby

from dropcheck.frozen import dataclass
from dropcheck.inventory import Entry, Inventory, Part, Remark
from dropcheck.levels import Applicability, Confidence, State
from dropcheck.model import Finding, Fix, Span
from dropcheck.report.escape import visible
from dropcheck.report.html.diff_rows import diff_rows
from dropcheck.report.html.source_rows import source_rows
from dropcheck.report.links import rule_url
from dropcheck.report.places import Places


def tree(inventory: Inventory) -> list[dict[str, object]]:
    """The files of an inventory, each with what is in it.

    Args:
        inventory: the sites.

    Returns:
        What ``json.dumps`` takes. Every text is printable; what is empty is left out. The parts of a class name others by
        their number, counted through all files.
    """
    places = Places(inventory.sources)
    classes: dict[tuple[str, str], _Class] = {}
    for leaf in _leaves(inventory, places):
        classes.setdefault((leaf.path, leaf.owner), _Class(leaf.start)).leaves.append(leaf)
    for composition in inventory.compositions:
        classes.setdefault((composition.path, composition.owner), _Class(composition.start)).parts = composition.parts
    order = sorted(classes, key=lambda key: (key[0], classes[key].start))
    numbers = {key: number for number, key in enumerate(order)}
    return [
        {
            "path": visible(path.replace(os.sep, "/")),
            "classes": [_class(key[1], classes[key], numbers) for key in keys],
        }
        for path, keys in groupby(order, key=lambda key: key[0])
    ]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A site, or a finding that is at none, with its place in the tree."""

    path: str
    start: int
    owner: str
    method: str
    data: Mapping[str, object]


@dataclass(slots=True)
class _Class:
    """What is known of a class, and where it starts, or the first that is known of it."""

    start: int
    leaves: list[_Leaf] = field(default_factory=list)
    parts: tuple[Part, ...] = ()


def _leaves(inventory: Inventory, places: Places) -> Iterator[_Leaf]:
    for file in inventory.files:
        yield from (_of_entry(entry, file.path, places) for entry in file.entries)
    yield from (_of_remark(remark, places) for remark in inventory.remarks)


def _class(name: str, cls: _Class, numbers: Mapping[tuple[str, str], int]) -> Mapping[str, object]:
    methods: dict[str, list[Mapping[str, object]]] = {}
    for leaf in sorted(cls.leaves, key=lambda leaf: leaf.start):
        methods.setdefault(leaf.method, []).append(leaf.data)
    data = {
        "name": visible(name),
        "methods": [{"name": visible(method), "sites": sites} for method, sites in methods.items()],
        "parts": [[visible(part.name), numbers[part.key]] for part in cls.parts if part.key in numbers],
    }
    return {key: value for key, value in data.items() if value or key != "parts"}


def _of_entry(entry: Entry, path: str, places: Places) -> _Leaf:
    data = {
        "at": str(entry.position),
        "kind": entry.kind,
        "name": visible(entry.name),
        "p": visible(entry.p),
        "behaviour": entry.behaviour.value,
        "train": entry.train,
        "eval": entry.eval,
        "gate": visible(entry.gate),
        "decided": "" if entry.decided in {"here", "open"} else entry.decided,
        "reason": visible(entry.reason),
        "source": _source(path, entry.span, places),
        "findings": [_finding(finding, places, shown=entry.span) for finding in entry.findings],
    }
    return _Leaf(path, entry.span.start, entry.owner, _method(entry.function, entry.owner), _filled(data))


def _of_remark(remark: Remark, places: Places) -> _Leaf:
    finding = remark.finding
    data = {
        "at": str(remark.position),
        "name": finding.name,
        "source": _source(finding.path, finding.span, places),
        "findings": [_finding(finding, places, shown=finding.span)],
    }
    return _Leaf(finding.path, finding.span.start, remark.owner, _method(finding.qualified_name, remark.owner), data)


def _method(function: str, owner: str) -> str:
    return function.removeprefix(owner).removeprefix(".")


def _filled(data: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in data.items() if value}


def _source(path: str, span: Span, places: Places) -> list[object]:
    """The rows around a span: number, and the text before, in and behind it; one that it does not touch is whole."""
    index, seen = places[path].view(span)
    rows: list[object] = []
    for row in source_rows(index, seen):
        if row is None:
            rows.append([])
        else:
            rows.append([row.number, row.before, row.inside, row.after] if row.inside else [row.number, row.before])
    return rows


def _finding(finding: Finding, places: Places, *, shown: Span) -> dict[str, object]:
    sure = finding.confidence is Confidence.HIGH
    data = {
        "code": finding.code,
        "name": finding.name,
        "url": rule_url(finding.name),
        "state": "" if finding.state is State.ACTIVE else finding.state.value,
        "why": visible(finding.state_reason),
        "confidence": "" if sure else finding.confidence.value,
        "message": visible(finding.message),
        "help": visible(finding.help),
        "source": [] if finding.span == shown else _source(finding.path, finding.span, places),
        "notes": [visible(f"{places.label(note.path, note.span.start)}: {note.message}") for note in finding.related],
        "fix": None if finding.fix is None else _fix(finding.fix, finding.path, places),
    }
    return _filled(data)


def _fix(fix: Fix, path: str, places: Places) -> dict[str, object]:
    advice = fix.applicability is Applicability.DISPLAY or not fix.edits
    data = {
        "kind": "advice" if advice else fix.applicability.value,
        "message": visible(fix.message),
        "reason": visible(fix.reason),
        "diff": [[] if row is None else [row.sign, row.number, row.text] for row in diff_rows(places[path], fix.edits)],
    }
    return _filled(data)
