"""Print figures as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.measure import Case, Failure, Measured, Outcome, ratio


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table.

    Args:
        header: the names of the columns.
        rows: the cells.
    """
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def figures(value: float) -> str:
    """About three significant digits, never in powers of ten.

    Args:
        value: zero or more.
    """
    if value < 1:
        return f"{value:.3f}"
    if value < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def mebibytes(peak: float, floor: int) -> str:
    """Memory in MiB.

    Args:
        peak: bytes.
        floor: bytes below which the figure says nothing.
    """
    return f"< {floor / 2**20:.0f}" if peak <= floor else f"{peak / 2**20:.0f}"


@dataclass(frozen=True, slots=True)
class Unit:
    """What the others are compared with.

    Args:
        case: the name of the case.
        label: what the head of the column calls it.
        cpu: whether CPU time is compared, too.
        peak: whether memory is compared, too.
    """

    case: str
    label: str
    cpu: bool = False
    peak: bool = False


def comparison(measured: Measured, units: Sequence[Unit], floor: int) -> str:
    """One row a case: medians, and how many times each unit.

    Args:
        measured: the figures.
        units: what to compare with.
        floor: bytes of memory below which the figure says nothing.
    """
    header = ["", "Wall s", "From - to", "CPU s", "Peak MiB"]
    for unit in units:
        header += [f"x {unit.label}"]
        header += [f"x its {what}" for what, shown in (("CPU", unit.cpu), ("peak", unit.peak)) if shown]
    header += ["Goal", "Runs"]
    return markdown(header, (_row(case, measured, units, floor, len(header)) for case in measured.cases))


def _row(case: Case, measured: Measured, units: Sequence[Unit], floor: int, width: int) -> list[str]:
    outcome = measured.outcomes[case.name]
    if isinstance(outcome, Failure):
        return [case.name, outcome.reason, *[""] * (width - 4), case.goal, "0"]
    walls = [sample.wall for sample in outcome]
    return [
        case.name,
        figures(median(walls)),
        f"{figures(min(walls))} - {figures(max(walls))}",
        figures(median(sample.cpu for sample in outcome)),
        mebibytes(median(sample.peak for sample in outcome), floor),
        *(cell for unit in units for cell in _ratios(outcome, measured.outcomes[unit.case], unit)),
        case.goal,
        str(len(outcome)),
    ]


def _ratios(outcome: Outcome, base: Outcome, unit: Unit) -> list[str]:
    if isinstance(outcome, Failure) or isinstance(base, Failure):
        return ["", *[""] * (unit.cpu + unit.peak)]
    found = ratio(outcome, base)
    return [figures(found.wall), *([figures(found.cpu)] * unit.cpu), *([figures(found.peak)] * unit.peak)]


def brief(measured: Measured, units: Sequence[Unit], floor: int) -> str:
    """The same for people who want to know how fast it is, and no more.

    Args:
        measured: the figures.
        units: what to compare with.
        floor: bytes of memory below which the figure says nothing.
    """
    header = ("", "Time", "Memory", *(f"x {unit.label}" for unit in units))
    return markdown(header, (_brief_row(case.name, measured, units, floor) for case in measured.cases))


def _brief_row(name: str, measured: Measured, units: Sequence[Unit], floor: int) -> list[str]:
    outcome = measured.outcomes[name]
    if isinstance(outcome, Failure):
        return [name, f"not measured: {outcome.reason}", "", *[""] * len(units)]
    wall = median(sample.wall for sample in outcome)
    memory = mebibytes(median(sample.peak for sample in outcome), floor)
    ratios = [_ratios(outcome, measured.outcomes[unit.case], unit)[0] for unit in units]
    return [name, f"{figures(wall)} s" if wall >= 0.1 else f"{wall * 1000:.0f} ms", f"{memory} MiB", *ratios]
