"""What a run looks like on a terminal, and that the pictures in the README show it."""

import importlib.util
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from markdown import ROOT, read

from dropcheck.report.fold import fold_cells, fold_text, hang

fcntl = pytest.importorskip("fcntl", reason="needs a pseudo terminal")
termios = pytest.importorskip("termios")
pty = pytest.importorskip("pty")

LONG = """\
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, query, key, value):
        return F.scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=self.rate, is_causal=True).mean(1)
"""
Terminal = Callable[..., str]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Runs dropcheck on a terminal; gives what it receives."""

    def run(*arguments: str, columns: int = 80, **variables: str) -> str:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        command = [sys.executable, "-m", "dropcheck", *arguments]
        # Without a progress bar, which a slow machine would show.
        environ = {**kept, "TERM": "dumb", "FORCE_COLOR": "1", **variables}
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=environ):
            os.close(theirs)
            shown = b""
            try:
                while part := os.read(ours, 65536):
                    shown += part
            except OSError:
                pass  # nobody holds the other end any more
            os.close(ours)
        return re.sub(r"\x1b\[[\d;]*m", "", shown.decode()).replace("\r\n", "\n")

    (tmp_path / "net.py").write_text(LONG)
    return run


@pytest.mark.parametrize("columns", [60, 80, 140])
@pytest.mark.parametrize("command", [("check", "net.py"), ("check", "--output-format", "grouped"), ("inventory",)])
def test_no_row_is_wider_than_the_terminal(terminal: Terminal, columns: int, command: tuple[str, ...]) -> None:
    rows = terminal(*command, columns=columns).splitlines()
    assert rows
    assert max(map(len, rows)) <= columns


def test_folding_loses_nothing(terminal: Terminal) -> None:
    narrow, wide = (terminal("check", "net.py", columns=columns) for columns in (80, 1000))
    for word in ("is_causal=True).mean(1)", "`dropout_p=self.rate`", "rule: ungated-attention-dropout"):
        assert word in narrow
    assert narrow.count("^") == wide.count("^")
    assert narrow.count("self.training") == wide.count("self.training")


def test_marks_stand_under_a_folded_row(terminal: Terminal) -> None:
    rows = terminal("check", "net.py").splitlines()
    marks = [number for number, row in enumerate(rows) if "^" in row]
    under = ["".join(c for c, mark in zip(rows[n - 1], rows[n].ljust(200), strict=False) if mark == "^") for n in marks]
    assert (
        "".join(under).replace(" ", "")
        == "F.scaled_dot_product_attention(query,key,value,attn_mask=None,dropout_p=self.rate,is_causal=True)"
    )


def test_nothing_is_folded_in_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(LONG)
    command = [sys.executable, "-m", "dropcheck", "check", "net.py"]
    environ = {**os.environ, "COLUMNS": "40", "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environ)
    assert LONG.splitlines()[6] in done.stdout


def test_concise_is_never_folded(terminal: Terminal) -> None:
    assert len(terminal("check", "--output-format", "concise", "-q", columns=40).splitlines()) == 1


def test_a_diff_is_never_folded(terminal: Terminal) -> None:
    assert "-" + LONG.splitlines()[6] in terminal("check", "--diff", columns=40).splitlines()


def test_columns_of_the_environment_come_first(terminal: Terminal) -> None:
    assert max(map(len, terminal("check", "net.py", columns=140, COLUMNS="60").splitlines())) <= 60


def test_the_summary_stands_apart(terminal: Terminal) -> None:
    assert "ungated-attention-dropout\n\nFound 1 finding" in terminal("check", "net.py")
    assert terminal("check", "--select", "DRP101", "net.py") == "All clear: 1 file checked.\n"


def test_plain_text_is_folded_at_blanks() -> None:
    assert fold_text("  one two three\nfour\n", 11) == "  one two three\nfour\n"
    assert fold_text("  alpha beta gamma delta epsilon\n", 26) == "  alpha beta gamma\n      delta epsilon\n"

    assert fold_text("alpha beta gamma delta\n- alpha beta gamma delta\n", 21) == (
        "alpha beta gamma\ndelta\n- alpha beta gamma\n  delta\n"
    )
    assert hang("alpha beta gamma", 4, 24) == "alpha beta gamma"
    assert hang("alpha beta gamma delta", 4, 24) == "alpha beta gamma\n    delta"


def test_source_is_folded_behind_a_blank_or_anywhere() -> None:
    parts = list(fold_cells("    call(one, two, three, four)", 24))
    assert ["    call(one, two, three, four)"[start:end] for start, end, _ in parts] == ["    call(one, two, ", "three, four)"]
    assert [indent for _, _, indent in parts] == [0, 4]
    assert [end - start for start, end, _ in fold_cells("x" * 50, 20)] == [20, 20, 10]
    assert list(fold_cells("", 20)) == [(0, 0, 0)]


def test_a_rule_is_filled_into_the_terminal(terminal: Terminal) -> None:
    narrow, wide = (terminal("rule", "DRP105", columns=columns) for columns in (80, 200))
    assert " ".join(narrow.split()) == " ".join(wide.split())
    urls = [row for row in narrow.splitlines() if "https://" not in row]
    assert max(map(len, urls)) <= 80
    assert "These functions have no `training` flag: whatever probability they get, they\nuse. nanoGPT" in narrow
    assert "\n    class Attention(nn.Module):\n" in narrow


# The pictures


@pytest.fixture
def screens() -> ModuleType:
    spec = importlib.util.spec_from_file_location("screens", ROOT / "docs/screens.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_say_what_the_runs_say(screens: ModuleType) -> None:
    assert screens.main(["--check"], ROOT) == 0


def test_a_picture_that_lies_is_found_and_drawn_anew(
    screens: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "docs/images", tmp_path / "docs/images")
    shutil.copytree(ROOT / "fixtures/models", tmp_path / "fixtures/models")
    picture = tmp_path / "docs/images/check.svg"
    right = picture.read_text(encoding="utf-8")
    picture.write_text(right.replace("drops", "drips", 1), encoding="utf-8")
    assert screens.main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    assert told.startswith("docs/images/check.svg: is not what the run says; run python docs/screens.py\n--- the picture\n")
    assert screens.main([], tmp_path) == 0
    assert screens.said(picture.read_text(encoding="utf-8")) == screens.said(right)


def test_the_readme_shows_every_picture(screens: ModuleType) -> None:
    shown = re.findall(r"!\[[^\]]+\]\(docs/images/(\w+)\.svg\)", read("README.md"))
    assert shown == list(screens.SCREENS)


@pytest.mark.parametrize("name", ["check", "diff", "inventory"])
def test_a_picture_is_small_and_loads_nothing(name: str) -> None:
    svg = read(f"docs/images/{name}.svg")
    assert len(svg) < 20_000
    assert "url(http" not in svg
    assert "@import" not in svg
    assert "href" not in svg
