"""What holds for a whole run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dropcheck.config.settings import Settings
from dropcheck.frozen import dataclass

Progress = Callable[[int, int], None]
"""Is told how many files are done, and how many there are."""


SECONDS_PER_FILE = 300
"""How long the command line lets the work on one file take: a hundred times what the largest files of real projects need."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What holds for a whole run; everything else comes from the settings of each file.

    Args:
        fix: repair the files.
        diff: work out the repairs, write nothing.
        add_ignore: give each finding that counts a comment with these words (none: without a reason) that silences it.
        ignore_suppressions: report also what comments silence.
        ignore_baseline: report also what the baseline holds.
        fix_baselined: repair also what the baseline holds.
        write_baseline: write a baseline of all findings that count to this file.
        prune_baseline: remove stale entries from the baseline.
        cache: the folder of the cache; None for none.
        obey_noqa: let ``# noqa`` silence findings.
        jobs: how many processes at most; None for one a core.
        timeout: how many seconds the work on one file may take; None for any number.
    """

    fix: bool = False
    diff: bool = False
    add_ignore: str | None = None
    ignore_suppressions: bool = False
    ignore_baseline: bool = False
    fix_baselined: bool = False
    write_baseline: str | None = None
    prune_baseline: bool = False
    cache: str | None = None
    obey_noqa: bool = True
    jobs: int | None = None
    timeout: float | None = None

    @property
    def rewrites(self) -> bool:
        """Whether files are to be changed, or what would be changed is to be shown."""
        return self.fix or self.diff or self.add_ignore is not None

    def uses_baseline(self, settings: Iterable[Settings]) -> bool:
        """Whether a baseline is read or written.

        Args:
            settings: those of the files of the run.
        """
        return self.write_baseline is not None or self.prune_baseline or any(one.baseline is not None for one in settings)


class Ticker:
    """Counts files and tells the caller."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.total = total
        self.progress = progress
        self.done = 0

    def __call__(self) -> None:
        """One more file is done."""
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)
