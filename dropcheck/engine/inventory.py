"""Makes the inventory of a run from its linked sites and its findings."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.discover import Discovery
from dropcheck.engine.analysis import prepare_all
from dropcheck.engine.faults import file_error
from dropcheck.engine.options import Progress, RunOptions
from dropcheck.engine.parts import compositions
from dropcheck.engine.time_limit import limited
from dropcheck.engine.workspace import Workspace
from dropcheck.facts import as_written
from dropcheck.inventory import Composition, Entry, Inventory, InventoryFile, Remark
from dropcheck.levels import Behaviour, State
from dropcheck.link.behaviour import Why, describe
from dropcheck.link.site import Form, Passed, Site
from dropcheck.model import Finding, LineIndex
from dropcheck.source.cell_index import line_index
from dropcheck.worlds import Const, Value, Worlds

_DECIDED = {Why.CALLER: "by its caller", Why.STORED: "at construction", Why.DECISION: "open", Why.UNKNOWN: "open"}


def take_inventory(
    found: Discovery, options: RunOptions, *, progress: Progress | None = None, composed: bool = False
) -> Inventory:
    """List every dropout site of some files.

    Args:
        found: the files, each with its settings.
        options: only ``jobs`` and ``timeout`` matter here.
        progress: is called after each file.
        composed: work out, too, which classes are made of which.

    Returns:
        The sites with what they do, and the files that could not be worked on.

    Raises:
        UserError: the settings of a file name a rule that does not exist.
    """
    prepared = prepare_all(found, options, progress, everything=True)
    errors = list(prepared.errors)
    workspace = prepared.workspace
    files: list[InventoryFile] = []
    remarks: list[Remark] = []
    for path in sorted(workspace.paths):
        try:
            with limited(path):
                entries = tuple(_entries(workspace, path))
                remarks += _remarks(workspace, path, entries)
        except Exception as error:  # a bug of ours in one file must not cost the others
            errors.append(file_error(path, error))
            continue
        if entries:
            files.append(InventoryFile(path, entries))
    return Inventory(
        files=tuple(files),
        checked=len(found.files),
        errors=tuple(errors),
        notes=prepared.notes,
        remarks=tuple(remarks),
        compositions=_compositions(workspace, files, options.jobs) if composed else (),
        sources=_sources(workspace, files, remarks),
    )


def _compositions(workspace: Workspace, files: list[InventoryFile], jobs: int | None) -> tuple[Composition, ...]:
    return compositions(workspace, ((file.path, entry.owner) for file in files for entry in file.entries if entry.owner), jobs)


def _sources(workspace: Workspace, files: list[InventoryFile], remarks: list[Remark]) -> dict[str, str]:
    """The texts that may be quoted: those of the sites, of the findings, and of the places that explain them."""
    findings = [remark.finding for remark in remarks]
    findings += (finding for file in files for entry in file.entries for finding in entry.findings)
    paths = {file.path for file in files}
    paths |= {path for finding in findings for path in (finding.path, *(related.path for related in finding.related))}
    return {path: workspace.text(path) for path in workspace.paths if path in paths}


def _entries(workspace: Workspace, path: str) -> Iterator[Entry]:
    index = line_index(workspace.text(path))
    findings = workspace.findings(path)
    project = workspace.project()
    for site in project.sites(path):
        # The call of a registered module does what the module does, which is listed where it is made.
        if site.form is not Form.MODULE_CALL:
            yield _entry(site, project.behaviour(path, site), index, findings)


def _remarks(workspace: Workspace, path: str, entries: tuple[Entry, ...]) -> Iterator[Remark]:
    told = {finding for entry in entries for finding in entry.findings}
    index = line_index(workspace.text(path))
    classes = {as_written(cls.name) for cls in workspace.project().files[path].classes}
    for finding in workspace.findings(path):
        if finding not in told:
            owner = as_written(finding.qualified_name)
            while owner and owner not in classes:
                owner = owner.rpartition(".")[0]
            yield Remark(index.position(finding.span.start), owner, finding)


def _entry(site: Site, does: Behaviour, index: LineIndex, findings: tuple[Finding, ...]) -> Entry:
    made = site.form is Form.CONSTRUCTION
    here = tuple(finding for finding in findings if finding.span.start <= site.call.span.start < finding.span.end)
    behaviour = _behaviour_of_module(site, here) if made else does
    reason = site.verdict.reason if behaviour in {Behaviour.CALLER_DECIDES, Behaviour.UNDECIDED} else None
    return Entry(
        position=index.position(site.call.span.start),
        span=site.call.span,
        owner=as_written(site.owner.name) if site.owner else "",
        function=as_written(site.call.function),
        kind=_kind(site),
        name=f"nn.{site.name}" if site.module is not None else _helper_name(site),
        p=_written(site.p),
        behaviour=behaviour,
        train=_in_world(behaviour, Behaviour.ALWAYS_ON, Behaviour.FOLLOWS_MODE),
        eval=_in_world(behaviour, Behaviour.ALWAYS_ON, Behaviour.INVERTED),
        gate="" if made else _gate(site),
        decided=_DECIDED[reason.why] if reason is not None else "here",
        reason="" if reason is None else f"{reason.name}: {reason.why.value}",
        marks=tuple(_mark(finding) for finding in here),
        findings=here,
    )


def _behaviour_of_module(site: Site, findings: tuple[Finding, ...]) -> Behaviour:
    """A module follows the mode of what it belongs to, unless it has no rate or belongs to nothing."""
    if any(finding.code == "DRP107" for finding in findings):
        return Behaviour.ALWAYS_ON
    p = site.p.value.train
    return Behaviour.NEVER_ON if isinstance(p, Const) and not p.value else Behaviour.FOLLOWS_MODE


def _kind(site: Site) -> str:
    if site.form is Form.HELPER:
        return "helper call"
    if site.module is not None:
        return "module"
    return "attention" if site.attention else "functional"


def _helper_name(site: Site) -> str:
    return site.helper.name if site.helper is not None else site.name


def _written(passed: Passed) -> str:
    """The probability as the author wrote it; a default as it counts."""
    if passed.argument is not None:
        return " ".join(passed.argument.text.split())
    value = passed.value.train
    return describe(value) if isinstance(value, Const) else ""


def _in_world(behaviour: Behaviour, *on: Behaviour) -> str:
    if behaviour in {Behaviour.CALLER_DECIDES, Behaviour.UNDECIDED}:
        return "open"
    return "drops" if behaviour in on else "off"


def _gate(site: Site) -> str:
    """What the mode is read in: the flag, the probability, or the condition around the call."""
    for passed in (site.flag, site.p):
        if passed.argument is not None and _follows(passed.value):
            return " ".join(passed.argument.text.split())
    if site.verdict.reached.eval is False and site.verdict.reached.train is not False:
        return "reached in training only"
    return "in a local variable" if _follows(site.p.value) or _follows(site.flag.value) else ""


def _follows(value: Worlds[Value]) -> bool:
    return value.train != value.eval


def _mark(finding: Finding) -> str:
    if finding.state is State.ACTIVE:
        return finding.code
    said = f": {finding.state_reason}" if finding.state_reason else ""
    return f"{finding.code} {finding.state.value}{said}"
