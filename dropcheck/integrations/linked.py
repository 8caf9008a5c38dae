"""Texts that are at hand, linked with the files of their project on disk."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from dropcheck.config.globs import path_matcher, posix
from dropcheck.config.settings import Settings
from dropcheck.discover import Discovery
from dropcheck.engine.accounts import read_baselines
from dropcheck.engine.context import Completion
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.loading import Loaded
from dropcheck.engine.select import enabled_codes
from dropcheck.engine.slicing import Slices
from dropcheck.engine.workspace import Workspace
from dropcheck.source.text import SourceFile

_WORD = re.compile(r"[^\W\d]\w*")
_IMPORT = re.compile(r"^[ \t]*(?:from|import)\b.*", re.MULTILINE)


class LinkedTexts:
    """Texts, and every file on disk that the verdict on them depends on.

    Args:
        settings: the settings of each text, by path. A text stands for the file of that name, which is not read and need not
            exist.
        obey_noqa: whether ``# noqa`` silences findings.

    Raises:
        UserError: the settings name a rule that does not exist, or a baseline that cannot be read.
    """

    def __init__(self, settings: Mapping[str, Settings], *, obey_noqa: bool = True) -> None:
        for one in settings.values():
            enabled_codes(one)
        baselines = read_baselines(settings.values(), required=False)
        self.workspace = Workspace(catalogue_for(settings.values()), settings, baselines=baselines, obey_noqa=obey_noqa)
        self._slices = Slices()
        self._sources: dict[str, SourceFile] = {}
        self._words: set[str] = set()
        self._imports: dict[str, list[str]] = {}
        self._followed = False

    def put(self, path: str, text: str) -> None:
        """Put a text in, or another one in its place.

        Raises:
            InternalError: the text cannot be worked on; nothing changed.
        """
        if path not in self.workspace.paths or self.workspace.text(path) != text:
            # As a whole: linking reads the rest of a file that is there in part from the disk.
            source = SourceFile(path, text.encode(errors="replace"), text)
            self.workspace.add(self._slices.whole(source))
            self._sources[path] = source
            self._note(path, text)

    def _note(self, path: str, text: str) -> None:
        words, imports = set(_WORD.findall(text)), _IMPORT.findall(text)
        self._followed = self._followed and words <= self._words and imports == self._imports.get(path)
        self._words |= words
        self._imports[path] = imports

    def follow(self, *, anew: bool = False) -> None:
        """Read from disk what the texts have come to depend on.

        Args:
            anew: do so even if no text has a word or an import that it did not have when they were followed last. Such
                a change rarely leads to other files, and in a large project following takes longer than a pause in typing.
        """
        if self._followed and not anew:
            return
        self._followed = True
        # One process: these are few files, and editors and flake8 have threads or processes of their own.
        Completion(self.workspace, Loaded(dict(self._sources)), self._slices, Discovery(()), jobs=1).run()


def open_workspace(texts: Mapping[str, str], settings: Mapping[str, Settings], *, obey_noqa: bool = True) -> Workspace:
    """Link texts with the files on disk, once.

    Args:
        texts: the texts by path.
        settings: as for :class:`LinkedTexts`.
        obey_noqa: as for :class:`LinkedTexts`.

    Raises:
        UserError: the settings name a rule that does not exist.
        InternalError: a bug of ours.
    """
    linked = LinkedTexts(settings, obey_noqa=obey_noqa)
    for path, text in texts.items():
        linked.put(path, text)
    linked.follow()
    return linked.workspace


def is_excluded(path: str, settings: Settings, root: str) -> bool:
    """Whether a text belongs to a file that the configuration leaves out. Editors show libraries, too.

    Args:
        path: the absolute path of the file, which need not exist.
        settings: its settings.
        root: the absolute folder that is worked on; for a file in it, the folders above it do not count.
    """
    excluded = path_matcher(settings.excludes)
    inside = path.startswith(os.path.join(root, ""))
    folder, name = os.path.split(path)
    while name and not excluded.matches(posix(folder), name):
        if inside and folder == root:
            return False
        folder, name = os.path.split(folder)
    return bool(name)
