"""The language server's settings, folders, files that change on disk, and its beginning and end."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD, UNSAFE
from lsp_client import Editor, editor
from lsprotocol import types
from pytest_lsp import client_capabilities

HELPER = """\
import torch.nn.functional as F


def drop(x, on=ON):
    return F.dropout(x, 0.5, on)
"""
CALL_OF_HELPER = """\
from ops import drop
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return drop(x)
"""
BOTH = BAD + UNSAFE.partition("nn\n\n\n")[2].replace("Net", "Other")


def tell_files(one: Editor, *paths: Path) -> None:
    changes = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
    one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))


def save(one: Editor, uri: str) -> None:
    one.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))


# Settings


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "options",
    [
        {"ignore": ["DRP101"]},
        {"settings": {"ignore": ["missing-training-flag"]}},
        {"dropcheck": {"perFileIgnores": {"net.py": ["DRP101"]}}},
        {"config": "other.toml"},
        {"config": "other.toml", "unsafeFixes": None},
    ],
)
async def test_options_of_the_start(tmp_path: Path, options: object) -> None:
    (tmp_path / "other.toml").write_text('ignore = ["DRP101"]\n')
    async with editor(tmp_path, options=options) as one:
        await one.codes(one.open(tmp_path / "net.py", BOTH), "DRP102")
        assert one.client.messages == []


@pytest.mark.asyncio
async def test_each_folder_has_the_settings_that_the_editor_gives_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    settings = {"": {"ignore": ["DRP1"]}, first.as_uri(): {"ignore": ["DRP101"]}}
    async with editor(first, second, settings=settings) as one:
        await one.codes(one.open(first / "net.py", BOTH), "DRP102")
        await one.codes(one.open(second / "net.py", BOTH))
        outside = one.open(tmp_path / "net.py", BOTH)
        await one.codes(outside)
        one.client.set_configuration({}, section="dropcheck")
        one.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
        await one.codes(outside, "DRP101", "DRP102")


@pytest.mark.asyncio
async def test_a_client_that_cannot_be_asked_sends_its_settings(tmp_path: Path) -> None:
    async with editor(tmp_path, like=types.ClientCapabilities()) as one:
        uri = one.open(tmp_path / "net.py", BOTH)
        await one.codes(uri, "DRP101", "DRP102")
        assert one.registered == []
        settings = {"dropcheck": {"select": ["DRP102"]}}
        one.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))
        await one.codes(uri, "DRP102")
        action, *_ = await one.actions(uri, "F.dropout(x, 0.5, training=True)")
        assert action.edit is not None
        assert action.edit.document_changes is None
        assert one.after(uri, action) != BOTH


@pytest.mark.asyncio
async def test_syntax_errors_can_be_left_to_others(tmp_path: Path) -> None:
    async with editor(tmp_path, options={"showSyntaxErrors": False}) as one:
        await one.codes(one.open(tmp_path / "net.py", "def ("))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"selct": ["DRP1"]}, "dropcheck: editor settings: unknown option 'selct'; did you mean 'select'?"),
        ({"minConfidence": "sure"}, "dropcheck: editor settings: 'min-confidence' must be one of"),
        ({"showSyntaxErrors": "no"}, "dropcheck: editor settings: 'showSyntaxErrors' must be true or false"),
        ({"config": 1}, "dropcheck: editor settings: 'config' must be the path of a configuration file"),
    ],
)
async def test_a_wrong_setting_is_shown_and_left_out(tmp_path: Path, options: object, message: str) -> None:
    async with editor(tmp_path, options=options) as one:
        await one.codes(one.open(tmp_path / "net.py", BAD), "DRP101")
        assert [shown.message[: len(message)] for shown in one.client.messages] == [message]


@pytest.mark.asyncio
async def test_a_wrong_configuration_is_shown_once_until_it_is_mended(tmp_path: Path) -> None:
    config = tmp_path / "dropcheck.toml"
    config.write_text('selct = ["DRP1"]\n')
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", BAD)
        await one.codes(uri)
        await one.until(lambda: len(one.client.messages) == 1)
        assert "dropcheck.toml: unknown option 'selct'; did you mean 'select'?" in one.client.messages[0].message
        one.type(uri, BOTH)
        await asyncio.sleep(0.6)
        config.write_text('select = ["DRP101"]\n')
        tell_files(one, config)
        await one.codes(uri, "DRP101")
        assert len(one.client.messages) == 1


@pytest.mark.asyncio
async def test_an_unknown_rule_is_shown(tmp_path: Path) -> None:
    async with editor(tmp_path, options={"select": ["DRP999"]}) as one:
        await one.codes(one.open(tmp_path / "net.py", BAD))
        await one.until(lambda: len(one.client.messages) == 1)
        assert "no rule is called 'DRP999'" in one.client.messages[0].message


# Files on disk


@pytest.mark.asyncio
async def test_files_that_change_on_disk_are_read_anew(tmp_path: Path) -> None:
    helper = tmp_path / "ops.py"
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", CALL_OF_HELPER)
        await one.codes(uri)
        globs = [
            watcher["globPattern"]
            for registration in one.registered
            if registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            for watcher in registration.register_options["watchers"]
        ]
        assert globs == ["**/*.py", "**/*.pyi", "**/*.toml"]
        for flag, codes in (("True", ["DRP108"]), ("False", []), ("True", ["DRP108"])):
            helper.write_text(HELPER.replace("ON", flag))
            tell_files(one, helper)
            await one.codes(uri, *codes)
        helper.unlink()
        tell_files(one, helper)
        await one.codes(uri)


@pytest.mark.asyncio
@pytest.mark.parametrize("like", ["visual-studio-code", "neovim@v0.11.0"])
async def test_a_configuration_that_changes_holds_at_once_or_when_a_document_is_saved(tmp_path: Path, like: str) -> None:
    """Neovim on Linux watches no files for a server."""
    config = tmp_path / "pyproject.toml"
    async with editor(tmp_path, like=like) as one:
        uri = one.open(tmp_path / "net.py", BOTH)
        await one.codes(uri, "DRP101", "DRP102")
        watches = any(asked.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES for asked in one.registered)
        assert watches is (like == "visual-studio-code")
        config.write_text('[tool.dropcheck]\nignore = ["DRP102"]\n')
        if watches:
            tell_files(one, config)
        else:
            save(one, uri)
        await one.codes(uri, "DRP101")


# Folders


@pytest.mark.asyncio
async def test_folders_come_and_go(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, code in ((first, "DRP101"), (second, "DRP102")):
        folder.mkdir()
        (folder / "dropcheck.toml").write_text(f'select = ["{code}"]\n')
    async with editor(first) as one:
        uris = [one.open(folder / "net.py", BOTH) for folder in (first, second)]
        await one.codes(uris[0], "DRP101")
        await one.codes(uris[1], "DRP102")
        added = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(second.as_uri(), "second")], [])
        one.client.set_configuration({"select": ["DRP101"]}, section="dropcheck", scope_uri=second.as_uri())
        one.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(added))
        await one.codes(uris[1], "DRP101")
        removed = types.WorkspaceFoldersChangeEvent([], [types.WorkspaceFolder(second.as_uri(), "second")])
        one.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(removed))
        await one.codes(uris[1], "DRP102")


@pytest.mark.asyncio
async def test_modules_of_one_folder_are_none_of_another(tmp_path: Path) -> None:
    """Two projects with a module of the same name: each has its own."""
    for name, flag in (("first", "True"), ("second", "False")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pyproject.toml").write_text("")
        (folder / "ops.py").write_text(HELPER.replace("ON", flag))
    async with editor(tmp_path / "first", tmp_path / "second") as one:
        await one.codes(one.open(tmp_path / "first/net.py", CALL_OF_HELPER), "DRP108")
        await one.codes(one.open(tmp_path / "second/net.py", CALL_OF_HELPER))


# Beginning and end


def run_server(*, stdin: bytes, path: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    environ = dict(os.environ)
    if path is not None:
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(path), environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "dropcheck", "server", "--stdio"]
    return subprocess.run(command, input=stdin, env=environ, capture_output=True, timeout=60, check=False)


def test_without_its_extra_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ModuleNotFoundError(\"No module named 'pygls'\", name='pygls')\n")
    done = run_server(stdin=b"", path=tmp_path)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "error: the language server needs pygls, which is not installed: pip install 'dropcheck[lsp]'\n"
    )
    assert done.stdout == b""


def test_it_ends_when_the_editor_goes_away() -> None:
    assert run_server(stdin=b"").returncode == 0


def message(**content: object) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **content}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def test_nonsense_does_not_end_it() -> None:
    initialize = message(id=1, method="initialize", params={"capabilities": {}, "processId": None, "rootUri": None})
    nonsense = b"Content-Length: 3\r\n\r\n{]}"
    done = run_server(
        stdin=initialize + nonsense + message(id=2, method="dropcheck/none", params={}) + message(id=3, method="shutdown")
    )
    assert b'"id": 3' in done.stdout or b'"id":3' in done.stdout


@pytest.mark.asyncio
async def test_what_the_server_can_do(tmp_path: Path) -> None:
    capabilities = client_capabilities("visual-studio-code")
    async with editor(tmp_path, like=capabilities) as one:
        able = one.started.capabilities
        assert one.started.server_info is not None
        assert one.started.server_info.name == "dropcheck"
        assert isinstance(able.code_action_provider, types.CodeActionOptions)
        assert list(able.code_action_provider.code_action_kinds or ()) == [
            "quickfix",
            "refactor.rewrite",
            "source.fixAll.dropcheck",
        ]
        assert able.hover_provider is True
        assert able.position_encoding == "utf-16"
        assert able.workspace is not None
        assert able.workspace.workspace_folders is not None
        assert able.workspace.workspace_folders.supported
