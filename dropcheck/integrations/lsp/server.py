"""The server: keeps the open documents, and says when what is checked and published."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path, uri_scheme

from dropcheck._version import __version__
from dropcheck.errors import ConfigError
from dropcheck.frozen import dataclass
from dropcheck.integrations.lsp.diagnostics import SOURCE, diagnostics
from dropcheck.integrations.lsp.positions import Positions
from dropcheck.integrations.lsp.session import Checked, Document, Outcome, Session
from dropcheck.integrations.lsp.settings import EditorSettings, read_settings
from dropcheck.report.escape import visible

#: How long a document must rest before it is checked, in seconds: less than one notices, more than between two keys.
DEBOUNCE = 0.2
#: How long the client may take to answer for its settings before documents are checked without.
PATIENCE = 5.0
CONFIG_SUFFIX = ".toml"
_PYTHON = (".py", ".pyi")
#: In bytes; only what is used of it is ever taken from the system.
STACK = 256 * 1024 * 1024

_T = TypeVar("_T")


@dataclass(slots=True)
class Open:
    """An open document: as the client names it, and as it is checked."""

    uri: str
    document: Document
    checked: Checked | None = None


class DropcheckServer(LanguageServer):
    """A language server that publishes findings.

    The client is answered in the main thread. Checking is done in another one, and there is only one of it: a session is not
    made for two.
    """

    def __init__(self) -> None:
        # Whole texts: the library ends rows also where the protocol does not (at a form feed), which would shift partial edits.
        super().__init__(SOURCE, __version__, types.TextDocumentSyncKind.Full)
        self.given: object = None
        self._worker = _worker()
        self._open: dict[str, Open] = {}
        self._sessions: dict[str, Session] = {}
        self._editor: dict[str, EditorSettings] = {}
        self._problems: dict[str, str] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._configured = asyncio.Event()

    # Documents

    def opened(self, item: types.TextDocumentItem) -> None:
        """Take a document in, unless it is not Python, or a cell of a notebook, which is no module of its own."""
        path = self._path(item.uri)
        if path is None or not (item.language_id == "python" or path.endswith(_PYTHON)):
            return
        self._open[path] = Open(item.uri, Document(path, _sound(item.text), 0))
        self._soon(self._folder(path))

    def changed(self, uri: str) -> None:
        """Take in the text of a document as it is now."""
        entry = self.entry(uri)
        if entry is not None:
            text = _sound(self.workspace.get_text_document(uri).source)
            entry.document = Document(entry.document.path, text, entry.document.revision + 1)
            self._soon(self._folder(entry.document.path))

    def closed(self, uri: str) -> None:
        """Let go of a document, and clear what was published about it."""
        entry = self.entry(uri)
        if entry is not None:
            del self._open[entry.document.path]
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
            self._soon(self._folder(entry.document.path))

    def entry(self, uri: str) -> Open | None:
        """The open document that the client calls by a name; None where it is none of ours."""
        return self._open.get(self._path(uri) or "")

    def disk_changed(self, paths: list[str]) -> None:
        """Check anew what may depend on files that changed on disk; what is open counts as the editor shows it."""
        if all(path in self._open for path in paths):
            return
        if any(path.endswith(CONFIG_SUFFIX) for path in paths):
            self._renew_all()  # a configuration may extend a file that a session has not heard of
        for folder in {self._folder(path) for path in self._open}:
            self._soon(folder)

    def saved(self, uri: str) -> None:
        """Check anew what may depend on what changed on disk since; in some editors this is the only sign of that."""
        entry = self.entry(uri)
        if entry is not None:
            folder = self._folder(entry.document.path)
            if folder in self._sessions:
                self._sessions[folder].follow_anew()
            self._soon(folder)

    # Settings

    async def configure(self) -> None:
        """Ask the client for the settings of each folder, if it can be asked, and check all documents by them."""
        folders = self._folders()
        base = self._read(self.given, None)
        self._editor = {"": base, **dict.fromkeys(folders, base)}
        capabilities = self.client_capabilities.workspace
        if capabilities is not None and capabilities.configuration:
            items = [types.ConfigurationItem(scope_uri=uri, section=SOURCE) for uri in folders.values()]
            items.append(types.ConfigurationItem(section=SOURCE))
            try:
                asked = self.workspace_configuration_async(types.ConfigurationParams(items))
                answers = await asyncio.wait_for(asked, PATIENCE)
            except (TimeoutError, JsonRpcException) as error:
                self.log(f"the client did not tell its settings: {error}")
            else:
                for folder, answer in zip((*folders, ""), answers, strict=False):
                    self._editor[folder] = self._read(answer, base)
        self._configured.set()
        self._renew_all()

    def _read(self, values: object, before: EditorSettings | None) -> EditorSettings:
        try:
            return read_settings(values, before)
        except ConfigError as error:
            self._show(str(error))
            return before or EditorSettings()

    # Checking

    async def current(self, uri: str) -> tuple[Open, Checked] | None:
        """An open document with what is found in it as it is now, checked at once where that is not known yet."""
        entry = self.entry(uri)
        if entry is None:
            return None
        if entry.checked is None or entry.checked.document != entry.document:
            await self._check(self._folder(entry.document.path))
        # It may have been closed or changed in the meantime; then the client will ask again.
        if entry.checked is None or entry.checked.document != entry.document:
            return None
        return entry, entry.checked

    async def with_session(self, path: str, work: Callable[[Session], _T]) -> _T:
        """Let the worker do something with the session of a document."""
        session = self._session(self._folder(path))
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, session)

    def places(self, document: Document) -> Positions:
        """Converts places in a document to the client's."""
        return Positions(document.text, self.workspace.position_codec)

    def _soon(self, folder: str) -> None:
        """Check a folder's documents when they have rested."""
        waiting = self._waiting.pop(folder, None)
        if waiting is not None:
            waiting.cancel()
        self._waiting[folder] = self.spawn(self._later(folder))

    async def _later(self, folder: str) -> None:
        await asyncio.sleep(DEBOUNCE)
        # From here on a further change does not stop this check: while somebody types on and on, some checks must end.
        self._waiting.pop(folder, None)
        await self._check(folder)

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Start something that nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself would let it be collected
        task.add_done_callback(self._tasks.discard)
        return task

    async def _check(self, folder: str) -> None:
        """Check a folder's documents and publish what is found in those that have not changed since."""
        await self._configured.wait()
        entries = [entry for path, entry in self._open.items() if self._folder(path) == folder]
        if not entries:
            self._sessions.pop(folder, None)
            return
        documents = tuple(entry.document for entry in entries)
        session = self._session(folder)
        outcome = await asyncio.get_running_loop().run_in_executor(self._worker, session.check, documents)
        self._tell(folder, outcome)
        for entry, checked in zip(entries, outcome.checked, strict=True):
            if entry.document == checked.document and self._open.get(entry.document.path) is entry:
                entry.checked = checked
                self._publish(entry, checked)

    def _publish(self, entry: Open, checked: Checked) -> None:
        capabilities = self.client_capabilities.text_document
        able = capabilities.publish_diagnostics if capabilities is not None else None
        found = diagnostics(
            checked,
            self.workspace.position_codec,
            self.uri_of,
            related=bool(able is not None and able.related_information),
        )
        version = self.workspace.get_text_document(entry.uri).version
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(entry.uri, found, version if able is not None and able.version_support else None)
        )

    def _tell(self, folder: str, outcome: Outcome) -> None:
        """Show a problem once, not at each key, until it is another one."""
        if outcome.problem and self._problems.get(folder) != outcome.problem:
            self._show(outcome.problem)
        self._problems[folder] = outcome.problem
        for failure in outcome.failures:
            self.log(failure)

    def _show(self, message: str) -> None:
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"dropcheck: {visible(message)}"))

    def log(self, message: str) -> None:
        """Write a line to the client's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, visible(message)))

    # Folders and names

    def _session(self, folder: str) -> Session:
        if folder not in self._sessions:
            self._sessions[folder] = Session(folder, self._editor.get(folder, self._editor[""]))
        return self._sessions[folder]

    def _renew_all(self) -> None:
        """Start over: files or settings are not what they were. A file may matter to other folders than its own."""
        self._sessions.clear()
        for entry in self._open.values():
            entry.checked = None
        for folder in {self._folder(path) for path in self._open}:
            self._soon(folder)

    def _folder(self, path: str) -> str:
        """The innermost folder of the editor that a file is in; the file's own folder where it is in none."""
        around = [folder for folder in self._folders() if path.startswith(os.path.join(folder, ""))]
        return max(around, key=len, default=os.path.dirname(path))

    def _folders(self) -> dict[str, str]:
        """The folders of the editor: the client's name of each by its path."""
        named = [folder.uri for folder in self.workspace.folders.values()] or [self.workspace.root_uri or ""]
        return {os.path.normpath(path): uri for uri in named if (path := to_fs_path(uri))}

    def _path(self, uri: str) -> str | None:
        """The path of a document. One that was never saved gets one where it could be; what is neither has none."""
        scheme = uri_scheme(uri)
        if scheme == "untitled":
            return os.path.join(next(iter(self._folders()), os.getcwd()), uri)
        return to_fs_path(uri) if scheme == "file" else None

    def uri_of(self, path: str) -> str:
        """The client's name of a file."""
        entry = self._open.get(path)
        return entry.uri if entry is not None else from_fs_path(path) or path


def _worker() -> ThreadPoolExecutor:
    """The thread that checks. A parser needs far more stack than threads have where code is half typed and deeply nested."""
    worker = ThreadPoolExecutor(1, "dropcheck")
    usual = threading.stack_size(STACK)
    try:
        worker.submit(int).result()
    finally:
        threading.stack_size(usual)
    return worker


def _sound(text: str) -> str:
    """A text with halves of characters, which JSON can hold, replaced by what is as long; nothing else can work on them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
