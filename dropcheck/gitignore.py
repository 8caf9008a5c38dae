"""What git ignores: the rules of one ``.gitignore`` file, asked about one entry of one folder at a time.

A walk that asks folder by folder needs less than a general library gives: a folder that is ignored is never entered,
so a rule is only ever matched against the entry itself. And it asks about every file, so names and endings, which most
rules are, are looked up without a regular expression.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

_GLOB_CHARACTERS = frozenset("*?[\\")
_POSIX_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_POSIX_CLASS = re.compile(r"\[:([a-z]+):\]")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line: exactly one of the last four fields is set."""

    ignore: bool
    folders_only: bool
    name: str | None = None
    ending: str | None = None
    name_regex: str | None = None
    path_regex: str | None = None

    def matches(self, path: str, name: str) -> bool:
        if self.name is not None:
            return name == self.name
        if self.ending is not None:
            return name.endswith(self.ending)
        if self.name_regex is not None:
            return re.fullmatch(self.name_regex, name, re.DOTALL) is not None
        return self.path_regex is not None and re.fullmatch(self.path_regex, path, re.DOTALL) is not None


class IgnoreFile:
    """The rules of one ``.gitignore``.

    Args:
        text: what the file holds.
    """

    __slots__ = ("_endings", "_name_regex", "_names", "_path_regex", "_rules")

    def __init__(self, text: str) -> None:
        rules = [rule for line in text.removeprefix("\ufeff").split("\n") if (rule := _parse(line)) is not None]
        self._rules = tuple(reversed(rules))
        self._names = frozenset(rule.name for rule in rules)
        self._endings = tuple(rule.ending for rule in rules if rule.ending is not None)
        self._name_regex = _any_of(rule.name_regex for rule in rules)
        self._path_regex = _any_of(rule.path_regex for rule in rules)

    def verdict(self, prefix: str, name: str, *, folder: bool) -> bool | None:
        """What the file says of one entry of a folder that is not ignored itself.

        Args:
            prefix: the path of the folder relative to the one that holds the ``.gitignore``: ``""`` or ``"a/b/"``.
            name: the name of the entry.
            folder: whether the entry is a folder.

        Returns:
            True: ignored; False: expressly not ignored; None: the file says nothing of it.
        """
        if not (
            name in self._names
            or name.endswith(self._endings)
            or (self._name_regex is not None and self._name_regex.fullmatch(name))
            or (self._path_regex is not None and self._path_regex.fullmatch(prefix + name))
        ):
            return None
        path = prefix + name
        for rule in self._rules:
            if (folder or not rule.folders_only) and rule.matches(path, name):
                return rule.ignore
        return None


def read_ignore_file(path: str) -> IgnoreFile | None:
    """Read a file of ignore rules.

    Args:
        path: the file.

    Returns:
        Its rules; None where it cannot be read, as git does.
    """
    try:
        with open(path, "rb") as file:
            return IgnoreFile(os.fsdecode(file.read()))
    except OSError:
        return None


def _any_of(regexes: Iterable[str | None]) -> re.Pattern[str] | None:
    alternatives = [regex for regex in regexes if regex is not None]
    return re.compile("|".join(alternatives), re.DOTALL) if alternatives else None


def _parse(line: str) -> _Rule | None:
    line = _without_trailing_blanks(line.removesuffix("\r"))
    if not line or line.startswith("#"):
        return None
    ignore = not line.startswith("!")
    pattern = line if ignore else line[1:]
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern:
        return None
    if "/" not in pattern:
        if not _GLOB_CHARACTERS.intersection(pattern):
            return _Rule(ignore, folders_only, name=pattern)
        if pattern.startswith("*") and not _GLOB_CHARACTERS.intersection(pattern[1:]):
            return _Rule(ignore, folders_only, ending=pattern[1:])
        regex = _to_regex(pattern)
        return None if regex is None else _Rule(ignore, folders_only, name_regex=regex)
    regex = _to_regex(pattern.removeprefix("/"))
    return None if regex is None else _Rule(ignore, folders_only, path_regex=regex)


def _without_trailing_blanks(line: str) -> str:
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return line[: len(stripped) + 1] if backslashes % 2 else stripped


def _to_regex(glob: str) -> str | None:
    """The regular expression of a glob; None where git lets it match nothing."""
    parts: list[str] = []
    at = 0
    while at < len(glob):
        char = glob[at]
        if char == "*":
            part, at = _stars(glob, at)
        elif char == "?":
            part, at = "[^/]", at + 1
        elif char == "[":
            found = _bracket(glob, at)
            if found is None:
                return None
            part, at = found
        elif char == "\\":
            if at + 1 == len(glob):
                return None
            part, at = re.escape(glob[at + 1]), at + 2
        else:
            part, at = re.escape(char), at + 1
        parts.append(part)
    return "".join(parts)


def _stars(glob: str, at: int) -> tuple[str, int]:
    end = at
    while glob[end : end + 1] == "*":
        end += 1
    # Git compares a literal beginning first and the rest as a glob of its own, so "a**/b" crosses folders, too.
    opens = glob[at - 1 : at] == "/" or not _GLOB_CHARACTERS.intersection(glob[:at])
    if end - at >= 2 and opens and glob[end : end + 1] == "/":
        return "(?:.*/)?", end + 1
    if end - at >= 2 and opens and end == len(glob):
        return ".*", end
    return "[^/]*", end


def _bracket(glob: str, at: int) -> tuple[str, int] | None:
    """A bracket expression that begins at an offset, with the offset behind it; None where it is never closed."""
    at += 1
    negated = glob[at : at + 1] in ("!", "^")
    at += negated
    parts: list[str] = []
    first = True
    while first or glob[at : at + 1] != "]":
        first = False
        if (named := _POSIX_CLASS.match(glob, at)) is not None:
            if named[1] not in _POSIX_CLASSES:
                return None
            parts.append(_POSIX_CLASSES[named[1]])
            at = named.end()
            continue
        low, at = _bracket_character(glob, at)
        high = low
        if glob[at : at + 1] == "-" and glob[at + 1 : at + 2] not in ("]", ""):
            high, at = _bracket_character(glob, at + 1)
        if not low or not high:
            return None
        # Git takes a range that runs backwards for its first character.
        parts.append(f"{re.escape(low)}-{re.escape(max(low, high))}")
    return f"(?!/)[{'^' if negated else ''}{''.join(parts)}]", at + 1


def _bracket_character(glob: str, at: int) -> tuple[str, int]:
    if glob[at : at + 1] == "\\":
        at += 1
    return glob[at : at + 1], at + 1
