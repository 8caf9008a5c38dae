import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from report_samples import CLEAN, FIXED, HOSTILE_PATH, SAFE
from snapshots_helper import assert_snapshot

from dropcheck.outcome import FixedFile, Report
from dropcheck.report import diff
from dropcheck.report.console import ansi
from dropcheck.report.pieces import plain


def _render(*files: FixedFile, escape: bool = False) -> str:
    return plain(diff.layout(replace(CLEAN, fixed=files), escape=escape))


def _file(before: str, after: str, path: str = "net.py") -> FixedFile:
    return FixedFile(path, before, after, (SAFE,))


def test_snapshot() -> None:
    assert_snapshot("fix.diff", plain(diff.layout(FIXED, escape=False)))
    assert_snapshot("fix.diff.ansi", ansi(diff.layout(FIXED, escape=True)))


def test_no_change_no_diff() -> None:
    assert _render(_file("a\n", "a\n")) == ""
    assert plain(diff.layout(Report((), 1), escape=False)) == ""


def test_terminals_get_no_control_characters() -> None:
    file = _file("\x1b[31m\tdrop\r\nkeep\x07\r\n", "\x1b[31m\tdropped\r\nkeep\x07\r\n", HOSTILE_PATH)
    shown = _render(file, escape=True)
    assert shown.replace("\n", "").isprintable()
    assert "-\\x1b[31m    drop\n" in shown
    assert shown.startswith("--- a [bold]b[/] \\x1b[31m\\udcff.py")


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\ndrop\nb\n", "a\ndropped\nb\n"),
        ("a\r\ndrop\r\nb\r\n", "a\r\ndropped\r\nb\r\n"),
        ("a\ndrop", "a\ndropped"),
        ("a\x0c\ndrop\x0b\u2028\nb\x1c\n", "a\x0c\ndropped\x0b\u2028\nb\x1c\n"),
    ],
)
@pytest.mark.parametrize("name", ["net.py", "my net.py"])
def test_the_diff_can_be_applied(tmp_path: Path, before: str, after: str, name: str) -> None:
    target = tmp_path / name
    target.write_bytes(before.encode())
    patch = _render(_file(before, after, name)).encode()
    subprocess.run(["git", "apply", "-p0", "-"], input=patch, cwd=tmp_path, check=True)
    assert target.read_bytes() == after.encode()
