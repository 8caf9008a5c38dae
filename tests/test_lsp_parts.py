"""Parts of the language server, over all fixtures and all prefixes: more than a client could ask for in a test."""

import os
from pathlib import Path

import pytest
from lsp_client import apply
from lsprotocol import types
from markdown import ROOT
from pygls.workspace import PositionCodec

import dropcheck
from dropcheck import Finding, Span, State
from dropcheck.integrations.lsp.actions import Target, comments, fix_all
from dropcheck.integrations.lsp.disk import Disk
from dropcheck.integrations.lsp.positions import Positions
from dropcheck.integrations.lsp.session import Document, Session
from dropcheck.integrations.lsp.settings import EditorSettings

CODEC = PositionCodec()
NOWHERE = types.Diagnostic(types.Range(types.Position(0, 0), types.Position(0, 0)), "")
BAD_FILES = [path for path in sorted((ROOT / "fixtures/rules").glob("DRP*/bad_*.py")) if path.name.count(".") == 1]


def after(target: Target, action: types.CodeAction) -> str:
    assert action.edit is not None
    assert action.edit.changes is not None
    return apply(target.document.text, action.edit.changes[target.uri])


def states(text: str, path: Path, finding: Finding) -> set[State]:
    """The state of a finding in a text in which only comments changed; none where it is gone."""
    return {
        other.state
        for other in dropcheck.check_source(text, str(path))
        if (other.code, other.span.start) == (finding.code, finding.span.start)
    }


@pytest.mark.parametrize("path", BAD_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_comment_silences_its_finding_and_nothing_is_offered_that_does_not(path: Path) -> None:
    text = path.read_bytes().decode()
    document = Document(str(path), text, 0)
    target = Target("file:///x.py", 1, document, Positions(text, CODEC), versioned=False, selects=True)
    for finding in dropcheck.check_source(text, str(path)):
        if finding.state is not State.ACTIVE:
            continue
        actions = list(comments(target, finding, NOWHERE))
        assert bool(actions) is (not finding.code.startswith("DRP9"))
        for action in actions:
            found = states(after(target, action), path, finding)
            if "always on" in action.title:
                # A helper whose dropout is meant is not reported at all.
                assert found <= {State.INTENDED}
            else:
                assert found == {State.SUPPRESSED}


@pytest.mark.parametrize("path", BAD_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_fix_all_is_what_the_command_line_does(path: Path) -> None:
    text = path.read_bytes().decode()
    target = Target("file:///x.py", 1, Document(str(path), text, 0), Positions(text, CODEC), versioned=False, selects=True)
    fixed = dropcheck.fix_source(text, str(path), unsafe=True).text
    action = fix_all(target, fixed)
    assert (action is None) is (fixed == text)
    assert action is None or after(target, action) == fixed


@pytest.mark.parametrize("path", BAD_FILES[::20], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_prefix_of_a_file_ends_a_session(path: Path, tmp_path: Path) -> None:
    text = path.read_bytes().decode()
    session = Session(str(tmp_path), EditorSettings())
    for end in range(0, len(text) + 1, 7):
        outcome = session.check((Document(str(tmp_path / "net.py"), text[:end], end),))
        assert (outcome.problem, outcome.failures) == ("", ())


def test_places_go_there_and_back() -> None:
    text = "a\x0cé\r\n\r😀\u2028b = '中'\n\n"
    for encoding in types.PositionEncodingKind:
        places = Positions(text, PositionCodec(encoding))
        for offset in range(len(text) + 1):
            # The middle of a line ending is its beginning to a client.
            inside = text[offset - 1 : offset + 1] == "\r\n"
            assert places.offset(places.position(offset)) == offset - inside
        assert places.span(types.Range(types.Position(0, 99), types.Position(99, 0))) == Span(3, len(text))


def test_disk_notices_what_may_matter(tmp_path: Path) -> None:
    folder = tmp_path / "pkg"
    folder.mkdir()
    file = folder / "ops.py"
    file.write_text("x = 1\n")

    def look() -> Disk:
        return Disk.now([str(file)], [str(folder)])

    before = look()
    assert not before.changed
    (folder / "notes.txt").write_text("")
    assert not before.changed
    for change in (
        lambda: file.write_text("x = 10\n"),
        lambda: os.utime(file, ns=(1, 1)),
        lambda: (folder / "new.py").write_text(""),
        (folder / "sub").mkdir,
        lambda: (tmp_path / "pyproject.toml").write_text(""),
        file.unlink,
    ):
        before = look()
        change()
        assert before.changed
