"""In an editor and in flake8, too, nothing of a stranger's project is obeyed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from markdown import ROOT
from markdown_it import MarkdownIt
from pygls.workspace import PositionCodec

from dropcheck.integrations.lsp.diagnostics import diagnostics
from dropcheck.integrations.lsp.hover import hover
from dropcheck.integrations.lsp.positions import Positions
from dropcheck.integrations.lsp.session import Checked, Document, Session
from dropcheck.integrations.lsp.settings import EditorSettings
from dropcheck.report.markdown import literal, literal_on_forges, message
from safety import checkers
from safety.strangers import PAYLOADS, make_project, sources

CODEC = PositionCodec()
LEVEL = {"min-confidence": "low", "select": ["ALL"], "unsafe-fixes": True}


@pytest.fixture(params=PAYLOADS.values(), ids=PAYLOADS.keys())
def checked(request: pytest.FixtureRequest, tmp_path: Path) -> Checked:
    """What a session finds in the document that holds a payload in every place."""
    payload = str(request.param)
    texts = sources(payload, list(PAYLOADS.values()).index(payload))
    (name,) = (name for name in texts if name.startswith("net"))
    (tmp_path / "helper.py").write_bytes(texts["helper.py"])
    session = Session(str(tmp_path), EditorSettings(LEVEL))
    outcome = session.check((Document(str(tmp_path / "net.py"), texts[name].decode(), 0),))
    assert (outcome.problem, outcome.failures) == ("", ())
    (found,) = outcome.checked
    assert len(found.findings) > 8
    return found


def test_diagnostics(checked: Checked) -> None:
    for diagnostic in diagnostics(checked, CODEC, lambda path: f"file://{path}", related=True):
        checkers.text(diagnostic.message.encode())
        for related in diagnostic.related_information or ():
            checkers.text(related.message.encode())


@pytest.mark.parametrize("markdown", [True, False])
def test_hover(checked: Checked, markdown: bool) -> None:
    places = Positions(checked.document.text, CODEC)
    for finding in checked.findings:
        shown = hover(checked, places, places.position(finding.span.start), markdown=markdown)
        assert shown is not None
        assert isinstance(shown.contents, types.MarkupContent)
        for line in shown.contents.value.split("\n"):
            assert line.isprintable()
        if markdown:
            links = [token.attrGet("href") for token in tokens(shown.contents.value) if token.type in ("link_open", "image")]
            assert not [link for link in links if link and "evil" in link]
            assert not [token for token in tokens(shown.contents.value) if token.type.startswith("html")]


def tokens(markdown: str) -> list:  # type: ignore[type-arg]
    top = MarkdownIt("commonmark").enable("table").parse(markdown)
    return [*top, *(child for token in top for child in token.children or ())]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
@pytest.mark.parametrize("template", ["{}", "`{}`", "`a` {} `b`", "`{}` with `x={}`", "a `{}", "``{}``", "`{}``{}`"])
def test_a_message_as_markdown(template: str, payload: str) -> None:
    text = template.replace("{}", payload)
    checkers.markdown(literal_on_forges(text).encode())
    allowed = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "code_inline"}
    for shown in (message(text), literal(text)):
        assert {token.type for token in tokens(shown)} <= allowed, shown


def test_code_in_a_message_stays_code() -> None:
    assert message("`F.dropout` with `training=x[0]` stays on*") == "`F.dropout` with `training=x[0]` stays on&#42;"


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such names")
def test_flake8(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "stranger")
    # As an installation registers it; what is installed here may be older.
    info = tmp_path / "plugin" / "dropcheck-9999.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: dropcheck\nVersion: 9999\n")
    (info / "entry_points.txt").write_text("[flake8.extension]\nDRP = dropcheck.integrations.flake8_plugin:DropcheckPlugin\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(info.parent), str(ROOT)))}
    # The names of files are printed by flake8 itself.
    command = [sys.executable, "-m", "flake8", "--select", "DRP", "--format", "%(code)s %(text)s", "-j", "1", "."]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=300, check=False)
    assert done.stdout.count(b"DRP") > len(PAYLOADS)
    checkers.text(done.stdout)
