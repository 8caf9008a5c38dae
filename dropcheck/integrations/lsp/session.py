"""The open documents of one folder, linked with its files on disk, and what is found in them.

Everything here runs in one thread, which is not the one that talks to the client.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from dropcheck.config.resolve import ConfigResolver
from dropcheck.config.settings import Settings
from dropcheck.engine.faults import internal_error
from dropcheck.engine.fix import fix_text
from dropcheck.engine.select import SYNTAX_ERROR_CODE
from dropcheck.engine.workspace import InternalError, Workspace
from dropcheck.errors import SourceError, UserError
from dropcheck.frozen import dataclass
from dropcheck.integrations.linked import LinkedTexts, is_excluded
from dropcheck.integrations.lsp.disk import Disk
from dropcheck.integrations.lsp.refactor import refactors
from dropcheck.integrations.lsp.settings import EditorSettings
from dropcheck.levels import State
from dropcheck.model import Finding
from dropcheck.source.text import read_source


@dataclass(frozen=True, slots=True)
class Document:
    """An open document as it is now.

    Args:
        path: its file, absolute; it need not exist.
        text: its text, saved or not.
        revision: grows with each change.
    """

    path: str
    text: str
    revision: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What is found in one document.

    Args:
        document: the document that was checked.
        findings: the findings that count, sorted.
        texts: the texts of other files that the findings point to, by path.
    """

    document: Document
    findings: tuple[Finding, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What checking a folder's documents came to.

    Args:
        checked: one entry for each document.
        problem: what the user has to mend (in a configuration file, say), one line; empty where nothing is.
        failures: bugs of ours, one line each, for the log.
    """

    checked: tuple[Checked, ...]
    problem: str = ""
    failures: tuple[str, ...] = ()


class Session:
    """Checks the open documents of one folder again and again, doing over only what changed.

    Files on disk that changed are read anew, and so is the configuration.

    Args:
        folder: the absolute path of the folder.
        editor: its settings.
    """

    def __init__(self, folder: str, editor: EditorSettings) -> None:
        self._folder = folder
        self._editor = editor
        self._resolver: ConfigResolver | None = None
        self._linked: LinkedTexts | None = None
        self._settings: dict[str, Settings] = {}
        self._known: frozenset[str] = frozenset()
        self._broken: dict[str, str] = {}
        self._disk = Disk((), (), ())
        self._anew = False

    def follow_anew(self) -> None:
        """At the next check, look for everything that the documents depend on, as if they had just been opened."""
        self._anew = True

    def check(self, documents: tuple[Document, ...]) -> Outcome:
        """Check all open documents of the folder.

        Args:
            documents: all of them; a document that was open before and is not among them counts as it is on disk.

        Returns:
            What was found. Nothing is raised: neither a wrong configuration nor a bug of ours ends the server.
        """
        try:
            self._update(documents)
        except UserError as error:
            self._linked = self._resolver = None
            return Outcome(tuple(map(Checked, documents)), problem=str(error))
        except Exception as error:
            self._linked = self._resolver = None
            return Outcome(tuple(map(Checked, documents)), failures=(internal_error(error),))
        checked = []
        failures = [f"{path}: {message}" for path, message in self._broken.items()]
        for document in documents:
            try:
                checked.append(self._checked(document))
            except Exception as error:  # one document must not cost the others
                failures.append(f"{document.path}: {internal_error(error)}")
                checked.append(Checked(document))
        return Outcome(tuple(checked), failures=tuple(failures))

    def holds(self, document: Document, finding: Finding) -> bool:
        """Whether the fix of a finding leaves a text in which it is gone and no other one is new.

        Args:
            document: a document that was checked; it stays as it is.
            finding: a finding in it.
        """
        with self._tried(document) as workspace:
            if workspace is None:
                return False

            def judge(text: str) -> tuple[Finding, ...]:
                workspace.edit(document.path, text)
                return workspace.findings(document.path)

            return finding in fix_text(document.text, judge, lambda other: other == finding).applied

    def fixed(self, document: Document) -> str:
        """The text of a document with all fixes that its settings allow.

        Args:
            document: a document that was checked; it stays as it is.
        """
        with self._tried(document) as workspace:
            if workspace is None:
                return document.text
            return workspace.fix(document.path, unsafe=self._settings[document.path].unsafe_fixes).text

    def refactors(self, document: Document) -> tuple[Finding, ...]:
        """The calls in a document that can become modules, each with the fix that does it.

        Args:
            document: a document that was checked; it stays as it is.
        """
        with self._tried(document) as workspace:
            return () if workspace is None else refactors(workspace, self._settings, document.path)

    @contextmanager
    def _tried(self, document: Document) -> Iterator[Workspace | None]:
        """The workspace, in which the document may be edited meanwhile; None if it holds another text of it, or none."""
        workspace = self._linked.workspace if self._linked is not None else None
        if workspace is None or document.path not in workspace.paths or workspace.text(document.path) != document.text:
            yield None
            return
        try:
            yield workspace
        finally:
            workspace.edit(document.path, document.text)

    def _update(self, documents: tuple[Document, ...]) -> None:
        """Bring the workspace up to date with the documents and the disk.

        Raises:
            UserError: a configuration is wrong.
        """
        texts = {document.path: document.text for document in documents}
        if self._disk.changed or not texts.keys() <= self._known:
            self._linked = self._resolver = None
        linked = self._linked or self._opened(texts)
        self._broken = {}
        for path in self._settings:
            try:
                linked.put(path, texts[path] if path in texts else _on_disk(path))
            except InternalError as error:  # one document must not cost the others
                self._broken[path] = str(error)
        linked.follow(anew=self._anew)
        self._anew = False
        self._linked = linked
        read = {os.path.abspath(path) for path in linked.workspace.project().files} - texts.keys()
        self._disk = Disk.now(read, {os.path.dirname(path) for path in texts})

    def _opened(self, paths: Iterable[str]) -> LinkedTexts:
        """What will hold some documents."""
        resolver = self._resolver = self._resolver or self._editor.resolver(self._folder)
        settings = {path: resolver.settings_for(path) for path in paths}
        self._known = frozenset(settings)
        self._settings = {path: one for path, one in settings.items() if not is_excluded(path, one, self._folder)}
        return LinkedTexts(self._settings)

    def _checked(self, document: Document) -> Checked:
        workspace = self._linked.workspace if self._linked is not None else None
        if workspace is None or document.path not in self._settings or document.path in self._broken:
            return Checked(document)
        findings = tuple(
            finding
            for finding in workspace.findings(document.path)
            if finding.state is State.ACTIVE and (self._editor.show_syntax_errors or finding.code != SYNTAX_ERROR_CODE)
        )
        others = {related.path for finding in findings for related in finding.related} - {document.path}
        return Checked(document, findings, tuple((path, workspace.text(path)) for path in sorted(others)))


def _on_disk(path: str) -> str:
    """The text of a document that is no longer open; a file that is gone counts as empty."""
    try:
        return read_source(path).text
    except SourceError:
        return ""
