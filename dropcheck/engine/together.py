"""Edit many files of a workspace at once, as far as that holds: a project is linked once for all of them, not once for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dropcheck.engine.fix import Repair, compatible, objection_to
from dropcheck.engine.time_limit import limited
from dropcheck.engine.workspace import Workspace
from dropcheck.frozen import dataclass
from dropcheck.model import Finding
from dropcheck.source.edits import apply_edits

View = Callable[[str], tuple[Finding, ...]]
"""What is found in a file, by its path."""

#: A second pass is for edits that collide with those of the first; what needs more is done file by file.
_MAX_PASSES = 3


@dataclass(frozen=True, slots=True)
class Mending:
    """Which edits are wanted.

    Args:
        view: gives what is found in the files as they are now; the edits are the fixes of that. Those of different files go
            together.
        wanted: whether the fix of a finding is to be applied.
    """

    view: Callable[[], View]
    wanted: Callable[[Finding], bool]


def edit_together(
    workspace: Workspace, paths: Sequence[str], mending: Mending, jobs: int | None
) -> dict[str, tuple[Finding, ...]]:
    """Apply the wanted edits of many files, and keep those of the files whose result holds.

    Args:
        workspace: the files; it holds the edited texts afterwards.
        paths: the files to edit.
        mending: which edits are wanted.
        jobs: how many processes at most.

    Returns:
        The findings that were repaired, by path. The other files are as they were, whatever the reason; nothing is raised
        for a file that cannot be worked on.
    """
    applied: dict[str, tuple[Finding, ...]] = {}
    for _ in range(_MAX_PASSES):
        held = _pass(workspace, paths, mending, jobs)
        if not held:
            break
        for path, repairs in held.items():
            applied[path] = (*applied.get(path, ()), *(finding for repair in repairs for finding in repair.findings))
    return applied


def _pass(workspace: Workspace, paths: Sequence[str], mending: Mending, jobs: int | None) -> dict[str, list[Repair]]:
    before = _seen(mending.view(), paths)
    repairs = {path: compatible(filter(mending.wanted, found)) for path, found in before.items()}
    texts = {path: text for path, wanted in repairs.items() if wanted and (text := _edited(workspace.text(path), wanted))}
    if len(texts) < 2:
        return {}
    old = {path: workspace.state(path) for path in texts}
    held = texts.keys() - workspace.edit_all(texts, jobs)
    while held:
        after = _seen(mending.view(), sorted(held))
        # To take one file back may bring down another that was edited with it.
        fallen = {path for path in held if path not in after or objection_to(before[path], repairs[path], after[path])}
        if not fallen:
            break
        for path in fallen:
            workspace.put(*old[path])
        held -= fallen
    return {path: repairs[path] for path in sorted(held)}


def _seen(view: View, paths: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    """What is found in the files; those that cannot be judged are left out."""
    found = {}
    for path in paths:
        try:
            with limited(path):
                found[path] = view(path)
        except Exception:
            continue
    return found


def _edited(text: str, repairs: Sequence[Repair]) -> str | None:
    try:
        return apply_edits(text, (edit for repair in repairs for edit in repair.edits))
    except ValueError:  # a bug of ours in one fix, which is refused where the file is worked on alone
        return None
