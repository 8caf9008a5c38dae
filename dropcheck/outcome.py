"""What the tool says to the outside about a whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from dropcheck.frozen import dataclass
from dropcheck.levels import State

if TYPE_CHECKING:
    from dropcheck.model import Finding


@dataclass(frozen=True, slots=True)
class FileError:
    """A file the tool could not work on; the run ends with exit code 2.

    Args:
        path: the file.
        message: what is wrong and what to do, in one line.
        trace: the traceback where the tool itself is wrong; empty otherwise.
    """

    path: str
    message: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class FixedFile:
    """What ``--fix`` or ``--diff`` did to one file.

    Args:
        path: the file.
        before: its text when it was read; of a notebook, the text of its cells.
        after: its text with the fixes; equal to ``before`` where the fixes were refused.
        applied: the findings that were repaired.
        refused: why some or all fixes were not applied, one sentence; empty where all were.
    """

    path: str
    before: str
    after: str
    applied: tuple[Finding, ...]
    refused: str = ""


class BaselineAction(Enum):
    """What a run did with a baseline file."""

    READ = "read"
    PRUNED = "pruned"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class StaleEntry:
    """Something a baseline holds that is no longer found.

    Args:
        file: the file, relative to the folder of the baseline.
        code: the rule's code.
        qualified_name: the class and function around it; empty at module level.
        count: how many findings are gone.
    """

    file: str
    code: str
    qualified_name: str
    count: int


@dataclass(frozen=True, slots=True)
class BaselineUse:
    """What became of one baseline file in a run.

    Args:
        path: the file, as messages show it.
        action: what was done with it.
        held: how many findings it holds; those of this run, where it was written.
        stale: what it holds, or held before it was pruned, that is no longer found.
    """

    path: str
    action: BaselineAction
    held: int
    stale: tuple[StaleEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a run.

    Args:
        findings: every finding that is left, sorted, whatever its state.
        files: how many files were checked.
        sources: the text of each file that has a finding, by path; of a notebook, the text of its cells.
        errors: files that could not be checked or written.
        fixed: files that were changed (or would be, for ``--diff``) and files whose fixes were refused.
        unsafe_fixes: whether unsafe fixes were allowed.
        notes: what a user who asks for it (``--verbose``) wants to know, one line each.
        baselines: the baseline files in use, and what was done with them.
    """

    findings: tuple[Finding, ...]
    files: int
    sources: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FileError, ...] = ()
    fixed: tuple[FixedFile, ...] = ()
    unsafe_fixes: bool = False
    notes: tuple[str, ...] = ()
    baselines: tuple[BaselineUse, ...] = ()

    @property
    def active(self) -> tuple[Finding, ...]:
        """The findings that count."""
        return tuple(finding for finding in self.findings if finding.state is State.ACTIVE)
