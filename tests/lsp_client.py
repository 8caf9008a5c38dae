"""A client of the language server: a real one, over stdio, with the capabilities of a real editor."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Union

from cattrs import Converter
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from pytest_lsp.client import register_lsp_features

#: Far longer than anything takes, so that only what never comes fails.
PATIENCE = 60.0


def _converter() -> Converter:
    """The converter of the library, which takes an action that carries a command for that command."""
    converter = default_converter()

    def structure(item: dict[str, Any], _: object) -> types.Command | types.CodeAction:
        return converter.structure(item, types.Command if isinstance(item.get("command"), str) else types.CodeAction)

    converter.register_structure_hook(types.Command | types.CodeAction, structure)
    converter.register_structure_hook(Union[types.Command, types.CodeAction], structure)  # noqa: UP007  (another type to cattrs)
    return converter


def _client() -> LanguageClient:
    client = LanguageClient(converter_factory=_converter)
    register_lsp_features(client)
    return client


def text_range(text: str, part: str) -> types.Range:
    """Where a part of a text is, in UTF-16."""
    start = text.index(part)
    return types.Range(_position(text, start), _position(text, start + len(part)))


def _position(text: str, offset: int) -> types.Position:
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    row = before.rpartition("\n")[2]
    return types.Position(before.count("\n"), len(row.encode("utf-16-le")) // 2)


def apply(text: str, edits: Sequence[types.TextEdit], encoding: str = "utf-16-le") -> str:
    """What an editor makes of edits."""
    rows = text.splitlines(keepends=True) or [""]
    unit = {"utf-8": 1, "utf-16-le": 2, "utf-32-le": 4}[encoding]

    def offset(place: types.Position) -> int:
        row = rows[place.line] if place.line < len(rows) else ""
        return sum(map(len, rows[: place.line])) + len(row.encode(encoding)[: place.character * unit].decode(encoding))

    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        start, end = offset(edit.range.start), offset(edit.range.end)
        text = text[:start] + edit.new_text + text[end:]
    return text


class Editor:
    """An editor with some folders open."""

    def __init__(self, client: LanguageClient, started: types.InitializeResult, registered: list[types.Registration]) -> None:
        self.client = client
        self.started = started
        self.registered = registered
        self.texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}

    def open(self, path: Path | str, text: str | None = None, language: str = "python") -> str:
        """Open a file (or a document by its URI), with another text than on disk if one is given. Returns its URI."""
        uri = path.as_uri() if isinstance(path, Path) else path
        if text is None:
            assert isinstance(path, Path)
            text = path.read_bytes().decode()
        self.texts[uri], self._versions[uri] = text, 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def type(self, uri: str, text: str) -> None:
        self.texts[uri] = text
        self._versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(version=self._versions[uri], uri=uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def until(self, wanted: Callable[[], bool], what: str = "") -> None:
        async with asyncio.timeout(PATIENCE):
            while not wanted():
                assert self.client.error is None, self.client.error
                await asyncio.sleep(0.02)

    async def codes(self, uri: str, *wanted: str) -> Sequence[types.Diagnostic]:
        """Wait until exactly these codes are published about a document."""

        def there() -> bool:
            return [one.code for one in self.client.diagnostics.get(uri, ())] == list(wanted) and uri in self.client.diagnostics

        try:
            await self.until(there)
        except TimeoutError:
            raise AssertionError(f"{uri}: {self.client.diagnostics.get(uri)}; {self.client.log_messages}") from None
        return self.client.diagnostics[uri]

    async def actions(
        self, uri: str, part: str, only: Sequence[str] | None = None, trigger: types.CodeActionTriggerKind | None = None
    ) -> list[types.CodeAction]:
        context = types.CodeActionContext([], only=only, trigger_kind=trigger)
        area = text_range(self.texts[uri], part)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), area, context)
        found = await self.client.text_document_code_action_async(params)
        assert found is not None
        actions = [action for action in found if isinstance(action, types.CodeAction)]
        assert len(actions) == len(found)
        return actions

    async def hover(self, uri: str, part: str) -> types.Hover | None:
        place = text_range(self.texts[uri], part).start
        return await self.client.text_document_hover_async(types.HoverParams(types.TextDocumentIdentifier(uri), place))

    def after(self, uri: str, action: types.CodeAction, encoding: str = "utf-16-le") -> str:
        """The text of a document after an action, which must be for the version that the editor has."""
        assert action.edit is not None
        if action.edit.document_changes is None:
            assert action.edit.changes is not None
            return apply(self.texts[uri], action.edit.changes[uri], encoding)
        (change,) = action.edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        assert (change.text_document.uri, change.text_document.version) == (uri, self._versions[uri])
        return apply(self.texts[uri], [edit for edit in change.edits if isinstance(edit, types.TextEdit)], encoding)


@asynccontextmanager
async def editor(
    *folders: Path,
    like: str | types.ClientCapabilities = "visual-studio-code",
    options: Any = None,
    settings: dict[str, Any] | None = None,
) -> AsyncIterator[Editor]:
    """Start a server and an editor that talks to it.

    Args:
        folders: the folders that are open.
        like: the editor to be, or its capabilities.
        options: what it sends when it starts.
        settings: what it answers when it is asked, by URI of the folder ("" for all).
    """
    client = await ClientServerConfig([sys.executable, "-m", "dropcheck", "server"], client_factory=_client).start()
    assert isinstance(client, LanguageClient)
    registered: list[types.Registration] = []

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams) -> None:
        registered.extend(params.registrations)

    for scope, values in (settings or {}).items():
        client.set_configuration(values, section="dropcheck", scope_uri=scope or None)
    try:
        params = types.InitializeParams(
            capabilities=client_capabilities(like) if isinstance(like, str) else like,
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders],
            initialization_options=options,
        )
        started = await client.initialize_session(params)
        yield Editor(client, started, registered)
    finally:
        await client.shutdown_session()
        await client.stop()
