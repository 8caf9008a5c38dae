"""The language server, as an editor sees it: a client over stdio, on unsaved text."""

import asyncio
import shutil
from pathlib import Path

import pytest
from cli_project import BAD, GOOD, UNSAFE
from lsp_client import editor, text_range
from lsprotocol import types
from markdown import ROOT
from pytest_lsp import client_capabilities

import dropcheck
from dropcheck import State

pytestmark = pytest.mark.asyncio
CALL = "F.dropout(x, 0.5)"
UNSAFE_CALL = "F.dropout(x, 0.5, training=True)"


def copy(case: str, folder: Path) -> Path:
    return Path(shutil.copytree(ROOT / "fixtures/projects" / case, folder / case))


# Diagnostics


async def test_diagnostics_follow_the_unsaved_text(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(GOOD)
    async with editor(tmp_path) as one:
        uri = one.open(path)
        await one.codes(uri)
        one.type(uri, BAD)
        (diagnostic,) = await one.codes(uri, "DRP101")
        assert diagnostic.range == text_range(BAD, CALL)
        assert (diagnostic.source, diagnostic.severity) == ("dropcheck", types.DiagnosticSeverity.Warning)
        assert "stays on in evaluation" in diagnostic.message
        assert "Pass `training=self.training`" in diagnostic.message
        assert diagnostic.code_description is not None
        assert diagnostic.code_description.href.endswith("/rules/missing-training-flag/")
        one.type(uri, GOOD)
        await one.codes(uri)
        assert path.read_text() == GOOD


async def test_half_typed_code_is_a_syntax_error_and_no_more(tmp_path: Path) -> None:
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", BAD)
        await one.codes(uri, "DRP101")
        one.type(uri, BAD.replace(CALL, "F.dropout(x, "))
        (diagnostic,) = await one.codes(uri, "DRP900")
        assert diagnostic.severity == types.DiagnosticSeverity.Error
        assert await one.actions(uri, "class Net") == []
        for end in range(len(BAD)):
            one.type(uri, BAD[:end])
        one.type(uri, BAD)
        await one.codes(uri, "DRP101")
        assert one.client.log_messages == []


@pytest.mark.parametrize(
    "text",
    ["", "\n", "\ufeff" + BAD, BAD.replace("\n", "\r\n"), BAD.replace("\n", "\r"), "\x00", "\udc80", "(" * 5000, "é" * 100_000],
    ids=["empty", "newline", "bom", "crlf", "cr", "nul", "surrogate", "deep", "long"],
)
async def test_strange_text_costs_nothing_but_itself(tmp_path: Path, text: str) -> None:
    async with editor(tmp_path) as one:
        strange = one.open(tmp_path / "strange.py", text)
        uri = one.open(tmp_path / "net.py", BAD)
        await one.codes(uri, "DRP101")
        await one.actions(strange, "")
        await one.until(lambda: strange in one.client.diagnostics)


async def test_findings_are_those_of_the_project_on_disk(tmp_path: Path) -> None:
    project = copy("bad_absolute_helper", tmp_path)
    async with editor(project) as one:
        uri = one.open(project / "pkg/net.py")
        (diagnostic,) = await one.codes(uri, "DRP108")
        assert diagnostic.related_information is not None
        (place,) = diagnostic.related_information
        ops = project / "pkg/ops.py"
        assert place.location.uri == ops.as_uri()
        assert place.location.range.start.line == ops.read_text().splitlines().index(
            "    return F.scaled_dot_product_attention(q, k, v, dropout_p=rate)"
        )


async def test_another_open_document_counts_as_it_is_in_the_editor_and_a_closed_one_as_it_is_on_disk(tmp_path: Path) -> None:
    project = copy("bad_absolute_helper", tmp_path)
    async with editor(project) as one:
        net = one.open(project / "pkg/net.py")
        await one.codes(net, "DRP108")
        ops = one.open(project / "pkg/ops.py")
        one.type(ops, one.texts[ops].replace("dropout_p=rate", "dropout_p=0.0"))
        await one.codes(net)
        one.close(ops)
        await one.codes(net, "DRP108")
        one.close(net)
        await one.codes(net)


async def test_an_import_typed_later_is_followed(tmp_path: Path) -> None:
    project = copy("bad_absolute_helper", tmp_path)
    text = (project / "pkg/net.py").read_text()
    async with editor(project) as one:
        uri = one.open(project / "pkg/net.py", text.replace("from pkg.ops import attend\n", ""))
        await one.codes(uri)
        one.type(uri, text)
        await one.codes(uri, "DRP108")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-32"])
async def test_places_are_counted_as_the_client_counts(tmp_path: Path, encoding: str) -> None:
    """Characters of one to four bytes before the call, a form feed and a separator that end no row, and all line endings."""
    text = '"""\x0c\u2028 😀"""\r\n' + BAD.replace("return F", 'return "aé中😀" and F').replace("nn\n", "nn\r", 1)
    capabilities = client_capabilities("visual-studio-code")
    capabilities.general = types.GeneralClientCapabilities(position_encodings=[encoding])
    before = '        return "aé中😀" and '
    unit = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    column = len(before.encode(encoding if unit == 1 else f"{encoding}-le")) // unit
    async with editor(tmp_path, like=capabilities) as one:
        uri = one.open(tmp_path / "net.py", text)
        (diagnostic,) = await one.codes(uri, "DRP101")
        row = len(text.partition(CALL)[0].replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1
        assert diagnostic.range == types.Range(types.Position(row, column), types.Position(row, column + len(CALL)))
        action = next(action for action in await one.actions(uri, CALL, ["quickfix"]) if action.is_preferred)
        assert action.edit is not None
        assert action.edit.document_changes is not None
        (change,) = action.edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        end = types.Position(row, column + len(CALL) - 1)
        assert [edit.range for edit in change.edits if isinstance(edit, types.TextEdit)] == [types.Range(end, end)]


async def test_what_is_not_python_or_no_module_is_left_alone(tmp_path: Path) -> None:
    async with editor(tmp_path) as one:
        notes = one.open(tmp_path / "notes.md", BAD, "markdown")
        cell = one.open("vscode-notebook-cell:/net.ipynb#W0s", BAD)
        uri = one.open(tmp_path / "net", BAD)
        await one.codes(uri, "DRP101")
        assert {notes, cell}.isdisjoint(one.client.diagnostics)


async def test_a_document_that_was_never_saved_is_checked(tmp_path: Path) -> None:
    async with editor(tmp_path) as one:
        await one.codes(one.open("untitled:Untitled-1", BAD), "DRP101")


async def test_excluded_files_are_left_alone(tmp_path: Path) -> None:
    library = tmp_path / ".venv/lib/site-packages/torchlike/net.py"
    library.parent.mkdir(parents=True)
    async with editor(tmp_path, options={"extendExclude": ["gen/*.py"]}) as one:
        quiet = [one.open(library, BAD), one.open(tmp_path / "gen/net.py", BAD)]
        await one.codes(one.open(tmp_path / "net.py", BAD), "DRP101")
        for uri in quiet:
            await one.codes(uri)


# Code actions


async def test_a_safe_fix_is_preferred(tmp_path: Path) -> None:
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", BAD)
        first, *others = await one.actions(uri, CALL, ["quickfix"])
        assert (first.title, first.kind, first.is_preferred) == ("dropcheck: Add `training=self.training`", "quickfix", True)
        assert first.diagnostics is not None
        assert [diagnostic.code for diagnostic in first.diagnostics] == ["DRP101"]
        assert one.after(uri, first) == GOOD
        assert [action.is_preferred for action in others] == [False, False]
        assert await one.actions(uri, "class Net", ["quickfix"]) == []


async def test_an_unsafe_fix_says_so(tmp_path: Path) -> None:
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", UNSAFE)
        first, *_ = await one.actions(uri, UNSAFE_CALL)
        assert (first.title, first.is_preferred) == ("dropcheck: Replace with `self.training` (unsafe)", False)
        assert one.after(uri, first) == GOOD


@pytest.mark.parametrize(
    ("title", "comment", "state"),
    [
        ("dropcheck: Ignore DRP101 for this statement", "  # dropcheck: ignore[missing-training-flag] reason", State.SUPPRESSED),
        ("dropcheck: Mark as always on, as meant", "  # dropcheck: always-on (reason)", State.INTENDED),
    ],
)
async def test_a_comment_with_a_reason_to_type_over(tmp_path: Path, title: str, comment: str, state: State) -> None:
    text = BAD.replace(CALL, "F.dropout(\n            x,\n            0.5,\n        )  # noqa: E501 ")
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", text)
        (action,) = [action for action in await one.actions(uri, "F.dropout") if action.title == title]
        after = one.after(uri, action)
        assert f"        )  # noqa: E501{comment} \n" in after
        assert [(finding.code, finding.state) for finding in dropcheck.check_source(after)] == [("DRP101", state)]
        assert action.command is not None
        await one.client.workspace_execute_command_async(
            types.ExecuteCommandParams(action.command.command, arguments=action.command.arguments)
        )
        (shown,) = one.client.shown_documents
        assert shown.uri == uri
        assert shown.selection == text_range(after, "reason")


async def test_fix_all_applies_what_may_be_applied(tmp_path: Path) -> None:
    text = BAD + BAD.partition("nn\n\n\n")[2].replace("Net", "Other") + UNSAFE.partition("nn\n\n\n")[2].replace("Net", "Third")
    text += "        # dropcheck: ignore[DRP101] as it was\n        x = F.dropout(x, 0.5)\n"
    async with editor(tmp_path, settings={"": {"unsafeFixes": False}}) as one:
        uri = one.open(tmp_path / "net.py", text)
        for only in (["source.fixAll.dropcheck"], ["source.fixAll"], ["source"]):
            (action,) = await one.actions(uri, "class Net", only)
            assert action.kind == "source.fixAll.dropcheck"
            assert one.after(uri, action) == dropcheck.fix_source(text).text != text
        assert [action.title for action in await one.actions(uri, "class Net")] == ["dropcheck: Fix all"]
        assert await one.actions(uri, "class Net", trigger=types.CodeActionTriggerKind.Automatic) == []
        one.client.set_configuration({"unsafeFixes": True}, section="dropcheck")
        one.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
        await asyncio.sleep(0.5)
        (action,) = await one.actions(uri, "class Net", ["source.fixAll"])
        assert one.after(uri, action) == dropcheck.fix_source(text, unsafe=True).text
        one.type(uri, GOOD)
        assert await one.actions(uri, "class Net", ["source.fixAll"]) == []


async def test_fix_all_repairs_each_call_of_a_helper(tmp_path: Path) -> None:
    text = (ROOT / "fixtures/rules/DRP108/bad_in_loop.py").read_text()
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", text)
        (action,) = await one.actions(uri, "class Net", ["source.fixAll"])
        assert one.after(uri, action) == dropcheck.fix_source(text).text
        assert one.after(uri, action).count("training=self.training") == 2


async def test_actions_are_for_the_text_as_it_is_even_before_it_was_checked(tmp_path: Path) -> None:
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", GOOD)
        one.type(uri, "\n" + BAD)
        first, *_ = await one.actions(uri, CALL)
        assert one.after(uri, first) == "\n" + GOOD


@pytest.mark.parametrize("like", ["neovim", "emacs"])
async def test_other_editors_can_apply_edits(tmp_path: Path, like: str) -> None:
    encoding = {"neovim": "utf-8", "emacs": "utf-32-le"}[like]
    text = BAD.replace("(x, 0.5)", "(x + '😀', 0.5)")
    async with editor(tmp_path, like=like) as one:
        uri = one.open(tmp_path / "net.py", text)
        await one.codes(uri, "DRP101")
        first, *_ = await one.actions(uri, "return F")
        assert one.after(uri, first, encoding) == dropcheck.fix_source(text).text


async def test_functional_dropout_can_become_a_module(tmp_path: Path) -> None:
    """Also where it is correct and nothing is reported."""
    text = GOOD.replace("    def forward", "    def __init__(self):\n        super().__init__()\n\n    def forward")
    async with editor(tmp_path) as one:
        uri = one.open(tmp_path / "net.py", text)
        await one.codes(uri)
        for only in (["refactor"], ["refactor.rewrite"], None):
            (action,) = await one.actions(uri, "F.dropout", only)
            assert action.title == "dropcheck: Make `dropout` an `nn.Dropout(0.5)` in `__init__`, and call it (unsafe)"
            assert action.kind == "refactor.rewrite"
            after = one.after(uri, action)
            assert "        self.dropout = nn.Dropout(0.5)\n" in after
            assert "        return self.dropout(x)\n" in after
        assert await one.actions(uri, "F.dropout", trigger=types.CodeActionTriggerKind.Automatic) == []
        assert await one.actions(uri, "class Net", ["refactor"]) == []
        one.type(uri, text.replace("training=self.training", "training=True"))
        titles = [action.title for action in await one.actions(uri, "F.dropout")]
        assert "dropcheck: Replace with `self.training` (unsafe)" in titles
        assert "dropcheck: Make `dropout` an `nn.Dropout(0.5)` in `__init__`, and call it (unsafe)" in titles


# Hover


@pytest.mark.parametrize(
    ("formats", "heading"), [(["markdown"], "# missing-training-flag (DRP101)"), (["plaintext"], "DRP101 miss")]
)
async def test_hover_shows_the_rule(tmp_path: Path, formats: list[types.MarkupKind], heading: str) -> None:
    capabilities = client_capabilities("visual-studio-code")
    assert capabilities.text_document is not None
    capabilities.text_document.hover = types.HoverClientCapabilities(content_format=formats)
    async with editor(tmp_path, like=capabilities) as one:
        uri = one.open(tmp_path / "net.py", BAD)
        hover = await one.hover(uri, CALL)
        assert hover is not None
        assert hover.range == text_range(BAD, CALL)
        assert isinstance(hover.contents, types.MarkupContent)
        assert hover.contents.kind == formats[0]
        assert hover.contents.value.startswith("`dropout` without `training` stays on in evaluation")
        assert "always on (high confidence)" in hover.contents.value
        assert heading in hover.contents.value
        assert await one.hover(uri, "class Net") is None
