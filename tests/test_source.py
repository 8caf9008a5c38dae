"""Reading and writing of source files: nothing is lost, nothing is half written."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcheck.errors import SourceError
from dropcheck.source.text import decode_source, encode_source, is_utf8, read_source
from dropcheck.source.write import write_source

BOM = b"\xef\xbb\xbf"
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links and modes")


def leftovers(folder: Path, *known: str) -> list[str]:
    return sorted(set(os.listdir(folder)) - set(known))


@pytest.mark.parametrize(
    ("raw", "text", "encoding", "bom"),
    [
        (b"", "", "utf-8", False),
        (b"x = 1", "x = 1", "utf-8", False),
        (b"a\r\nb\rc\n\x0cd\n", "a\r\nb\rc\n\x0cd\n", "utf-8", False),
        ("s = 'é✓'\n".encode(), "s = 'é✓'\n", "utf-8", False),
        (BOM + b"x = 1\n", "x = 1\n", "utf-8", True),
        (BOM + b"# coding: utf-8\n", "# coding: utf-8\n", "utf-8", True),
        (b"# -*- coding: latin-1 -*-\ns = '\xe9'\n", "# -*- coding: latin-1 -*-\ns = 'é'\n", "iso-8859-1", False),
        (b"#!/bin/sh\n# coding: cp1252\ns = '\x80'\n", "#!/bin/sh\n# coding: cp1252\ns = '€'\n", "cp1252", False),
        (b"#!x\r# coding: cp1252\rs = '\x80'\r", "#!x\r# coding: cp1252\rs = '€'\r", "cp1252", False),
        ("# coding: euc-jp\ns = '漢'\n".encode("euc-jp"), "# coding: euc-jp\ns = '漢'\n", "euc-jp", False),
    ],
)
def test_decodes_as_python_does_and_encodes_back(raw: bytes, text: str, encoding: str, bom: bool) -> None:
    source = decode_source(raw, "a.py")
    assert (source.text, source.encoding, source.bom) == (text, encoding, bom)
    assert encode_source(source, source.text) == raw


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8")), st.booleans())
def test_utf8_goes_round(text: str, bom: bool) -> None:
    raw = (BOM if bom else b"") + text.encode()
    try:
        source = decode_source(raw, "a.py")
    except SourceError:
        assert "coding" in text
    else:
        assert encode_source(source, source.text) == raw


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"x = 1\n\0", ["binary", "NUL"]),
        ("x = 1\n".encode("utf-16"), ["UTF-16", "save it as UTF-8"]),
        (b"a\nb\nc = '\xe9'\n", ["not UTF-8", "0xe9", "row 3"]),
        (b"\xe9\n", ["not UTF-8", "0xe9", "row 1"]),
        (b"a\r\n\r\n\xff", ["row 3"]),
        (b"# coding: nonsense\n", ["unknown encoding", "nonsense"]),
        (b"# coding: ascii\n\n\xe9", ["not ascii", "row 3"]),
        (b"# coding: rot13\n", ["rot13", "use UTF-8"]),
        (BOM + b"# coding: latin-1\n", ["byte order mark"]),
    ],
)
def test_bytes_that_are_no_source_are_one_clear_line(raw: bytes, words: list[str]) -> None:
    with pytest.raises(SourceError) as caught:
        decode_source(raw, "pkg/a.py")
    message = str(caught.value)
    assert message.startswith("pkg/a.py: ")
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_paths_that_are_no_file_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        read_source(str(tmp_path / "missing.py"))
    with pytest.raises(SourceError, match="is a folder"):
        read_source(str(tmp_path))
    with pytest.raises(SourceError, match="cannot be read"):
        read_source("a\0b.py")


@needs_links
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(SourceError, match="not a regular file"):
        read_source(str(tmp_path / "a.py"))


@needs_links
def test_a_link_that_leads_to_itself_is_one_clear_line(tmp_path: Path) -> None:
    link = tmp_path / "a.py"
    link.symlink_to(link)
    with pytest.raises(SourceError, match="symbolic links"):
        read_source(str(link))


@needs_links
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    path.chmod(0)
    with pytest.raises(SourceError, match="Permission denied"):
        read_source(str(path))


def test_writing_keeps_encoding_mark_and_newlines(tmp_path: Path) -> None:
    latin, marked = tmp_path / "latin.py", tmp_path / "marked.py"
    latin.write_bytes(b"# coding: latin-1\r\ns = '\xe9'\r\n")
    marked.write_bytes(BOM + b"x = 1\r")
    for path in (latin, marked):
        source = read_source(str(path))
        write_source(source, source.text + "y = 2")
    assert latin.read_bytes() == b"# coding: latin-1\r\ns = '\xe9'\r\ny = 2"
    assert marked.read_bytes() == BOM + b"x = 1\ry = 2"
    assert leftovers(tmp_path, "latin.py", "marked.py") == []


@needs_links
@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o664])
def test_writing_keeps_the_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    path.chmod(mode)
    write_source(read_source(str(path)), "x = 2\n")
    assert path.read_bytes() == b"x = 2\n"
    assert stat.S_IMODE(path.stat().st_mode) == mode


@needs_links
def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.py", tmp_path / "link.py"
    target.write_bytes(b"x = 1\n")
    link.symlink_to(os.path.join("real", "a.py"))
    write_source(read_source(str(link)), "x = 2\n")
    assert link.is_symlink()
    assert target.read_bytes() == b"x = 2\n"
    assert leftovers(tmp_path, "real", "link.py") == []


def test_nothing_is_written_where_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    before = path.stat()
    write_source(read_source(str(path)), "x = 1\n")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    source = read_source(str(path))
    path.write_bytes(b"mine\n")
    with pytest.raises(SourceError, match="changed since it was read"):
        write_source(source, "x = 2\n")
    assert path.read_bytes() == b"mine\n"
    assert leftovers(tmp_path, "a.py") == []


def test_a_file_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    source = read_source(str(path))
    path.unlink()
    with pytest.raises(SourceError, match="vanished"):
        write_source(source, "x = 2\n")
    assert leftovers(tmp_path) == []


def test_a_read_only_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    # The answer is given here because root may write everything.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SourceError, match="read-only"):
        write_source(read_source(str(path)), "x = 2\n")
    assert path.read_bytes() == b"x = 1\n"


def test_characters_the_encoding_lacks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: ascii\n")
    with pytest.raises(SourceError, match="cannot be written as ascii"):
        write_source(read_source(str(path)), "# coding: ascii\n'é'\n")
    assert path.read_bytes() == b"# coding: ascii\n"


def test_an_encoding_that_does_not_go_round_is_refused(tmp_path: Path) -> None:
    raw = b"# coding: utf-7\nx = '+AGE-'\n"
    path = tmp_path / "a.py"
    path.write_bytes(raw)
    source = read_source(str(path))
    assert source.text.endswith("x = 'a'\n")
    with pytest.raises(SourceError, match="written back unchanged"):
        write_source(source, source.text + "y = 1\n")
    assert path.read_bytes() == raw


@pytest.mark.parametrize("step", ["open", "fsync", "fchmod", "link", "replace"])
@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_failure_at_any_step_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n")
    source = read_source(str(path))
    real = getattr(os, step)

    def fail(*args: object, **kwargs: object) -> object:
        # Interrupts come behind the step as well as before it; only a replaced file is beyond return.
        if step != "replace":
            real(*args, **kwargs)
        raise failure

    monkeypatch.setattr(os, step, fail)
    expected = KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else SourceError
    with pytest.raises(expected):
        write_source(source, "x = 2\n")
    monkeypatch.undo()
    assert path.read_bytes() == b"x = 1\n"
    assert leftovers(tmp_path, "a.py") == []


WRITER = """
import sys
from dropcheck.source.text import read_source
from dropcheck.source.write import write_source
print("ready", flush=True)
while True:
    source = read_source(sys.argv[1])
    write_source(source, ("b" if source.text[0] == "a" else "a") * 300_000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_writer_leaves_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("a" * 300_000)
    contents = set()
    for attempt in range(6):
        command = [sys.executable, "-c", WRITER, str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.005 + 0.007 * attempt)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        contents.add(path.read_text())
    assert contents <= {"a" * 300_000, "b" * 300_000}
    assert not any(name.endswith(".py") for name in leftovers(tmp_path, "a.py"))


@pytest.mark.parametrize(
    ("raw", "is_plain"),
    [
        (b"x = 1\n", True),
        (b"", True),
        ("x = 'é'\n".encode() * 3000, True),
        (b"# " + b"a" * 9000 + "é\n".encode(), True),
        (b"x = 1\n" * 3000 + b"\xe9\n", False),
        (b"x = 1\n" * 3000 + b"\xe9", False),
        (b"a" * 5000 + b"\xc3\n\xa9", False),  # a character is not spread over two rows
        (b"\xc3", False),
        (b"x = '\xc3\xa9\0'\n", False),
        (b"# coding: latin-1\nx = '\xc3\xa9'\n", False),
        (b"#" + b" " * 500 + b"coding: latin-1\nx = '\xc3\xa9'\n", False),
        (b"#" + b" " * 500 + b"\n# coding: latin-1\nx = '\xc3\xa9'\n", False),
        (b"\xef\xbb\xbfx = 1\n", True),
    ],
)
def test_utf8_is_told_without_decoding_all_of_it(raw: bytes, is_plain: bool) -> None:
    assert is_utf8(raw) is is_plain
    if is_plain:
        assert decode_source(raw, "a.py").encoding == "utf-8"


@given(st.lists(st.sampled_from([b"\n", b"\r", b"a" * 3999, b"a" * 4001, b"\xc3", b"\xa9", "é€😀".encode(), b"\xed\xa0\x80"])))
def test_utf8_is_what_decodes_as_utf8(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    try:
        raw.decode()
        decodes = True
    except UnicodeDecodeError:
        decodes = False
    assert is_utf8(raw) is decodes
