"""The output formats by name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from dropcheck.outcome import Report
    from dropcheck.report.context import Context
    from dropcheck.report.pieces import Piece


class _Layouter(Protocol):
    def layout(self, report: Report, width: int | None, /) -> Iterator[Piece]: ...


class _Renderer(Protocol):
    def render(self, report: Report, context: Context) -> str: ...


# By name, so that a run loads only what it prints.
_FOR_PEOPLE = MappingProxyType({"full": "full", "concise": "concise", "grouped": "grouped"})
_FOR_MACHINES = MappingProxyType(
    {
        "json": "json_report",
        "json-lines": "json_lines",
        "github": "github",
        "gitlab": "gitlab",
        "sarif": "sarif",
        "junit": "junit",
        "rdjson": "rdjson",
        "pylint": "pylint",
        "azure": "azure",
    }
)
FORMATS = (*_FOR_PEOPLE, *_FOR_MACHINES)
"""Every format there is."""


def is_for_people(name: str) -> bool:
    """Whether a format is laid out in pieces, which may be coloured; any other is text for machines."""
    return name in _FOR_PEOPLE


def layout(name: str, report: Report, width: int | None = None) -> Iterator[Piece]:
    """The findings in a format for people.

    Args:
        name: its name.
        report: the run.
        width: the columns of the screen it is shown on; None where it is not.
    """
    return cast(_Layouter, import_module(f"dropcheck.report.{_FOR_PEOPLE[name]}")).layout(report, width)


def render(name: str, report: Report, context: Context) -> str:
    """The findings in a format for machines.

    Args:
        name: its name.
        report: the run.
        context: where it took place.
    """
    return cast(_Renderer, import_module(f"dropcheck.report.{_FOR_MACHINES[name]}")).render(report, context)
