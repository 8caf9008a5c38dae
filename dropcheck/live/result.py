"""What an audit found: data without torch, for renderers and for tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from dropcheck.inventory import Entry
from dropcheck.outcome import FileError


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a source file that code ran at.

    Args:
        path: the file.
        row: the row, from 1.
        column: the column in characters, from 1; 0 where it is not known.
    """

    path: str
    row: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.row}" + (f":{self.column}" if self.column else "")


@dataclass(frozen=True, slots=True)
class RandomOperation:
    """A random operation that was active while the model was in evaluation mode.

    Args:
        name: what drew, such as ``dropout``, ``scaled_dot_product_attention``, ``rand`` or ``random.random``.
        p: the probability with which it drops; None where it has none.
        module: the qualified name of the module in whose forward it ran; empty for the model itself.
        module_class: the name of the class of that module.
        place: the innermost line outside of torch; None where none is known.
        stack: every such line, innermost first.
        count: how many times it was active.
        reason: why, or where else to look; empty where the line says it all.
        intended: whether a ``# dropcheck: always-on`` mark says that it is meant.
        intent: the words that the author gave with the mark.
        has_effect: whether the output depends on it. Numbers that are drawn and then not used change nothing.
    """

    name: str
    p: float | None
    module: str
    module_class: str
    place: Place | None
    stack: tuple[Place, ...] = ()
    count: int = 1
    reason: str = ""
    intended: bool = False
    intent: str = ""
    has_effect: bool = True

    @property
    def fails(self) -> bool:
        """Whether it makes evaluation random against the author's will."""
        return self.has_effect and not self.intended


class Outcome(Enum):
    """What running the model says to what static analysis said of a site."""

    CONFIRMED = "confirmed"
    DECIDED = "decided"
    CONTRADICTED = "contradicted"
    NOT_REACHED = "not reached"
    RATE_ZERO = "its probability is 0 in this model"


@dataclass(frozen=True, slots=True)
class SiteResult:
    """A site of the static inventory, and what it did in evaluation.

    Args:
        path: its file.
        entry: what static analysis says.
        outcome: what the run says to that.
        active: whether it dropped in evaluation; None where it was not reached.
        note: what explains a difference; may be empty.
    """

    path: str
    entry: Entry
    outcome: Outcome
    active: bool | None
    note: str = ""

    @property
    def place(self) -> Place:
        """Where it starts."""
        return Place(self.path, self.entry.position.row, self.entry.position.column)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What ``dropcheck.audit`` found. ``str(report)`` is a text for people.

    Args:
        model: the name of the model's class.
        operations: every random operation that was active in evaluation, in the order of their first time.
        sites: the sites in the model's source files, as static analysis and the run see them.
        errors: source files that static analysis could not work on.
    """

    model: str
    operations: tuple[RandomOperation, ...]
    sites: tuple[SiteResult, ...] = ()
    errors: tuple[FileError, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether evaluation is deterministic but for what is marked as intended."""
        return not any(operation.fails for operation in self.operations)

    def sites_at(self, operation: RandomOperation) -> Iterator[SiteResult]:
        """The sites of the static inventory that led to an operation."""
        places = set(operation.stack)
        return (site for site in self.sites if site.place in places)

    def __str__(self) -> str:
        from dropcheck.live.text import render_text  # noqa: PLC0415  (it needs this file)

        return render_text(self)
