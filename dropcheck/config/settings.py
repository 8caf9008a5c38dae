"""The settings that hold for one file."""

from __future__ import annotations

import os
from dataclasses import field

from dropcheck.config.globs import path_matcher, posix
from dropcheck.config.options import DEFAULT_EXCLUDE
from dropcheck.config.outputs import AUTO, Output
from dropcheck.frozen import dataclass
from dropcheck.levels import Confidence, Severity


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A dropout function of the user's own, from ``[[tool.dropcheck.functions]]``.

    Args:
        name: its dotted name.
        params: its parameters in order; empty where only keywords are used.
        p: the parameter that holds the drop probability.
        flag: the parameter that switches dropout.
        p_default: the probability where ``p`` is not passed; None: it is required or unknown.
        flag_default: the switch where ``flag`` is not passed; None: it is required or unknown.
    """

    name: str
    params: tuple[str, ...] = ()
    p: str | None = None
    flag: str | None = None
    p_default: float | None = None
    flag_default: bool | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration and the command line say, for the files below one folder.

    The options are those of ``options.OPTIONS``, where they are explained. Paths and globs with a slash are absolute here.

    Args:
        root: the absolute folder globs were relative to: that of the configuration file, else the working folder.
        source: the configuration file, absolute; None where there is none.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    output_format: tuple[Output, ...] = (Output(AUTO),)
    fix: bool = False
    unsafe_fixes: bool = False
    fix_style: str = "flag"
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    extend_safe_fixes: tuple[str, ...] = ()
    extend_unsafe_fixes: tuple[str, ...] = ()
    min_confidence: Confidence = Confidence.HIGH
    severity: tuple[tuple[str, Severity], ...] = ()
    fail_on: Severity = Severity.INFO
    baseline: str | None = None
    cache_dir: str | None = None
    intent_words: tuple[str, ...] = ()
    module_bases: tuple[str, ...] = ()
    functions: tuple[FunctionEntry, ...] = ()
    root: str = field(default_factory=os.getcwd)
    source: str | None = None

    @property
    def excludes(self) -> tuple[str, ...]:
        """The globs of ``exclude`` and ``extend-exclude``."""
        return self.exclude + self.extend_exclude

    def ignored_for(self, path: str) -> tuple[str, ...]:
        """The selectors that ``per-file-ignores`` holds for a file.

        Args:
            path: the file.

        Returns:
            Codes, prefixes or names as the user wrote them, in order; empty where no glob matches.
        """
        if not self.per_file_ignores:
            return ()
        folder, name = os.path.split(os.path.abspath(path))
        folder = posix(folder)
        return tuple(
            selector
            for pattern, selectors in self.per_file_ignores
            if path_matcher((pattern.removeprefix("!"),)).matches(folder, name) is not pattern.startswith("!")
            for selector in selectors
        )
