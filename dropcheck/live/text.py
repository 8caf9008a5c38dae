"""An audit as text for people, and as JSON."""

from __future__ import annotations

import linecache
import os
from collections import Counter
from collections.abc import Iterator

from dropcheck.live.result import AuditReport, Outcome, Place, RandomOperation, SiteResult
from dropcheck.report.escape import visible
from dropcheck.report.json_text import dumps

_SCHEMA = "dropcheck-audit-v1"
_TOLD = (Outcome.DECIDED, Outcome.CONTRADICTED, Outcome.NOT_REACHED, Outcome.RATE_ZERO)


def render_text(report: AuditReport) -> str:
    """What was random, what of it is meant, and what static analysis says.

    Args:
        report: the audit.

    Returns:
        Lines of printable text, without a newline at the end.
    """
    lines = [_headline(report)]
    for operation in sorted(report.operations, key=lambda each: not each.fails):
        lines += ["", *_operation(report, operation)]
    if report.sites:
        lines += ["", *_sites(report)]
    lines += [f"error: {error.path}: {error.message}" for error in report.errors]
    return "\n".join(map(visible, lines))


def _headline(report: AuditReport) -> str:
    failing = sum(operation.fails for operation in report.operations)
    if failing:
        return (
            f"{report.model} in evaluation mode: {_many(failing, 'random operation')} {'was' if failing == 1 else 'were'} active"
        )
    only = " but what is intended or has no effect" if report.operations else ""
    return f"{report.model} in evaluation mode: no random operation was active{only}"


def _operation(report: AuditReport, operation: RandomOperation) -> Iterator[str]:
    place = operation.place
    p = "" if operation.p is None else f" p={operation.p:g}"
    times = "" if operation.count == 1 else f", {operation.count} times"
    yield f"  {shown(place) if place else '(no line known)'}: {operation.name}{p} in {_module(operation)}{times}"
    line = linecache.getline(place.path, place.row).strip() if place else ""
    if line:
        yield f"      {line}"
    if operation.intended:
        yield "      intended" + (f": {operation.intent}" if operation.intent else "")
    if operation.reason:
        yield f"      {operation.reason}"
    for site in report.sites_at(operation):
        yield f"      static analysis: {_said(site)}, {site.outcome.value}" + (f" ({site.note})" if site.note else "")


def _module(operation: RandomOperation) -> str:
    return f"{operation.module} ({operation.module_class})" if operation.module else operation.module_class


def _said(site: SiteResult) -> str:
    details = "; ".join(filter(None, (*site.entry.marks, site.entry.reason)))
    return f"{site.entry.behaviour.value} ({details})" if details else site.entry.behaviour.value


def _sites(report: AuditReport) -> Iterator[str]:
    counts = Counter(site.outcome for site in report.sites)
    files = len({site.path for site in report.sites})
    parts = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome])
    yield f"Static analysis: {_many(len(report.sites), 'dropout site')} in {_many(files, 'file')}: {parts}"
    told = {place for operation in report.operations for place in operation.stack}
    for outcome in _TOLD:
        for site in report.sites:
            if site.outcome is outcome and site.place not in told:
                yield f"  {outcome.value}: {shown(site.place)}: {site.entry.name}: {_verdict(site)}"


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _verdict(site: SiteResult) -> str:
    if site.outcome in {Outcome.NOT_REACHED, Outcome.RATE_ZERO}:
        return _said(site)
    live = "drops" if site.active else "off"
    return f"{live} in evaluation; static analysis: {_said(site)}" + (f" ({site.note})" if site.note else "")


def shown(place: Place) -> str:
    """A place with its path as people would write it here.

    Args:
        place: the place.
    """
    if place.path.startswith("<"):
        return str(place)
    try:
        relative = os.path.relpath(place.path)
    except ValueError:  # on another drive
        return str(place)
    return str(place if relative.startswith(os.pardir) else Place(relative, place.row, place.column))


def render_json(report: AuditReport) -> str:
    """One object with a schema word, the operations and the sites.

    Args:
        report: the audit.

    Returns:
        JSON, ended by a newline.
    """
    data = {
        "schema": _SCHEMA,
        "model": report.model,
        "ok": report.ok,
        "operations": [_operation_data(operation) for operation in report.operations],
        "sites": [_site_data(site) for site in report.sites],
        "errors": [{"filename": error.path, "message": error.message} for error in report.errors],
    }
    return dumps(data)


def _operation_data(operation: RandomOperation) -> dict[str, object]:
    return {
        "name": operation.name,
        "p": operation.p,
        "module": operation.module,
        "module_class": operation.module_class,
        "place": _place_data(operation.place) if operation.place else None,
        "stack": [_place_data(place) for place in operation.stack],
        "count": operation.count,
        "fails": operation.fails,
        "intended": operation.intended,
        "intent": operation.intent or None,
        "has_effect": operation.has_effect,
        "reason": operation.reason or None,
    }


def _site_data(site: SiteResult) -> dict[str, object]:
    return {
        "place": _place_data(site.place),
        "class": site.entry.owner or None,
        "kind": site.entry.kind,
        "name": site.entry.name,
        "behaviour": site.entry.behaviour.value,
        "eval": site.entry.eval,
        "reason": site.entry.reason or None,
        "marks": list(site.entry.marks),
        "outcome": site.outcome.value,
        "active_in_eval": site.active,
        "note": site.note or None,
    }


def _place_data(place: Place) -> dict[str, object]:
    return {"filename": place.path, "row": place.row, "column": place.column or None}
