"""Finding the files to check: what the user named, walked, without what is excluded or ignored by git."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from dropcheck.config.globs import path_matcher, posix
from dropcheck.config.resolve import ConfigResolver
from dropcheck.config.settings import Settings
from dropcheck.frozen import dataclass
from dropcheck.gitignore import IgnoreFile, exclude_file, read_ignore_file
from dropcheck.outcome import FileError
from dropcheck.source.importable import PYTHON_SUFFIX, may_be_imported_from

SUFFIXES = (PYTHON_SUFFIX, ".pyi", ".ipynb")

_Levels = tuple[tuple[IgnoreFile, str], ...]
"""Files of ignore rules, closest first, each with the path from its folder to the one being walked."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file to check.

    Args:
        path: the file, relative where the user named a relative path.
        settings: what holds for it.
        named: whether the user named the file itself, not a folder above it.
        raw: its bytes, where they are not to be read from ``path``, such as those of standard input.
        outside: whether it is a symbolic link in a folder that the user named, to a file in none of them.
    """

    path: str
    settings: Settings
    named: bool = False
    raw: bytes | None = None
    outside: bool = False

    @property
    def insisted(self) -> bool:
        """Whether the user wants this very file checked. With ``force-exclude`` it is a program that names files."""
        return self.named and not self.settings.force_exclude


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found.

    Args:
        files: the files to check, sorted by path, each once.
        errors: folders and files that could not be looked at.
        notes: what was passed over and might be missed: symbolic links to folders or to nothing, one line each.
        walked: the absolute paths of the folders that were walked.
        left_out: those of the folders and Python files in them that were not looked at, except for what nothing imports.
    """

    files: tuple[FoundFile, ...]
    errors: tuple[FileError, ...] = ()
    notes: tuple[str, ...] = ()
    walked: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def has_all_of(self, folder: str) -> bool:
        """Whether every Python file in a folder, and in those in it, surely is among the files.

        Args:
            folder: its absolute path.
        """
        inside = os.path.join(folder, "")
        walked = any(inside.startswith(os.path.join(top, "")) for top in self.walked)
        return walked and not self.errors and not any(path.startswith(inside) for path in self.left_out)

    @property
    def settings_as_given(self) -> tuple[Settings, ...]:
        """The settings of the files, each object once: most files share theirs."""
        return tuple({id(file.settings): file.settings for file in self.files}.values())

    @property
    def settings(self) -> tuple[Settings, ...]:
        """The settings of the files, each once."""
        return tuple(dict.fromkeys(self.settings_as_given))


def discover(paths: Sequence[str], resolver: ConfigResolver) -> Discovery:
    """Find the files to check.

    A file the user names is taken whatever its suffix and even if it is excluded, unless ``force-exclude`` is set; a
    folder is walked. A file that several paths or symbolic links lead to is found once.

    Args:
        paths: files and folders as the user named them.
        resolver: finds the settings of a file.

    Returns:
        The files, and what could not be looked at: a path that does not exist is an error among the others, not the end.

    Raises:
        ConfigError: a configuration file is wrong.
    """
    search = _Search(resolver)
    for path in paths:
        search.start(_tidy(path))
    return search.result()


def discover_text(path: str, raw: bytes, resolver: ConfigResolver) -> Discovery:
    """The one file whose bytes are at hand, such as those of standard input.

    Args:
        path: the file they are or will be; it need not exist.
        raw: the bytes.
        resolver: finds the settings of a file.

    Returns:
        The file; nothing if it is excluded, since it is not the user but a program that names such a file.

    Raises:
        ConfigError: the configuration file is wrong.
    """
    path = _tidy(path)
    settings = resolver.settings_for(path)
    if _is_excluded(os.path.abspath(path), settings):
        return Discovery(())
    return Discovery((FoundFile(path, settings, named=True, raw=raw),))


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to walk: where it is, how its files are called, and the rules of git from above."""

    absolute: str
    shown: str
    real: str
    levels: _Levels


class _Search:
    """The state of one discovery."""

    __slots__ = ("_errors", "_files", "_left_out", "_linked", "_notes", "_resolver", "_tops", "_walked")

    def __init__(self, resolver: ConfigResolver) -> None:
        self._resolver = resolver
        # By real path, so that no file is checked, let alone fixed, under two names; a link gives way to its target.
        self._files: dict[str, FoundFile] = {}
        self._linked: dict[str, FoundFile] = {}
        self._errors: list[FileError] = []
        self._notes: list[str] = []
        self._tops: list[str] = []
        self._walked: list[str] = []
        self._left_out: list[str] = []

    def start(self, path: str) -> None:
        """Add what a path named by the user leads to."""
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)
        except (OSError, ValueError) as error:
            self._errors.append(FileError(path or repr(path), _why_missing(path, error)))
            return
        real = os.path.realpath(path)
        absolute = real if os.pardir in path.split(os.sep) else os.path.abspath(path)
        settings = self._resolver.settings_in(absolute) if is_folder else self._resolver.settings_for(absolute)
        if settings.force_exclude and _is_excluded(absolute, settings):
            return
        if is_folder:
            levels = _levels_above(absolute)
            self._tops.append(os.path.join(real, ""))
            self._walked.append(absolute)
            self._walk(_Folder(absolute, "" if path == os.curdir else os.path.join(path, ""), real, levels))
        else:
            self._add(FoundFile(path, settings, named=True), real, linked=os.path.islink(path))

    def result(self) -> Discovery:
        """What was found so far."""
        links = {real: self._placed(link, real) for real, link in self._linked.items()}
        found = {**links, **self._files}.values()
        return Discovery(
            tuple(sorted(found, key=lambda file: file.path)),
            tuple(sorted(set(self._errors), key=lambda error: error.path)),
            tuple(sorted(set(self._notes))),
            tuple(self._walked),
            tuple(self._left_out),
        )

    def _placed(self, link: FoundFile, real: str) -> FoundFile:
        return link if link.named or real.startswith(tuple(self._tops)) else replace(link, outside=True)

    def _walk(self, start: _Folder) -> None:
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder.absolute) as entries:
                    listing = list(entries)
            except OSError as error:
                shown = folder.shown.rstrip(os.sep) or folder.shown or os.curdir
                self._errors.append(FileError(shown, f"the folder cannot be read: {error.strerror or error}"))
                continue
            waiting.extend(self._visit(folder, listing))

    def _visit(self, folder: _Folder, listing: list[os.DirEntry[str]]) -> Iterator[_Folder]:
        """Add the files of a folder, and yield the folders in it that are to be walked."""
        settings = self._resolver.settings_in(folder.absolute)
        excluded = path_matcher(settings.excludes)
        where = posix(folder.absolute)
        levels = _levels_at(folder, listing) if settings.respect_gitignore else ()
        for entry in listing:
            name = entry.name
            is_source = name.endswith(SUFFIXES)
            is_folder = entry.is_dir(follow_symlinks=False)
            linked = not is_folder and entry.is_symlink()
            if not (is_folder or is_source or linked):
                continue
            if excluded.matches(where, name) or (levels and _is_ignored(levels, name, folder=is_folder)):
                if name.endswith(PYTHON_SUFFIX) or (is_folder and may_be_imported_from(name)):
                    self._left_out.append(entry.path)
                continue
            if is_folder:
                inner = tuple((rules, f"{prefix}{name}/") for rules, prefix in levels)
                yield _Folder(entry.path, f"{folder.shown}{name}{os.sep}", f"{folder.real}{os.sep}{name}", inner)
            elif linked:
                if is_source:
                    self._left_out.append(entry.path)  # it may be found under another name
                self._follow(entry, FoundFile(folder.shown + name, settings), is_source=is_source)
            elif entry.is_file():
                self._add(FoundFile(folder.shown + name, settings), f"{folder.real}{os.sep}{name}", linked=False)

    def _follow(self, entry: os.DirEntry[str], found: FoundFile, *, is_source: bool) -> None:
        """Add the file that a symbolic link in a walked folder leads to."""
        try:
            if entry.is_dir():
                # Its files are found where they are; and a link to a folder above would lead round for ever.
                self._notes.append(f"{found.path}: symbolic link to a folder, not followed")
            elif is_source and entry.is_file():
                self._add(found, os.path.realpath(entry.path), linked=True)
            elif is_source:
                self._notes.append(f"{found.path}: symbolic link to nothing, passed over")
        except OSError as error:
            if is_source:
                self._errors.append(FileError(found.path, f"cannot be read: {error.strerror or error}"))

    def _add(self, found: FoundFile, real: str, *, linked: bool) -> None:
        (self._linked if linked else self._files).setdefault(real, found)


def _tidy(path: str) -> str:
    # ".." is kept where it is: behind a symbolic link, "link/../x" is not "x".
    return os.path.normpath(path) if path and os.pardir not in path.split(os.sep) else path


def _why_missing(path: str, error: Exception) -> str:
    if os.path.islink(path):
        return "is a symbolic link that leads to no file; correct it or leave it out"
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    return f"cannot be read: {(error.strerror if isinstance(error, OSError) else None) or error}"


def _is_excluded(absolute: str, settings: Settings) -> bool:
    """Whether a path is excluded, or a folder it is in, up to the root of the configuration or the working folder."""
    tops = (settings.root, os.getcwd())
    if absolute in tops:
        return False
    top = next((top for top in tops if absolute.startswith(os.path.join(top, ""))), os.path.dirname(absolute))
    excluded = path_matcher(settings.excludes)
    folder, name = os.path.split(absolute)
    while not excluded.matches(posix(folder), name):
        if folder == top:
            return False
        folder, name = os.path.split(folder)
    return True


def _is_ignored(levels: _Levels, name: str, *, folder: bool) -> bool:
    for rules, prefix in levels:
        verdict = rules.verdict(prefix + name, folder=folder)
        if verdict is not None:
            return verdict
    return False


def _levels_at(folder: _Folder, listing: list[os.DirEntry[str]]) -> _Levels:
    """The rules for the entries of a folder: those from above and its own."""
    names = {entry.name for entry in listing if entry.name.startswith(".git")}
    # A repository inside another is its own: git asks no rules from above there.
    levels = _levels_of_repository(folder.absolute) if ".git" in names else folder.levels
    return _with_own_rules(folder.absolute, levels) if ".gitignore" in names else levels


def _levels_above(folder: str) -> _Levels:
    """The rules that hold in a folder named by the user, from its repository down to its parent."""
    chain = [folder]
    while not os.path.lexists(os.path.join(chain[-1], ".git")):
        parent = os.path.dirname(chain[-1])
        if parent == chain[-1]:
            return ()
        chain.append(parent)
    chain.reverse()
    levels = _levels_of_repository(chain[0])
    for above, below in pairwise(chain):
        levels = _with_own_rules(above, levels)
        name = os.path.basename(below)
        # Who names an ignored folder wants it walked, so what ignores it does not hold for its files either.
        ignored = _is_ignored(levels, name, folder=True)
        levels = () if ignored else tuple((rules, f"{prefix}{name}/") for rules, prefix in levels)
    return levels


def _levels_of_repository(root: str) -> _Levels:
    rules = read_ignore_file(exclude_file(root))
    return () if rules is None else ((rules, ""),)


def _with_own_rules(folder: str, levels: _Levels) -> _Levels:
    rules = read_ignore_file(os.path.join(folder, ".gitignore"))
    return levels if rules is None else ((rules, ""), *levels)
