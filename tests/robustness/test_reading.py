"""Files and folders that nobody should have made: one line each at most, the others go on, and nothing hangs."""

import os
import socket
import sys
import unicodedata
from pathlib import Path

import pytest
from cli_project import BAD, GOOD
from notebooks_helper import dump, notebook

from dropcheck import check_source, fix_source
from robustness.command import one_line, run, run_as_nobody

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the files of Unix")

CHECK = ("check", "--isolated", "--no-cache", "--output-format", "concise")
COMMANDS = (CHECK, (*CHECK, "--fix"), ("inventory", "--isolated"), ("refactor", "--isolated", "--diff"))
NOTEBOOK = dump(notebook(BAD)).encode()

#: What cannot be worked on, each with a word of what is said about it.
REFUSED = {
    "nul.py": (BAD.encode() + b"x = '\0'\n", "NUL byte"),
    "utf16.py": (BAD.encode("utf-16"), "NUL byte"),
    "utf16le.py": (BAD.encode("utf-16-le"), "NUL byte"),
    "utf32.py": (BAD.encode("utf-32"), "NUL byte"),
    "bytes.py": (BAD.encode() + b"# \xff\n", "is not UTF-8"),
    "surrogate.py": (BAD.encode() + b"x = '\xed\xa0\x80'\n", "is not UTF-8"),
    "ascii.py": (b"# coding: ascii\n" + BAD.encode() + b"# \xe9\n", "is not ascii"),
    "unknown.py": (b"# coding: nonsense\n" + BAD.encode(), "unknown encoding"),
    "rot.py": (b"# coding: rot13\n" + BAD.encode(), "cannot hold source"),
    "hex.py": (b"# coding: hex\n" + BAD.encode(), "cannot hold source"),
    "zip.py": (b"# coding: zip\n" + BAD.encode(), "cannot hold source"),
    "marked.py": (b"\xef\xbb\xbf# coding: latin-1\n" + BAD.encode(), "byte order mark"),
    "long_coding.py": (b"# coding: " + b"x" * 100_000 + b"\n" + BAD.encode(), "encoding"),
    "empty.ipynb": (b"", "is not a notebook"),
    "list.ipynb": (b"[" * 100_000, "is not a notebook"),
    "half.ipynb": (NOTEBOOK[: len(NOTEBOOK) // 2], "JSON is broken"),
    "number.ipynb": (b'{"cells": [1], "nbformat": 4, "metadata": {}}', "is not an object"),
    "nul.ipynb": (NOTEBOOK.replace(b"import", b"\\u0000import", 1), "NUL character"),
    "huge_number.ipynb": (b'{"cells": ' + b"9" * 10_000 + b"}", "is not a notebook"),
    "bytes.ipynb": (NOTEBOOK + b"\xff", "is not UTF-8"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_is_one_line(tmp_path: Path, name: str) -> None:
    raw, word = REFUSED[name]
    (tmp_path / name).write_bytes(raw)
    code, out, error = run(tmp_path, *CHECK, "--fix", name)
    assert (code, out) == (2, "")
    assert one_line(error).startswith(f"{name}: ")
    assert word in error
    assert len(error) < 500
    assert (tmp_path / name).read_bytes() == raw


def test_a_second_byte_order_mark_is_no_python_and_moves_no_edit() -> None:
    text = f"\ufeff{BAD}"  # the first one is the file's
    assert [finding.code for finding in check_source(text, "net.py")] == ["DRP900"]
    assert fix_source(text, "net.py").text == text


@pytest.mark.parametrize(
    "comment", ["# noqa:" + " " * 300_000 + "DRP101,", "# noqa: DRP101" + "," * 300_000 + "#", "#" * 300_000 + " noqa"]
)
def test_a_comment_of_blanks_takes_no_time_that_grows_with_its_square(comment: str) -> None:
    assert {finding.code for finding in check_source(f"{BAD}x = 1  {comment} x\n", "net.py")} == {"DRP101"}


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0] + words[-1])
def test_all_of_them_at_once_cost_the_others_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    for name, (raw, _) in REFUSED.items():
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "net.py").write_text(BAD)
    code, out, error = run(tmp_path, *arguments, ".")
    assert code == 2
    assert "Traceback" not in error
    assert len([line for line in error.splitlines() if line.startswith("error: ")]) == len(REFUSED)
    assert "net.py" in out or (tmp_path / "net.py").read_text() == GOOD


@pytest.mark.parametrize("name", REFUSED)
def test_standard_input_is_read_as_warily(tmp_path: Path, name: str) -> None:
    code, out, error = run(tmp_path, *CHECK, "--fix", "--stdin-filename", name, "-", stdin=REFUSED[name][0])
    assert code == 2
    # What an editor sent comes back as it was, or not at all.
    assert out in ("", REFUSED[name][0].decode(errors="replace"))
    one_line(error)


def test_special_files_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "ping.py").symlink_to("pong.py")
    (tmp_path / "pong.py").symlink_to("ping.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "folder.py").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(tmp_path)
        listener.bind("socket.py")
        os.chdir(here)
    (tmp_path / "net.py").write_text(BAD)
    for arguments in COMMANDS:
        code, out, error = run(tmp_path, *arguments, ".", timeout=100)
        assert "Traceback" not in error
        told = {line.split(":")[1].strip() for line in error.splitlines() if line.startswith("error: ")}
        assert (code in (0, 1), told) == (True, set()) or told <= {"loop.py", "ping.py", "pong.py"}
    for name in ("pipe.py", "loop.py", "ping.py", "gone.py", "zero.py", "socket.py", "/dev/zero", "/dev/stdin"):
        code, out, error = run(tmp_path, *CHECK, name)
        assert (code, out) == (2, ""), name
        assert one_line(error).startswith(f"{name}: ")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the files of Linux")
@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0] + words[-1])
def test_files_without_end_are_not_read_to_their_end(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with (tmp_path / "sparse.py").open("wb") as file:
        file.truncate(1 << 40)
    for name, target in {"core.py": "/proc/kcore", "log.py": "/proc/kmsg", "map.py": "/proc/self/pagemap"}.items():
        if os.access(target, os.R_OK):
            (tmp_path / name).symlink_to(target)
    names = {path.name for path in tmp_path.iterdir()}
    (tmp_path / "net.py").write_text(BAD)
    code, out, error = run(tmp_path, *arguments, ".", timeout=100)
    assert code == 2
    told = [line.split(": ")[1] for line in error.splitlines() if line.startswith("error: ")]
    assert (set(told), len(told)) == (names, len(names)), error
    assert "internal error" not in error
    assert "sparse.py: is larger than 250,000,000 bytes, or has no end; exclude it" in error
    assert "net.py" in out or (tmp_path / "net.py").read_text() == GOOD


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the files of Linux")
@pytest.mark.parametrize("name", ["pyproject.toml", "dropcheck.toml", ".gitignore", ".git", ".git/info/exclude"])
@pytest.mark.parametrize("target", ["a terabyte", "/dev/zero", "/proc/kmsg", "/proc/self/fd/0", "a pipe"])
def test_a_configuration_without_end_is_not_read_to_its_end(tmp_path: Path, name: str, target: str) -> None:
    (tmp_path / "net.py").write_text(BAD)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    if target == "a terabyte":
        with (tmp_path / name).open("wb") as file:
            file.truncate(1 << 40)
    elif target == "a pipe":
        os.mkfifo(tmp_path / name)
    else:
        (tmp_path / name).symlink_to(target)
    code, out, error = run(tmp_path, "check", "--output-format", "concise", ".", timeout=100)
    assert (code, out.count("DRP101")) == (1, 1) or one_line(error).startswith(f"{name}: "), error
    assert "internal error" not in error


NAMES = (
    b"new\nline.py",
    b"quote'\".py",
    b"escape\x1b[31mred\x1b[0m.py",
    b"bell\x07.py",
    b"not utf-8 \xff\xfe.py",
    "\u202egnp.py".encode(),
    b"-rf.py",
    b"::error file=x::oops.py",
    b"##vso[task.complete].py",
    b"<b>&amp;.py",
    b"$(touch pwned).py",
    b"%s%n{0}.py",
    b" .py",
    b"x" * 252 + b".py",
    "\U0001f600.py".encode(),
)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_checked_fixed_and_shown_safely(tmp_path: Path, name: bytes) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "w") as file:
        file.write(BAD)
    for arguments in ((*CHECK, "."), (*CHECK, b"./" + name), ("inventory", "."), ("check", "--diff", ".")):
        code, out, error = run(tmp_path, *arguments)
        assert code in (0, 1)
        assert "Traceback" not in error
        shown = (out + error).replace("\n", "").replace("\t", "")
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in shown)
    assert run(tmp_path, *CHECK, "--fix", ".")[0] == 0
    with open(path) as file:
        assert file.read() == GOOD
    assert [os.fsencode(found) for found in os.listdir(tmp_path)] == [name]


def test_files_that_vanish_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dropcheck.__main__ import main  # noqa: PLC0415
    from dropcheck.cli import checking  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "z.py"):
        Path(name).write_text(BAD)
    real = checking.discover

    def vanish(*arguments: object) -> object:
        found = real(*arguments)  # type: ignore[arg-type]
        Path("a.py").unlink(missing_ok=True)
        return found

    monkeypatch.setattr(checking, "discover", vanish)
    assert main([*CHECK, "--fix", "."]) == 2
    assert one_line(capsys.readouterr().err) == "a.py: cannot be read: No such file or directory"
    assert Path("z.py").read_text() == GOOD


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
def test_what_may_not_be_read_is_one_line_each(tmp_path: Path) -> None:
    warm, folder = tmp_path / "warm", tmp_path / "there"
    for each in (warm, folder, folder / "closed"):
        each.mkdir()
        (each / "net.py").write_text(BAD)
    (folder / "secret.py").write_text(BAD)
    (folder / "secret.py").chmod(0o000)
    (folder / "closed").chmod(0o000)
    code, out, error = run_as_nobody(folder, warm, *CHECK, ".")
    assert (code, out.count("DRP101")) == (2, 1)
    errors = [line for line in error.splitlines() if line.startswith("error: ")]
    assert errors == [
        "error: closed: the folder cannot be read: Permission denied",
        "error: secret.py: cannot be read: Permission denied",
    ]


#: With DROPCHECK_BIG=1 the sizes are those of the names; they take minutes.
SCALE = 1 if os.environ.get("DROPCHECK_BIG") else 25
BIG = 50_000_000 // SCALE
SIZES = {
    "nothing": b"",
    "one byte": b"#",
    "one newline": b"\n",
    "only a mark": b"\xef\xbb\xbf",
    "a comment of 50 MB": b"# " + b"x" * BIG,
    "a string of 50 MB": BAD.encode() + b"x = '" + b"y" * BIG + b"'\n",
    "50 MB of rows": b"x = 1\n" * (BIG // 6),
    "one row of 5 MB": BAD.encode() + b"x = [" + b"1, " * (1_600_000 // SCALE) + b"]\n",
    "one row of 5 MB without spaces": BAD.encode() + b"x = " + b"1+" * (2_500_000 // SCALE) + b"1\n",
    "one row of 5 MB of a word": BAD.encode() + b"dropout" * (700_000 // SCALE) + b"\n",
    "one row of 5 MB of dropout": b"import torch.nn.functional as F\nx = [" + b"F.dropout(x), " * (350_000 // SCALE) + b"]\n",
    "5 MB of quotes": BAD.encode() + b'"' * (5_000_000 // SCALE) + b"\n",
    "5 MB of backslashes": BAD.encode() + b"\\" * (5_000_000 // SCALE) + b"\n",
    "5 MB of blanks": BAD.encode() + b" " * (5_000_000 // SCALE) + b"\n",
    "5 MB of empty rows": BAD.encode() + b"\n" * (5_000_000 // SCALE),
    "5 MB of dots": BAD.encode() + b"x" + b"." * (5_000_000 // SCALE) + b"\n",
}


@pytest.mark.parametrize("row", [b"dropout" * 30_000, b"drop=" * 40_000, b"F.dropout(x)," * 20_000, b"self.training" * 20_000])
@pytest.mark.parametrize("command", ["check", "inventory", "refactor"])
def test_a_row_that_searches_would_never_end_in_is_one_line(tmp_path: Path, row: bytes, command: str) -> None:
    (tmp_path / "big.py").write_bytes(BAD.encode() + row + b"\n")
    (tmp_path / "net.py").write_text(BAD)
    code, out, error = run(tmp_path, command, "--isolated", ".")
    assert code == 2
    assert one_line(error).startswith("big.py: has a row of ")
    assert "net.py" in out


@pytest.mark.parametrize("size", SIZES)
def test_any_size_ends_in_findings_or_one_line(tmp_path: Path, size: str) -> None:
    (tmp_path / "big.py").write_bytes(SIZES[size])
    code, _, error = run(tmp_path, *CHECK, "--timeout-per-file=60", ".", timeout=550)
    assert "Traceback" not in error
    assert code in (0, 1) or one_line(error).startswith("big.py: ")
