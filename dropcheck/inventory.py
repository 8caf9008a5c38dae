"""The inventory: every dropout site and what it does, also the correct ones; as data, for renderers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field

from dropcheck.frozen import dataclass
from dropcheck.levels import Behaviour
from dropcheck.model import Finding, Position, Span
from dropcheck.outcome import FileError


@dataclass(frozen=True, slots=True)
class Entry:
    """One dropout site.

    Args:
        position: where it starts.
        span: the characters of the call.
        owner: qualified name of the class; empty for a site in no class.
        function: qualified name of the function or method.
        kind: ``functional``, ``attention``, ``module`` or ``helper call``.
        name: what is called or made, such as ``dropout`` or ``nn.Dropout``.
        p: the probability as written; empty where it is left to its default.
        behaviour: what it does.
        train: what happens in training, in a word: ``drops``, ``off`` or ``open``.
        eval: what happens in evaluation, likewise.
        gate: what makes it follow the mode, as written; empty where nothing does.
        decided: where that is decided: ``here``, ``by its caller``, ``at construction`` or ``open``.
        reason: what is open, for a site that is undecided or left to its caller.
        marks: the codes of findings there, each with its state, and the reason the author gave.
        findings: these findings.
    """

    position: Position
    span: Span
    owner: str
    function: str
    kind: str
    name: str
    p: str
    behaviour: Behaviour
    train: str
    eval: str
    gate: str = ""
    decided: str = "here"
    reason: str = ""
    marks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding that is at no dropout site, such as a rate that is set and never set back.

    Args:
        position: where it starts.
        owner: qualified name of the class; empty for one in no class.
        finding: the finding.
    """

    position: Position
    owner: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Part:
    """A class that another one is made of.

    Args:
        name: the attribute that holds an object of it; empty for a base class.
        path: its file.
        owner: its qualified name.
    """

    name: str
    path: str
    owner: str

    @property
    def key(self) -> tuple[str, str]:
        """The class, by file and qualified name."""
        return self.path, self.owner


@dataclass(frozen=True, slots=True)
class Composition:
    """A class whose parts have dropout, or lead to classes that have.

    Args:
        path: its file.
        owner: its qualified name.
        start: where in the text of the file it starts.
        parts: these parts.
    """

    path: str
    owner: str
    start: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class InventoryFile:
    """The sites of one file, in order."""

    path: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """The sites of a run.

    Args:
        files: the files that have any, by path.
        checked: how many files were looked at.
        errors: files that could not be.
        notes: what a user who asks for it wants to know, one line each.
        remarks: the findings that are at no site, by path and place.
        compositions: how the classes are made of each other, as far as dropout is concerned; empty unless it was asked for.
        sources: the text of each file that has a site or a finding, by path; of a notebook, the text of its cells.
    """

    files: tuple[InventoryFile, ...]
    checked: int
    errors: tuple[FileError, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    compositions: tuple[Composition, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def totals(self) -> Mapping[Behaviour, int]:
        """How many sites show each behaviour."""
        counted = Counter(entry.behaviour for file in self.files for entry in file.entries)
        return {behaviour: counted[behaviour] for behaviour in Behaviour}
