"""Find and fix PyTorch dropout that stays on in evaluation.

    >>> import dropcheck
    >>> for finding in dropcheck.check_source(text, "model.py"):
    ...     print(finding.code, finding.message)

What ``__all__`` names is the public API; everything else may change in any release. Nothing that is checked is ever
imported or run; only the two functions that take a model run that model.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING

from dropcheck._version import __version__

if TYPE_CHECKING:
    from dropcheck.config.settings import Settings
    from dropcheck.engine.fix import FixResult, Refusal
    from dropcheck.levels import Applicability, Behaviour, Confidence, State
    from dropcheck.live.result import AuditReport, Outcome, RandomOperation, SiteResult
    from dropcheck.model import Edit, Finding, Fix, Related, Span
    from dropcheck.outcome import BaselineAction, BaselineUse, FileError, FixedFile, Report, StaleEntry

__all__ = [
    "Applicability",
    "AuditReport",
    "BaselineAction",
    "BaselineUse",
    "Behaviour",
    "Confidence",
    "Edit",
    "FileError",
    "Finding",
    "Fix",
    "FixResult",
    "FixedFile",
    "Outcome",
    "RandomOperation",
    "Refusal",
    "Related",
    "Report",
    "Settings",
    "SiteResult",
    "Span",
    "StaleEntry",
    "State",
    "__version__",
    "assert_eval_deterministic",
    "audit",
    "check_paths",
    "check_source",
    "fix_source",
]

_HOMES = {
    "config.settings": ("Settings",),
    "engine.fix": ("FixResult", "Refusal"),
    "live.result": ("AuditReport", "Outcome", "RandomOperation", "SiteResult"),
    "levels": ("Applicability", "Behaviour", "Confidence", "State"),
    "model": ("Edit", "Finding", "Fix", "Related", "Span"),
    "outcome": ("BaselineAction", "BaselineUse", "FileError", "FixedFile", "Report", "StaleEntry"),
}


def check_source(text: str, filename: str = "<string>", *, settings: Settings | None = None) -> tuple[Finding, ...]:
    """Check one source text.

    Args:
        text: Python source. Spans count its characters.
        filename: the name findings carry; ``per-file-ignores`` and the signs of a test go by it. It is not read.
        settings: the options in force; by default those of a run without any configuration file.

    Returns:
        Every finding of the selected rules, in the order of the text. Only those whose ``state`` is ``State.ACTIVE``
        count; the others are suppressed, marked as intended, in the baseline, or below the wanted confidence. A text that
        does not parse has one finding, ``DRP900``.

    Raises:
        UserError: the settings name a rule that does not exist, or a baseline that cannot be read.
    """
    from dropcheck.engine.single import check_text  # noqa: PLC0415  (the engine loads only when used)

    return check_text(text, filename, settings)


def fix_source(text: str, filename: str = "<string>", *, unsafe: bool = False, settings: Settings | None = None) -> FixResult:
    """Fix one source text.

    Every fix is verified: the text that results parses, the finding is gone and no new one appeared.

    Args:
        text: Python source.
        filename: as for :func:`check_source`.
        unsafe: whether to apply unsafe fixes too; so do settings with ``unsafe_fixes``.
        settings: as for :func:`check_source`.

    Returns:
        The fixed text, what was repaired, which fixes were refused and why, and the findings that are left.

    Raises:
        UserError: the settings name a rule that does not exist, or a baseline that cannot be read.
    """
    from dropcheck.engine.single import fix_one  # noqa: PLC0415  (as above)

    return fix_one(text, filename, settings, unsafe=unsafe)


def check_paths(
    paths: Iterable[str | PathLike[str]],
    *,
    fix: bool = False,
    unsafe_fixes: bool | None = None,
    config: str | PathLike[str] | None = None,
    jobs: int | None = 1,
) -> Report:
    """Check files and folders, as ``dropcheck check`` does.

    Args:
        paths: files and folders; folders are searched for ``.py``, ``.pyi`` and ``.ipynb`` files.
        fix: repair the files on disk.
        unsafe_fixes: whether unsafe fixes are offered and applied too; None: as the configuration says.
        config: the configuration file to use; None: the closest to each file.
        jobs: how many processes at most; None: one for each core. A script that asks for more than one must guard its
            entry point by ``if __name__ == "__main__":``, since some systems run it again in each process.

    Returns:
        The findings that are left, the files that were fixed, and the files that could not be checked (among them paths that
        do not exist).

    Raises:
        UserError: a configuration cannot be used.
    """
    from os import fspath  # noqa: PLC0415

    from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415  (as above)
    from dropcheck.discover import discover  # noqa: PLC0415
    from dropcheck.engine.options import RunOptions  # noqa: PLC0415
    from dropcheck.engine.run import check  # noqa: PLC0415

    overrides = {} if unsafe_fixes is None else {"unsafe-fixes": unsafe_fixes}
    resolver = ConfigResolver(overrides, None if config is None else fspath(config))
    return check(discover([fspath(path) for path in paths], resolver), RunOptions(fix=fix, jobs=jobs))


def audit(model: object, /, *inputs: object, **named_inputs: object) -> AuditReport:
    """Run a model in evaluation mode and see which random operations act. Needs the extra ``torch``.

    Unlike everything else here, this runs code: the model's. The model keeps its mode, attributes, parameters and buffers,
    and the random generators of torch, Python and numpy stay where they are. It runs without gradients, and compiled models
    run as they were written. If numbers were drawn, it runs again with other numbers, to see whether that matters.

    Args:
        model: a ``torch.nn.Module``, also a compiled or scripted one.
        inputs: what its forward takes, by position.
        named_inputs: what its forward takes, by name.

    Returns:
        Every random operation that was active, and what static analysis says of the lines; ``report.ok`` tells whether
        evaluation is deterministic, ``str(report)`` tells all of it.

    Raises:
        UserError: torch is not installed, the model is none, or it cannot be run without being changed for good.
        Exception: whatever the model's forward raises.
    """
    return _audit(model, inputs, named_inputs, sites=True)


def assert_eval_deterministic(model: object, /, *inputs: object, **named_inputs: object) -> None:
    """Fail a test if a model is random in evaluation mode: :func:`audit`, as an assertion.

    Args:
        model: as for :func:`audit`.
        inputs: as for :func:`audit`.
        named_inputs: as for :func:`audit`.

    Raises:
        AssertionError: a random operation was active that is not marked with ``# dropcheck: always-on``. The text says which
            and where.
        UserError: as for :func:`audit`.
    """
    __tracebackhide__ = True
    report = _audit(model, inputs, named_inputs, sites=False)
    if not report.ok:
        raise AssertionError(str(report))


def _audit(model: object, inputs: tuple[object, ...], named_inputs: dict[str, object], *, sites: bool) -> AuditReport:
    __tracebackhide__ = True
    try:
        from dropcheck.live.run import audit_model  # noqa: PLC0415  (torch, only where it is asked for)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "torch":
            raise
        from dropcheck.errors import UserError  # noqa: PLC0415

        raise UserError("an audit needs torch, which is not installed: pip install 'dropcheck[torch]'") from error
    return audit_model(model, inputs, named_inputs, sites=sites)


def __getattr__(name: str) -> object:
    # What a script or the command line does not use is not loaded.
    for home, names in _HOMES.items():
        if name in names:
            from importlib import import_module  # noqa: PLC0415

            return getattr(import_module(f"dropcheck.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
