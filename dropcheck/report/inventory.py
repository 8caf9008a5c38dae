"""The inventory as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from dropcheck.inventory import Entry, Inventory
from dropcheck.report.escape import display_width, visible, well_formed
from dropcheck.report.fold import fold_text
from dropcheck.report.json_text import dumps
from dropcheck.report.markdown import literal_on_forges

_SCHEMA = "dropcheck-inventory-v1"


def render_text(inventory: Inventory, width: int | None = None) -> str:
    """A tree by file, class and site, with totals.

    Args:
        inventory: the sites.
        width: the columns of the screen, into which rows are folded; None folds nothing.

    Returns:
        Lines of printable text.
    """
    lines: list[str] = []
    for file in inventory.files:
        lines.append(visible(file.path))
        # Where it is and what it is stand in columns.
        sizes = [max(len(part) for part in parts) for parts in zip(*map(_head, file.entries), strict=True)]
        for owner, entries in groupby(file.entries, key=lambda entry: entry.owner):
            lines.append(f"  {visible(owner) or '(no class)'}")
            lines.extend(f"    {line}" for entry in entries for line in _lines(entry, sizes, width))
        lines.append("")
    lines.append(_totals(inventory))
    return fold_text("\n".join(lines) + "\n", width)


def _head(entry: Entry) -> tuple[str, str]:
    return str(entry.position), entry.kind


def _lines(entry: Entry, sizes: Sequence[int], width: int | None) -> Iterator[str]:
    start = "".join(f"{part:<{size}}  " for part, size in zip(_head(entry), sizes, strict=True))
    indent = " " * len(start)
    what = visible(f"{start}{entry.name}" + (f" p={entry.p}" if entry.p else ""))
    does = f"[{entry.behaviour.value}] train: {entry.train}, eval: {entry.eval}"
    if width is None or 4 + display_width(what) + 2 + len(does) <= width:
        yield f"{what}  {does}"
    else:
        yield from (what, f"{indent}{does}")
    if entry.gate:
        yield f"{indent}gate: {visible(entry.gate)}"
    if entry.reason:
        yield f"{indent}decided {entry.decided}: {visible(entry.reason)}"
    for mark in entry.marks:
        yield f"{indent}{visible(mark)}"


def _totals(inventory: Inventory) -> str:
    sites = sum(inventory.totals.values())
    parts = ", ".join(f"{count} {behaviour.value}" for behaviour, count in inventory.totals.items() if count)
    files = f"{len(inventory.files)} of {inventory.checked} files"
    return f"{sites} dropout sites in {files}" + (f": {parts}." if parts else ".")


def render_markdown(inventory: Inventory) -> str:
    """A heading for each file and a table row for each site.

    Args:
        inventory: the sites.

    Returns:
        Markdown; nothing in it can be taken for Markdown or HTML of the scanned files.
    """
    lines = ["# Dropout inventory", ""]
    for file in inventory.files:
        lines += [f"## {literal_on_forges(file.path)}", ""]
        lines += ["| where | class | what | p | behaviour | train | eval | gate or reason | marks |", "|" + " --- |" * 9]
        for entry in file.entries:
            cells = (
                str(entry.position),
                entry.owner or "(no class)",
                f"{entry.kind} {entry.name}",
                entry.p,
                entry.behaviour.value,
                entry.train,
                entry.eval,
                entry.gate or entry.reason,
                "; ".join(entry.marks),
            )
            lines.append("| " + " | ".join(map(literal_on_forges, cells)) + " |")
        lines.append("")
    lines.append(_totals(inventory))
    return "\n".join(lines) + "\n"


def render_json(inventory: Inventory) -> str:
    """One object with a schema word, the files with their sites, and totals.

    Args:
        inventory: the sites.

    Returns:
        JSON, ended by a newline.
    """
    data = {
        "schema": _SCHEMA,
        "files": [
            {"filename": well_formed(file.path), "sites": [_site(entry) for entry in file.entries]} for file in inventory.files
        ],
        "totals": {behaviour.value: count for behaviour, count in inventory.totals.items()},
        "checked": inventory.checked,
    }
    return dumps(data)


def _site(entry: Entry) -> dict[str, object]:
    return {
        "cell": entry.position.cell,
        "location": {"row": entry.position.row, "column": entry.position.column},
        "class": entry.owner or None,
        "function": entry.function or None,
        "kind": entry.kind,
        "name": entry.name,
        "p": entry.p or None,
        "behaviour": entry.behaviour.value,
        "train": entry.train,
        "eval": entry.eval,
        "gate": entry.gate or None,
        "decided": entry.decided,
        "reason": entry.reason or None,
        "marks": list(entry.marks),
    }
