"""What files look like from outside, to notice that one has changed: not every editor can watch files for a server."""

from __future__ import annotations

import os
from collections.abc import Iterable

from dropcheck.config.load import CONFIG_NAMES
from dropcheck.discover import SUFFIXES
from dropcheck.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Disk:
    """Files and folders as they were at some time.

    Args:
        files: files that were read.
        folders: folders in which modules were looked for; configuration files count in them and above.
        state: what :func:`_look` said of them.
    """

    files: tuple[str, ...]
    folders: tuple[str, ...]
    state: tuple[object, ...]

    @classmethod
    def now(cls, files: Iterable[str], folders: Iterable[str]) -> Disk:
        """Files and folders as they are now."""
        files, folders = tuple(files), tuple(folders)
        return cls(files, folders, _look(files, folders))

    @property
    def changed(self) -> bool:
        """Whether something is not as it was."""
        return _look(self.files, self.folders) != self.state


def _look(files: Iterable[str], folders: Iterable[str]) -> tuple[object, ...]:
    folders = sorted({*folders, *map(os.path.dirname, files)})
    candidates = (os.path.join(folder, name) for folder in _with_parents(folders) for name in CONFIG_NAMES)
    return (*map(_stat, files), *map(_stat, candidates), *map(_modules, folders))


def _with_parents(folders: Iterable[str]) -> list[str]:
    found = set(folders)
    waiting = list(found)
    while waiting:
        parent = os.path.dirname(waiting.pop())
        if parent not in found:
            found.add(parent)
            waiting.append(parent)
    return sorted(found)


def _stat(path: str) -> tuple[str, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return path, status.st_mtime_ns, status.st_size


def _modules(folder: str) -> tuple[str, ...]:
    """The names by which modules could be imported from a folder."""
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted(entry.name for entry in entries if entry.name.endswith(SUFFIXES) or entry.is_dir()))
    except OSError:
        return ()
