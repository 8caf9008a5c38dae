"""What the refactor did, or why it did not: plain data for renderers and for tests."""

from __future__ import annotations

from collections.abc import Mapping

from dropcheck.frozen import dataclass
from dropcheck.model import Edit, Position, Span
from dropcheck.outcome import FileError

#: Why the refactor is never called safe; one sentence each.
CAVEATS = (
    "Whole models that were pickled before lack the new attributes: load their state_dict into a new model instead.",
    "The order and the names that named_modules(), children() and hooks see change; the keys of state_dict do not.",
    "Code that sets the rate or the mode of every nn.Dropout in a model, as Monte-Carlo dropout does, now reaches the new ones.",
    "Code that sets model.training itself, and not by train() or eval(), does not reach the new modules.",
    "A subclass outside the scanned files that does not call super().__init__() lacks the new attributes.",
    "A rate that code outside the scanned files sets later (model.p = 0.3) has no effect any more.",
    "A rate out of range, or None, now fails when the model is made and no longer when dropout is reached.",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is.

    Args:
        position: row and column.
        span: the call.
        owner: qualified name of the class; empty outside any.
        function: qualified name of the function around it.
        text: the call as written, on one line.
    """

    position: Position
    span: Span
    owner: str
    function: str
    text: str


@dataclass(frozen=True, slots=True)
class Refactored:
    """A site that becomes the call of a registered module.

    Args:
        place: where it was.
        after: the call as it is now, on one line.
        attribute: the name of the attribute.
        made: how the module is made in ``__init__``.
        existing: whether the class had that module before.
        was_on: whether the site dropped in evaluation before.
    """

    place: Place
    after: str
    attribute: str
    made: str
    existing: bool = False
    was_on: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """A site that stays as it is.

    Args:
        place: where it is.
        reason: why, one sentence without a full stop.
        no_twin: whether it has no counterpart among the modules of torch.nn at all.
        stays_on: whether it goes on dropping in evaluation.
    """

    place: Place
    reason: str
    no_twin: bool = False
    stays_on: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Edits that only hold together: those of one class, or of the classes of a file that change its imports together.

    Args:
        owners: qualified names of the classes.
        sites: their sites.
        edits: replacements in the file, in order.
    """

    owners: tuple[str, ...]
    sites: tuple[Refactored, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What the refactor makes of one file.

    Args:
        path: the file.
        units: what is refactored.
        declined: what is not.
    """

    path: str
    units: tuple[Unit, ...]
    declined: tuple[Declined, ...]


@dataclass(frozen=True, slots=True)
class RefactoredFile:
    """One file after the refactor.

    Args:
        path: the file.
        before: its text when it was read.
        after: its text now.
        refactored: the sites that were rewritten, in order.
        declined: those that were not, in order.
    """

    path: str
    before: str
    after: str
    refactored: tuple[Refactored, ...]
    declined: tuple[Declined, ...]


@dataclass(frozen=True, slots=True)
class RefactorReport:
    """The refactor of a run.

    Args:
        files: the files that hold sites, by path.
        checked: how many files were looked at.
        errors: files that could not be worked on.
        notes: what a user who asks for it wants to know, one line each.
    """

    files: tuple[RefactoredFile, ...]
    checked: int
    errors: tuple[FileError, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def totals(self) -> Mapping[str, int]:
        """How many sites were refactored, declined, or have no twin, and how many files changed."""
        declined = [one for file in self.files for one in file.declined]
        return {
            "refactored": sum(len(file.refactored) for file in self.files),
            "declined": sum(not one.no_twin for one in declined),
            "no_twin": sum(one.no_twin for one in declined),
            "files": sum(file.before != file.after for file in self.files),
        }


class DeclinedError(Exception):
    """A site cannot be refactored; ``str(error)`` is the reason, one sentence without a full stop."""


def one_line(text: str) -> str:
    """Source on one line, for messages."""
    return " ".join(text.split())
