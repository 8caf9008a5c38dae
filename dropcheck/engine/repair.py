"""Fix the files of a workspace, and write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from dropcheck.engine.faults import file_error
from dropcheck.engine.fix import Refusal
from dropcheck.engine.time_limit import limited
from dropcheck.engine.together import Mending, edit_together
from dropcheck.engine.workspace import InternalError, Workspace
from dropcheck.errors import SourceError
from dropcheck.frozen import dataclass
from dropcheck.model import Finding
from dropcheck.outcome import FileError, FixedFile
from dropcheck.source.cell_index import line_index
from dropcheck.source.text import SourceFile
from dropcheck.source.write import write_source

# A fix in one file can make one in another possible; more rounds than this would mean fixes that undo each other.
MAX_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Repaired:
    """What fixing a workspace came to.

    Args:
        files: the files that were changed, or whose fixes were refused.
        errors: the files that could not be fixed or written; these are as they were.
    """

    files: tuple[FixedFile, ...]
    errors: tuple[FileError, ...]


def repair(
    workspace: Workspace,
    paths: Sequence[str],
    sources: Mapping[str, SourceFile],
    mending: Mending,
    *,
    write: bool,
    jobs: int | None = 1,
) -> Repaired:
    """Mend the files until none changes any more.

    Every edit is verified in the project as it is then, and to link a large one takes seconds. So the files are edited
    together as long as that holds; only what does not is tried one by one.

    Args:
        workspace: the files; it holds the fixed texts afterwards.
        paths: the files to fix.
        sources: the files as they were read.
        mending: which edits are wanted.
        write: whether the fixed texts are written to disk.
        jobs: how many processes at most.

    Returns:
        What was done, in the order of ``paths``.
    """
    drafts = {path: _Draft(workspace.text(path)) for path in paths}
    for _ in range(MAX_ROUNDS):
        for path, applied in edit_together(workspace, paths, mending, jobs).items():
            drafts[path].applied += applied
        changed = [path for path, draft in drafts.items() if _fix(workspace, path, draft, mending)]
        if not changed:
            break
    if write:
        for path, draft in drafts.items():
            _write(workspace, sources[path], draft)
    fixed = (draft.result(path, workspace.text(path)) for path, draft in drafts.items() if draft.touched)
    errors = (draft.error for draft in drafts.values() if draft.error is not None)
    return Repaired(tuple(fixed), tuple(errors))


@dataclass(slots=True)
class _Draft:
    """The work on one file."""

    before: str
    applied: list[Finding] = field(default_factory=list)
    refused: tuple[Refusal, ...] = ()
    error: FileError | None = None

    @property
    def touched(self) -> bool:
        return not self.error and bool(self.applied or self.refused)

    def result(self, path: str, after: str) -> FixedFile:
        """The draft as the report tells it."""
        return FixedFile(path, self.before, after, tuple(self.applied), _reasons(self.refused, after))


def _fix(workspace: Workspace, path: str, draft: _Draft, mending: Mending) -> bool:
    """Fix one file in the workspace; whether that changed it."""
    before = workspace.text(path)
    try:
        with limited(path):
            result = workspace.rewrite(path, lambda: mending.view()(path), mending.wanted)
    except InternalError as error:
        draft.error = FileError(path, str(error), error.trace)
        return False
    except Exception as error:  # a bug of ours in one file must not cost the others
        draft.error = file_error(path, error)
        return False
    draft.applied.extend(result.applied)
    draft.refused = result.refused
    return result.text != before


def _write(workspace: Workspace, source: SourceFile, draft: _Draft) -> None:
    try:
        write_source(source, workspace.text(source.path))
    except SourceError as error:
        workspace.edit(source.path, draft.before)
        draft.error = FileError(source.path, error.message)


def _reasons(refused: Sequence[Refusal], text: str) -> str:
    if not refused:
        return ""
    index = line_index(text)
    reasons = []
    for refusal in refused:
        place = index.position(refusal.finding.span.start)
        reasons.append(f"{refusal.finding.code} at {place} ({refusal.reason})")
    return f"fix refused for {'; '.join(reasons)}"
