"""What git ignores: the patterns of one file, asked about one entry of one folder at a time.

The patterns are ``pathspec``'s. It is asked pattern by pattern, not through ``check_file``, which lets a pattern that
matches a folder decide for all that is in it. A walk does not enter ignored folders, and in one it does enter, the last
pattern that matches the entry itself decides, as in git: so ``*``, ``!*/``, ``!*.py`` means "only Python files".
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line: its regular expression, and whether it ignores what it matches or takes it back."""

    regex: re.Pattern[str]
    ignores: bool

    def matches(self, path: str, *, folder: bool) -> bool:
        # The expression also matches what is in a folder that the line names; its one group then is that folder's slash.
        match = self.regex.search(path)
        if match is not None and match.lastgroup is None:
            return True
        return folder and any(
            found.end(found.lastgroup or 0) == len(path) + 1 and found.lastgroup is not None
            for found in self.regex.finditer(f"{path}/")
        )


class IgnoreFile:
    """The patterns of one ``.gitignore``.

    Args:
        lines: its lines.
    """

    __slots__ = ("_patterns",)

    def __init__(self, lines: Iterable[str]) -> None:
        self._patterns = tuple(pattern for line in lines for pattern in _patterns(line))[::-1]

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        for pattern in self._patterns:
            if pattern.matches(path, folder=folder):
                return pattern.ignores
        return None


def read_ignore_file(path: str) -> IgnoreFile | None:
    text = _content(path)
    lines = [line for line in text.removeprefix("\ufeff").split("\n") if line.strip() and not line.startswith("#")]
    return IgnoreFile(lines) if lines else None


def exclude_file(root: str) -> str:
    folder = os.path.join(root, ".git")
    if elsewhere := _content(folder).removeprefix("gitdir:").strip():
        folder = os.path.join(root, elsewhere)
    common = _content(os.path.join(folder, "commondir")).strip()
    return os.path.join(folder, common, "info", "exclude")


def _content(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read())
    except (OSError, ValueError):
        return ""


def _patterns(line: str) -> list[_Pattern]:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            spec = GitIgnoreSpec.from_lines([line.removesuffix("\r")])
        except (ValueError, re.error):
            return []
    return [_Pattern(p.regex, p.include) for p in spec.patterns if p.include is not None and p.regex is not None]
