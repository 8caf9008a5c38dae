"""Globs over files and folders: one dialect for ``exclude`` and ``per-file-ignores``.

``*`` and ``?`` cross folders and ``**/`` stands for any number of folders, none included, as in ruff. A glob without a
slash is matched against a name, one with a slash against the whole path; so those are kept as absolute globs.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from functools import lru_cache

from dropcheck.frozen import dataclass

_SPECIAL = re.compile(r"(?<![^/])\*\*/|\*+|\?|\[[!^]?\]?[^\]]*\]")
_CLASS_SPECIAL = re.compile(r"[\[\]\\^&~|]")


@dataclass(frozen=True, slots=True)
class PathMatcher:
    """Several globs, prepared so that one test of a path is cheap.

    Args:
        names: names without any special character.
        name_glob: the globs for names.
        path_glob: the globs for whole paths.
    """

    names: frozenset[str]
    name_glob: re.Pattern[str] | None
    path_glob: re.Pattern[str] | None

    def matches(self, folder: str, name: str) -> bool:
        """Whether one of the globs matches.

        Args:
            folder: the absolute path of the folder, with ``/`` and without a trailing one (see ``posix``).
            name: the name of the file or folder in it.
        """
        return (
            name in self.names
            or (self.name_glob is not None and self.name_glob.fullmatch(name) is not None)
            or (self.path_glob is not None and self.path_glob.fullmatch(f"{folder}/{name}") is not None)
        )


@lru_cache(maxsize=256)
def path_matcher(globs: tuple[str, ...]) -> PathMatcher:
    """Prepare globs.

    Args:
        globs: globs as ``anchored`` returns them.

    Returns:
        What matches a path that one of them matches.

    Raises:
        re.error: a glob holds an impossible range such as ``[z-a]``.
    """
    paths = [pattern for pattern in globs if "/" in pattern]
    names = [pattern for pattern in globs if "/" not in pattern]
    special = [pattern for pattern in names if glob.has_magic(pattern)]
    return PathMatcher(frozenset(names).difference(special), _compile(special), _compile(paths))


def posix(path: str) -> str:
    """A path with ``/`` between its parts and without a trailing one.

    Args:
        path: a path in the form of this system.
    """
    return path.replace(os.sep, "/").rstrip("/")


def anchored(pattern: str, root: str) -> str:
    """Make a glob with a slash absolute; a glob without one is for names and stays.

    Args:
        pattern: a glob as the user wrote it.
        root: the absolute path of the folder it is relative to.

    Returns:
        The glob to give to ``path_matcher``.
    """
    pattern = pattern.replace(os.sep, "/")
    inside = pattern.rstrip("/").removeprefix("./")
    if "/" not in pattern.rstrip("/"):
        return inside
    return f"{glob.escape(posix(root))}/{inside.lstrip('/')}"


def _compile(globs: Iterable[str]) -> re.Pattern[str] | None:
    alternatives = [_to_regex(pattern) for pattern in globs]
    return re.compile("|".join(alternatives), re.DOTALL) if alternatives else None


def _to_regex(pattern: str) -> str:
    """The expression of a glob, which takes no longer for a path than its length times that of the glob.

    What stands between two stars is matched where it first occurs, and that is never taken back: if the rest does not match
    behind the first occurrence, it does not match behind a later one. (So does ``fnmatch.translate``.)
    """
    parts = [""]
    end = 0
    for match in _SPECIAL.finditer(pattern):
        parts[-1] += re.escape(pattern[end : match.start()])
        token = _special_to_regex(match[0])
        if match[0].startswith("*"):
            parts.append(token)
        else:
            parts[-1] += token
        end = match.end()
    parts[-1] += re.escape(pattern[end:])
    first, *middle = parts
    last = middle.pop() if middle else ""
    return first + "".join(f"(?>{part})" for part in middle) + last


def _special_to_regex(token: str) -> str:
    if token == "**/":
        return "(?:.*?/)??"
    if token.startswith("*"):
        return ".*?"
    if token == "?":
        return "."
    negated = token[1] in "!^"
    inside = _CLASS_SPECIAL.sub(r"\\\g<0>", token[2 if negated else 1 : -1])
    return f"[^{inside}]" if negated else f"[{inside}]"
