"""One text that is at hand: for the public API, standard input and editors."""

from __future__ import annotations

from dataclasses import replace

from dropcheck.config.settings import Settings
from dropcheck.engine.accounts import read_baselines
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.fix import FixResult
from dropcheck.engine.pool import Task
from dropcheck.engine.workspace import Workspace
from dropcheck.extract.modules import module_name
from dropcheck.model import Finding


def check_text(text: str, path: str, settings: Settings | None) -> tuple[Finding, ...]:
    """What is found in a text.

    Args:
        text: Python source.
        path: the name of its file; it need not exist.
        settings: the options in force; None for the defaults.

    Returns:
        The findings of the selected rules with their states, sorted.

    Raises:
        UserError: the settings name a rule that does not exist, or a baseline that cannot be read.
        InternalError: a bug of ours.
    """
    return _workspace(text, path, settings or Settings()).findings(path)


def fix_one(text: str, path: str, settings: Settings | None, *, unsafe: bool) -> FixResult:
    """Fix a text to a fixed point.

    Args:
        text: Python source.
        path: the name of its file; it need not exist.
        settings: the options in force; None for the defaults.
        unsafe: whether unsafe fixes are applied even if the settings do not say so.

    Returns:
        The fixed text and what was done to it.

    Raises:
        UserError: the settings name a rule that does not exist, or a baseline that cannot be read.
        InternalError: a bug of ours.
    """
    settings = settings or Settings()
    fixed = _workspace(text, path, settings).fix(path, unsafe=unsafe or settings.unsafe_fixes)
    # While it is fixed, the mistake that all calls of a helper share is told at each of them, not at the helper.
    return replace(fixed, findings=check_text(fixed.text, path, settings))


def _workspace(text: str, path: str, settings: Settings) -> Workspace:
    workspace = Workspace(catalogue_for([settings]), {path: settings}, baselines=read_baselines([settings]))
    workspace.add(Task(path, text, *module_name(path)))
    return workspace
