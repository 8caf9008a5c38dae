"""What git ignores: the patterns of one file, asked about one entry of one folder at a time.

``pathspec`` reads the patterns. They are asked one by one and not through its ``check_file``, where a line that takes back
a folder also takes back all that is in it, and ``*`` outweighs ``!*/``. In a walk that does not enter ignored folders, the
last line that matches the entry itself decides, as in git: so ``*``, ``!*/``, ``!*.py`` means "only Python files".
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable, Iterator

from dropcheck.errors import SourceError
from dropcheck.frozen import dataclass
from dropcheck.reading import read_bytes

#: A line with more of ``**`` counts for nothing: matching takes a power of this, and no person writes it.
_MOST_DOUBLE_STARS = 4
_MOST_BYTES = 1_000_000
#: A star in an expression of ``pathspec``, and what is in the same part of a path up to the next one.
_STAR_TO_STAR = re.compile(r"\[\^/\]\*((?:[^\\\[\](){}/*+?|]|\\.|\[(?:[^\]\\]|\\.)+\](?!\*))+)(?=\[\^/\]\*)")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line: the expression ``pathspec`` makes of it, and whether it ignores what matches or takes it back."""

    regex: re.Pattern[str]
    ignores: bool

    def matches(self, path: str, *, folder: bool) -> bool:
        # The expression also matches all that is in a folder the line names, and its one group then is that folder's slash.
        match = self.regex.search(path)
        if match is not None and match.lastindex is None:
            return True
        end = len(path) + 1
        return folder and self.regex.groups > 0 and any(found.end(1) == end for found in self.regex.finditer(f"{path}/"))


class IgnoreFile:
    """The patterns of one ``.gitignore``.

    Args:
        lines: its lines; those that are no valid pattern count for nothing, as in git.
    """

    __slots__ = ("_patterns",)

    def __init__(self, lines: Iterable[str]) -> None:
        with warnings.catch_warnings():
            # Python's, about expressions like "[[:alpha:]" that say something else to git.
            warnings.simplefilter("ignore", FutureWarning)
            self._patterns = tuple(_parse(lines))[::-1]

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """What the file says of one entry of a folder that is not ignored itself.

        Args:
            path: the entry, relative to the folder that holds the file, with ``/`` between its parts.
            folder: whether the entry is a folder.

        Returns:
            True: ignored; False: expressly not ignored; None: the file says nothing of it.
        """
        return next((pattern.ignores for pattern in self._patterns if pattern.matches(path, folder=folder)), None)


def read_ignore_file(path: str) -> IgnoreFile | None:
    """Read a file of ignore patterns.

    Args:
        path: the file.

    Returns:
        Its patterns; None where it has none or cannot be read, as git does.
    """
    lines = [line for line in _content(path).split("\n") if line.strip() and not line.startswith("#")]
    return IgnoreFile(lines) if lines else None


def exclude_file(root: str) -> str:
    """Where a repository has ignore patterns that are not committed.

    Args:
        root: the folder with ``.git``, be it a folder or, in a worktree or a submodule, a file that names one.

    Returns:
        The path of the file, which need not exist.
    """
    folder = os.path.join(root, ".git")
    if named := _content(folder).removeprefix("gitdir:").strip():
        folder = os.path.join(root, named)
    # All worktrees of a repository share one such file.
    common = _content(os.path.join(folder, "commondir")).strip()
    return os.path.join(folder, common, "info", "exclude")


def _content(path: str) -> str:
    try:
        text = read_bytes(path, _MOST_BYTES).decode("utf-8-sig", "surrogateescape")
    except SourceError:
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parse(lines: Iterable[str]) -> Iterator[_Pattern]:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415  (only where there is a pattern to read)

    for line in lines:
        try:
            [pattern] = GitIgnoreSpec.from_lines([line]).patterns
        except (ValueError, re.error):
            continue
        if pattern.regex is not None and pattern.include is not None and line.count("**") <= _MOST_DOUBLE_STARS:
            yield _Pattern(_without_retries(pattern.regex), pattern.include)


def _without_retries(regex: re.Pattern[str]) -> re.Pattern[str]:
    """The same expression, but what stands between two stars is matched where it first occurs, for good.

    Otherwise a line such as ``*a*a*a*a*a*a*a*b`` of a stranger can take hours on one long name.
    """
    return re.compile(_STAR_TO_STAR.sub(r"(?>[^/]*?\1)", regex.pattern), regex.flags)
