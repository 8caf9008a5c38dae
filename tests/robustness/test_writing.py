"""What is written is the file with the fix, and nothing else about it changes."""

import contextlib
import os
import resource
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cli_project import BAD, GOOD
from notebooks_helper import dump, notebook

from dropcheck.source import write
from robustness.command import NOBODY, command, environment, one_line, run, run_as_nobody

FIX = ("check", "--isolated", "--fix")
is_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs to be another user")


def fixed(text: bytes, encoding: str = "ascii") -> bytes:
    return text.replace("0.5)".encode(encoding), "0.5, training=self.training)".encode(encoding))


CLASS = BAD.encode()
TEXTS = {
    "windows": CLASS.replace(b"\n", b"\r\n"),
    "old mac": CLASS.replace(b"\n", b"\r"),
    "mixed": CLASS.replace(b"\n\n\n", b"\r\n\n\r\n").replace(b"x):\n", b"x):\r\n"),
    "no final newline": CLASS.rstrip(b"\n"),
    "many final newlines": CLASS + b"\n\n\n",
    "tabs": CLASS.replace(b"    ", b"\t"),
    "form feeds": CLASS.replace(b"\n\n\n", b"\n\f\n\x0c\n"),
    "trailing spaces": CLASS.replace(b":\n", b":  \t\n"),
    "byte order mark": b"\xef\xbb\xbf" + CLASS,
    "mark and coding": b"\xef\xbb\xbf# coding: utf-8\n" + CLASS,
    "latin-1": b"# -*- coding: latin-1 -*-\n" + CLASS + b"# \xe9\xff\n",
    "shift jis": b"# coding: shift_jis\n" + CLASS + "# 日本語\n".encode("shift_jis"),
    "gbk": b"#!/usr/bin/python\n# vim: set fileencoding=gbk :\n" + CLASS + "# 中文\n".encode("gbk"),
    "control characters": CLASS + b"# \x01\x1b[31m\x7f\n",
    "line separators": CLASS + "# \u2028\u2029\x85\n".encode(),
    "a long last line": CLASS + b"# " + b"x" * 1_000_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_other_byte_stays(tmp_path: Path, name: str) -> None:
    path = tmp_path / "net.py"
    path.write_bytes(TEXTS[name])
    assert run(tmp_path, *FIX, "net.py")[0] == 0
    assert path.read_bytes() == fixed(TEXTS[name])
    assert os.listdir(tmp_path) == ["net.py"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o4750, 0o666])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "net.py"
    path.write_text(BAD)
    path.chmod(mode)
    assert run(tmp_path, *FIX, "net.py", before=lambda: os.umask(0o077) and None)[0] == 0
    assert (stat.S_IMODE(path.stat().st_mode), path.read_text()) == (mode, GOOD)


@is_root
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(BAD)
    os.chown(path, 1234, 4321)
    assert run(tmp_path, *FIX, "net.py")[0] == 0
    assert (path.stat().st_uid, path.stat().st_gid, path.read_text()) == (1234, 4321, GOOD)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="needs extended attributes")
def test_extended_attributes_stay(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(BAD)
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("not on this file system")
    assert run(tmp_path, *FIX, "net.py")[0] == 0
    assert (os.getxattr(path, "user.note"), path.read_text()) == (b"mine", GOOD)


def test_links_stay_and_what_they_lead_to_is_fixed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/net.py").write_text(BAD)
    (tmp_path / "one.py").symlink_to("real/net.py")
    (tmp_path / "two.py").symlink_to("one.py")
    assert run(tmp_path, *FIX, "two.py")[0] == 0
    assert (os.readlink(tmp_path / "two.py"), os.readlink(tmp_path / "one.py")) == ("one.py", "real/net.py")
    assert (tmp_path / "real/net.py").read_text() == GOOD
    assert os.listdir(tmp_path / "real") == ["net.py"]


def test_a_link_out_of_the_folder_is_checked_and_not_written_through(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    (tmp_path / "net.py").write_text(BAD)
    (folder / "net.py").symlink_to("../net.py")
    code, out, error = run(folder, *FIX, ".")
    assert (code, out.count("DRP101"), (tmp_path / "net.py").read_text()) == (2, 1, BAD)
    assert one_line(error).startswith("net.py: is a link to ")
    assert run(folder, *FIX, "net.py")[0] == 0  # which is what the user asks for
    assert ((tmp_path / "net.py").read_text(), (folder / "net.py").is_symlink()) == (GOOD, True)


@pytest.mark.parametrize("arguments", [FIX, ("check", "--isolated", "--add-ignore"), ("refactor", "--isolated")], ids=" ".join)
def test_a_file_that_changes_in_between_is_left_alone_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    from dropcheck.__main__ import main  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "z.py"):
        Path(name).write_text(BAD)
    real = write.encode_source

    def meddle(source: object, text: str) -> bytes:
        Path("a.py").write_text("# mine\n")
        return real(source, text)  # type: ignore[arg-type]

    monkeypatch.setattr(write, "encode_source", meddle)
    assert main(arguments) == 2
    assert one_line(capsys.readouterr().err) == "a.py: changed since it was read; left as it is, run dropcheck again"
    assert Path("a.py").read_text() == "# mine\n"
    assert Path("z.py").read_text() != BAD
    assert sorted(os.listdir()) == ["a.py", "z.py"]


@pytest.mark.parametrize("arguments", [FIX, ("check", "--isolated", "--add-ignore"), ("refactor", "--isolated")], ids=" ".join)
def test_a_file_that_may_not_grow_stays_as_it_is(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    text = "# padding\n" * 2_000 + BAD
    (tmp_path / "net.py").write_text(text)
    code, _, error = run(tmp_path, *arguments, "net.py", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000,) * 2))
    assert code == 2
    assert one_line(error) == "net.py: cannot be written: File too large; left as it is"
    assert (tmp_path / "net.py").read_text() == text
    assert os.listdir(tmp_path) == ["net.py"]


FULL = "mount -t tmpfs -o size=256k tmpfs disk && cp net.py good.py disk/ && cd disk && head -c 1m /dev/zero > fill 2>/dev/null; "


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no name spaces here")
    (tmp_path / "disk").mkdir()
    notes = "# padding\n" * 2_000
    (tmp_path / "net.py").write_text(notes + BAD)
    (tmp_path / "good.py").write_text("x = 1\n")
    words = " ".join(command(*FIX, "--no-cache", "."))
    script = f"{FULL}{words}; echo exit $?; ls -A; tail -c {len(BAD)} net.py"
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    if "mount" in done.stderr:
        pytest.skip("no file systems may be mounted here")
    assert one_line(done.stderr) == "net.py: cannot be written: No space left on device; left as it is"
    assert done.stdout.endswith(f"exit 2\nfill\ngood.py\nnet.py\n{BAD}")


@is_root
@pytest.mark.parametrize(("target", "mode"), [("net.py", 0o444), (".", 0o555), (".", 0o1777)])
def test_what_is_read_only_is_left_alone(tmp_path: Path, target: str, mode: int) -> None:
    warm, folder = tmp_path / "warm", tmp_path / "there"
    for each in (warm, folder):
        each.mkdir()
        (each / "net.py").write_text(BAD)
    path = folder / "net.py"
    # In a folder like /tmp, where everybody may write, nobody can replace what is another's.
    owner = 1234 if mode == 0o1777 else NOBODY
    for each in (folder, path):
        os.chown(each, owner, owner)
    path.chmod(0o666)
    (folder / target).chmod(mode)
    code, _, error = run_as_nobody(folder, warm, *FIX, "net.py")
    assert code == 2
    assert one_line(error).startswith("net.py: ")
    assert any(words in error for words in ("read-only", "Permission denied", "Operation not permitted"))
    assert path.read_text() == BAD
    assert os.listdir(folder) == ["net.py"]


@is_root
def test_what_cannot_be_given_away_opens_nothing_and_keeps_the_rest(tmp_path: Path) -> None:
    warm, folder = tmp_path / "warm", tmp_path / "there"
    modes = {
        "own.py": (NOBODY, NOBODY, 0o2750, 0o2750),
        "shared.py": (NOBODY, 1234, 0o2764, 0o744),
        "other.py": (1234, 1234, 0o6777, 0o777),
    }
    for each in (warm, folder):
        each.mkdir()
    (warm / "net.py").write_text(BAD)
    for name, (user, group, mode, _) in modes.items():
        (folder / name).write_text(BAD)
        os.chown(folder / name, user, group)
        (folder / name).chmod(mode)
        with contextlib.suppress(OSError):  # not on every file system
            os.setxattr(folder / name, "security.capability", b"\1\0\0\2" + b"\0" * 16)  # which only root may set
            os.setxattr(folder / name, "user.note", b"mine")
    noted = "user.note" in os.listxattr(folder / "own.py")
    folder.chmod(0o777)
    code, _, error = run_as_nobody(folder, warm, *FIX, "--no-cache", ".")
    assert (code, error) == (0, "Fixed 3 findings in 3 files, 0 left.\n")
    for name, (*_, mode) in modes.items():
        assert (name, stat.S_IMODE((folder / name).stat().st_mode)) == (name, mode)
        assert ("user.note" in os.listxattr(folder / name)) == noted


def test_root_too_leaves_alone_what_is_read_only_on_purpose(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(BAD)
    path.chmod(0o444)
    code, _, error = run(tmp_path, *FIX, "net.py")
    assert (code, one_line(error)) == (2, "net.py: is read-only; left as it is")
    assert path.read_text() == BAD


def test_notebooks_are_written_in_one_step_too(tmp_path: Path) -> None:
    text = dump(notebook(BAD))
    (tmp_path / "net.ipynb").write_text(text)
    code, _, error = run(tmp_path, *FIX, "net.ipynb", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100,) * 2))
    assert (code, one_line(error)) == (2, "net.ipynb: cannot be written: File too large; left as it is")
    assert (tmp_path / "net.ipynb").read_text() == text
    assert run(tmp_path, *FIX, "net.ipynb")[0] == 0
    assert "training=self.training" in (tmp_path / "net.ipynb").read_text()


def test_a_baseline_that_cannot_be_written_stays(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(BAD)
    assert run(tmp_path, "check", "--write-baseline", "known.json", "net.py")[0] == 0
    before = (tmp_path / "known.json").read_bytes()
    (tmp_path / "net.py").write_text(BAD + "\n\nclass Other(Net):\n    def forward(self, x):\n        return F.dropout(x, 0.1)\n")
    code, _, error = run(
        *(tmp_path, "check", "--no-cache", "--write-baseline", "known.json", "net.py"),
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100,) * 2),
    )
    assert (code, one_line(error)) == (2, "known.json: cannot be written: File too large")
    assert (tmp_path / "known.json").read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["known.json", "net.py"]
