"""What the server answers to: each feature of the protocol, as one short function."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from dropcheck.integrations.lsp.actions import (
    FIX_ALL,
    KINDS,
    REFACTOR,
    SELECT,
    Target,
    comments,
    fix_all,
    refactor,
    repair,
    wanted,
)
from dropcheck.integrations.lsp.diagnostics import diagnostics
from dropcheck.integrations.lsp.hover import hover
from dropcheck.integrations.lsp.server import CONFIG_SUFFIX, DropcheckServer, Open
from dropcheck.integrations.lsp.session import Checked, Document, Session
from dropcheck.model import Finding, Span

#: What findings depend on besides open documents: other modules and the configuration, which may extend files of any name.
_WATCHED = ("**/*.py", "**/*.pyi", f"**/*{CONFIG_SUFFIX}")


def serve() -> None:
    """Serve one client over stdin and stdout until it says goodbye or goes away."""
    create_server().start_io()


def create_server() -> DropcheckServer:
    """A server with all its features."""
    server = DropcheckServer()
    server.feature(types.INITIALIZE)(_initialize)
    server.feature(types.INITIALIZED)(_initialized)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(_did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_did_change)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(_did_save)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_did_close)
    server.feature(types.TEXT_DOCUMENT_HOVER)(_hover)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=KINDS))(_code_action)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_did_change_watched_files)
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(_did_change_configuration)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(_did_change_workspace_folders)
    server.command(SELECT)(_select)
    return server


# The life of a client


def _initialize(server: DropcheckServer, params: types.InitializeParams) -> None:
    server.given = params.initialization_options


async def _initialized(server: DropcheckServer, _params: types.InitializedParams) -> None:
    registrations = list(_registrations(server))
    if registrations:
        server.spawn(_register(server, registrations))
    await server.configure()


def _registrations(server: DropcheckServer) -> Iterator[types.Registration]:
    """What can only be asked of a client that is running, and only of one that can do it."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is not None and watching.dynamic_registration:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        yield types.Registration("dropcheck-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    telling = workspace.did_change_configuration if workspace is not None else None
    if telling is not None and telling.dynamic_registration:
        section = types.DidChangeConfigurationRegistrationOptions("dropcheck")
        yield types.Registration("dropcheck-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section)


async def _register(server: DropcheckServer, registrations: list[types.Registration]) -> None:
    try:
        await server.client_register_capability_async(types.RegistrationParams(registrations))
    except JsonRpcException as error:
        server.log(f"the client cannot register what it said it could: {error}")


async def _did_change_configuration(server: DropcheckServer, params: types.DidChangeConfigurationParams) -> None:
    workspace = server.client_capabilities.workspace
    if params.settings and not (workspace is not None and workspace.configuration):
        server.given = params.settings
    await server.configure()


async def _did_change_workspace_folders(server: DropcheckServer, _params: types.DidChangeWorkspaceFoldersParams) -> None:
    await server.configure()


# Documents


def _did_open(server: DropcheckServer, params: types.DidOpenTextDocumentParams) -> None:
    server.opened(params.text_document)


def _did_change(server: DropcheckServer, params: types.DidChangeTextDocumentParams) -> None:
    server.changed(params.text_document.uri)


def _did_save(server: DropcheckServer, params: types.DidSaveTextDocumentParams) -> None:
    server.saved(params.text_document.uri)


def _did_close(server: DropcheckServer, params: types.DidCloseTextDocumentParams) -> None:
    server.closed(params.text_document.uri)


def _did_change_watched_files(server: DropcheckServer, params: types.DidChangeWatchedFilesParams) -> None:
    server.disk_changed([path for change in params.changes if (path := to_fs_path(change.uri)) is not None])


# Questions about a document


async def _hover(server: DropcheckServer, params: types.HoverParams) -> types.Hover | None:
    found = await server.current(params.text_document.uri)
    if found is None:
        return None
    _, checked = found
    text = server.client_capabilities.text_document
    able = text.hover.content_format if text is not None and text.hover is not None else None
    # Markdown is what a client shows that does not say.
    markdown = able is None or types.MarkupKind.Markdown in able
    return hover(checked, server.places(checked.document), params.position, markdown=markdown)


async def _code_action(server: DropcheckServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    found = await server.current(params.text_document.uri)
    if found is None:
        return []
    entry, checked = found
    target = _target(server, entry, checked)
    area = target.places.span(params.range)
    actions: list[types.CodeAction] = []
    if wanted(params.context.only, types.CodeActionKind.QuickFix):
        actions += await _quick_fixes(server, target, checked, area)
    if _means(params.context, REFACTOR):
        actions += await _refactors(server, target, area)
    if _means(params.context, FIX_ALL):
        actions += await _fix_all(server, target)
    return actions


def _target(server: DropcheckServer, entry: Open, checked: Checked) -> Target:
    workspace, window = server.client_capabilities.workspace, server.client_capabilities.window
    edits = workspace.workspace_edit if workspace is not None else None
    return Target(
        uri=entry.uri,
        version=server.workspace.get_text_document(entry.uri).version,
        document=checked.document,
        places=server.places(checked.document),
        versioned=bool(edits is not None and edits.document_changes),
        selects=bool(window is not None and window.show_document is not None and window.show_document.support),
    )


async def _quick_fixes(server: DropcheckServer, target: Target, checked: Checked, area: Span) -> list[types.CodeAction]:
    """What can be done about the findings that touch an area. A fix is offered only if its result holds."""
    shown = diagnostics(checked, server.workspace.position_codec, server.uri_of, related=False)
    actions: list[types.CodeAction] = []
    for finding, diagnostic in zip(checked.findings, shown, strict=True):
        if not _touches(finding, area):
            continue
        action = repair(target, finding, diagnostic)
        if action is not None and await server.with_session(target.document.path, _holds(target.document, finding)):
            actions.append(action)
        actions += comments(target, finding, diagnostic)
    return actions


def _holds(document: Document, finding: Finding) -> Callable[[Session], bool]:
    return lambda session: session.holds(document, finding)


def _touches(finding: Finding, area: Span) -> bool:
    return finding.span.start <= area.end and area.start <= finding.span.end


def _means(context: types.CodeActionContext, kind: str) -> bool:
    """Whether somebody asks for a kind of action that is much work; editors ask for all kinds at each move of the cursor."""
    if context.only is None:
        return context.trigger_kind != types.CodeActionTriggerKind.Automatic
    return wanted(context.only, kind)


async def _refactors(server: DropcheckServer, target: Target, area: Span) -> list[types.CodeAction]:
    """The refactors of the calls that touch an area. Calls that share a module have one in common."""
    found = await server.with_session(target.document.path, lambda session: session.refactors(target.document))
    fixes = dict.fromkeys(finding.fix for finding in found if _touches(finding, area) and finding.fix is not None)
    return [refactor(target, fix) for fix in fixes]


async def _fix_all(server: DropcheckServer, target: Target) -> list[types.CodeAction]:
    after = await server.with_session(target.document.path, lambda session: session.fixed(target.document))
    action = fix_all(target, after)
    return [] if action is None else [action]


async def _select(server: DropcheckServer, uri: str, area: types.Range) -> None:
    """Put the editor's selection on the reason in a comment that an action has just written."""
    await server.window_show_document_async(types.ShowDocumentParams(uri=uri, take_focus=True, selection=area))
