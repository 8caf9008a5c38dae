"""The exit code of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcheck.frozen import dataclass
from dropcheck.levels import Severity

if TYPE_CHECKING:
    from dropcheck.outcome import Report

CLEAN = 0
FINDINGS = 1
FAILED = 2
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class ExitOptions:
    """The options that bear on the exit code.

    Args:
        diff: the changes were shown, not written.
        fix_only: what is left unrepaired does not count.
        exit_zero: findings do not count.
        exit_non_zero_on_fix: a rewritten file counts.
        fail_on: findings that are less serious do not count.
    """

    diff: bool = False
    fix_only: bool = False
    exit_zero: bool = False
    exit_non_zero_on_fix: bool = False
    fail_on: Severity = Severity.INFO


def exit_code(report: Report, options: ExitOptions) -> int:
    """What a run says to the program that started it.

    Args:
        report: the run.
        options: what the user asked for.

    Returns:
        0: nothing left to report. 1: findings, or changes that count. 2: a file could not be worked on; then the run
        has no verdict, and no option hides that.
    """
    if report.errors:
        return FAILED
    if options.exit_zero:
        return CLEAN
    changed = any(file.before != file.after for file in report.fixed)
    if changed and (options.diff or options.exit_non_zero_on_fix):
        return FINDINGS
    serious = any(finding.severity.rank >= options.fail_on.rank for finding in report.active)
    return FINDINGS if serious and not options.fix_only else CLEAN
