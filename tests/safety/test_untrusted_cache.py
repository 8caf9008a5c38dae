"""A cache that came with a checkout: it cannot run code, crash the run, answer for it, or make it touch files elsewhere."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli_project import Project

from dropcheck.source.cache_folder import CACHE_FOLDER, TAG
from dropcheck.source.user_key import seal, unseal

NET = """\
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x)
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs symbolic links and pipes")


class Checkout:
    """A project of a stranger beside the files of a user, who has the working folder in it."""

    def __init__(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        self._project = project
        self._monkeypatch = monkeypatch
        self.folder = project.folder
        self.user = project.folder.parent / "user"
        self.key = project.folder.parent / ".home" / "dropcheck" / "key"
        self.cache = self.folder / CACHE_FOLDER
        self.be("home")
        self.user.mkdir()
        self.user.joinpath("notes.json").write_text("precious")
        self.write("net.py", NET)

    def write(self, name: str, text: str) -> None:
        """Write a file as if that was long ago: the time of one that has just changed proves nothing."""
        self._project.write(name, text)
        os.utime(self.folder / name, (1_600_000_000, 1_600_000_000))

    def be(self, name: str) -> None:
        """Be another user, with another key."""
        self._monkeypatch.setenv("XDG_CACHE_HOME", str(self.folder.parent / f".{name}"))

    def run(self, *arguments: str) -> tuple[int, str, str]:
        return self._project.run("check", "--output-format", "concise", *arguments)

    def entry(self) -> Path:
        """The file that holds the answer of a run, which is made."""
        self.run()
        (path,) = self.cache.glob("*.run")
        return path

    def user_files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.user.iterdir()}


FOUND = (1, "net.py:7:16: DRP101 [*] `dropout` without `training` stays on in evaluation: its default is `training=True`\n")
PRECIOUS = {"notes.json": "precious"}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Checkout:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return Checkout(Project(folder, monkeypatch, capsys), monkeypatch)


def test_a_run_is_remembered(checkout: Checkout) -> None:
    path = checkout.entry()
    before = path.stat().st_mtime_ns
    assert checkout.run()[:2] == FOUND
    assert path.stat().st_mtime_ns == before


def answer_in(path: Path) -> bytes | None:
    """The first row of an entry, which holds the answer, if the user has sealed it."""
    return unseal(path.read_bytes().partition(b"\n")[0], path.stem)


def clean_answer(content: bytes) -> bytes:
    """What is kept, with no finding in it."""
    kept = json.loads(content)
    name, findings, *others = kept["report"]
    assert (name, findings[0]) == ("Report", "tuple")
    kept["report"] = [name, ["tuple"], *others]
    return json.dumps(kept).encode()


def test_a_forged_answer_is_not_believed(checkout: Checkout) -> None:
    path = checkout.entry()
    content = answer_in(path)
    assert content is not None
    # The same forgery would work if the user had made it: so it is the seal that counts.
    path.write_bytes(seal(clean_answer(content), path.stem) or b"")
    assert checkout.run()[:2] == (0, "")
    checkout.be("attacker")
    forgeries = (seal(clean_answer(content), path.stem) or b"", b"0" * 64 + clean_answer(content), clean_answer(content))
    checkout.be("home")
    for forged in forgeries:
        path.write_bytes(forged)
        assert checkout.run()[:2] == FOUND
        assert path.read_bytes() != forged, "it is written anew"


def test_an_answer_to_another_question_is_not_believed(checkout: Checkout) -> None:
    checkout.run("--select", "DRP102")
    (clean,) = checkout.cache.glob("*.run")
    sealed = clean.read_bytes()
    clean.unlink()
    checkout.entry().write_bytes(sealed)
    assert checkout.run()[:2] == FOUND


def test_a_file_with_its_old_time_and_size_is_read_again(checkout: Checkout) -> None:
    clean = NET.replace("F.dropout(x)", "F.relu  (x)")
    for number in range(30):
        checkout.write(f"net{number}.py", clean)
    checkout.write("net.py", clean)
    assert checkout.run()[:2] == (0, "")
    assert list(checkout.cache.glob("*.run"))
    checkout.write("net.py", NET)  # as an archive does that is unpacked over it
    assert checkout.run()[:2] == FOUND


def deeply_nested(content: bytes) -> bytes:
    return content.replace(b'"report":', b'"report":' + b"[" * 200_000 + b"]" * 200_000 + b',"old":')


CONTENTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "one byte short": lambda content: content[:-1],
    "binary": lambda _: bytes(range(256)) * 10,
    "a pickle": lambda _: b"cos\nsystem\n(S'touch pwned'\ntR.",
    "no object": lambda _: b"[]",
    "wrong types": lambda _: b'{"files": 1, "kinds": [], "outside": null, "report": 3}',
    "deeply nested": deeply_nested,
    "huge numbers": lambda content: content.replace(b'["Span",', b'["Span",' + b"9" * 5000),
    "infinite": lambda content: content.replace(b'["Span",', b'["Span",Infinity,'),
    "unknown class": lambda content: content.replace(b'["Finding"', b'["os.system"'),
    "foreign version": lambda content: content.replace(b'"kinds":', b'"sorts":'),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
@pytest.mark.parametrize("sealed", [False, True], ids=["stranger", "sealed"])
def test_a_broken_answer_is_written_anew(checkout: Checkout, content: Callable[[bytes], bytes], sealed: bool) -> None:
    path = checkout.entry()
    broken = content(answer_in(path) or b"")
    path.write_bytes((seal(broken, path.stem) or b"") if sealed else broken)
    assert checkout.run() == (*FOUND, "Found 1 finding in 1 file (1 file checked); 1 fixable with --fix.\n")
    assert (answer_in(path) or b"").startswith(b'{"files":')


def test_a_file_that_is_no_entry_at_all(checkout: Checkout) -> None:
    path = checkout.entry()
    path.unlink()
    os.mkfifo(path)
    assert checkout.run()[:2] == FOUND
    path.unlink()
    path.mkdir()
    assert checkout.run()[:2] == FOUND
    path.rmdir()
    with open(path, "wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing
    assert checkout.run()[:2] == FOUND
    path.unlink(missing_ok=True)


@pytest.mark.parametrize("name", ["", "CACHEDIR.TAG", ".gitignore"], ids=["entry", "tag", "gitignore"])
@pytest.mark.parametrize("target", ["notes.json", "new.txt"])
def test_nothing_is_written_through_a_link(checkout: Checkout, name: str, target: str) -> None:
    path = checkout.cache / name if name else checkout.entry()
    checkout.cache.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(checkout.user / target)
    assert checkout.run()[:2] == FOUND
    assert checkout.user_files() == PRECIOUS


def test_a_folder_that_is_a_link_is_not_used(checkout: Checkout) -> None:
    checkout.cache.symlink_to(checkout.user)
    code, out, err = checkout.run("--verbose")
    assert (code, out) == FOUND
    assert f"{CACHE_FOLDER}: has no CACHEDIR.TAG of dropcheck, not used\n" in err
    assert checkout.user_files() == PRECIOUS
    # Nor if there is nothing in the way, or a tag that the folder of the user may have for reasons of its own.
    checkout.user.joinpath("notes.json").unlink()
    assert checkout.run()[:2] == FOUND
    checkout.user.joinpath("CACHEDIR.TAG").write_text(TAG)
    assert checkout.run()[:2] == FOUND
    assert checkout.user_files() == {"CACHEDIR.TAG": TAG}


@pytest.mark.parametrize("folder", ["../user", "."])
def test_a_folder_with_other_things_in_it_is_refused(checkout: Checkout, folder: str) -> None:
    code, out, err = checkout.run("--cache-dir", folder)
    assert (code, out) == (2, "")
    assert err.endswith(": cannot hold the cache: it has no CACHEDIR.TAG of dropcheck, but is not empty\n")
    assert checkout.user_files() == PRECIOUS
    assert not (checkout.folder / ".gitignore").exists()


def test_only_entries_are_ever_forgotten(checkout: Checkout) -> None:
    checkout.entry()
    others = [checkout.cache / f"{number}.json" for number in range(40)]
    others += [checkout.cache / f"{number}.run" for number in range(40)]
    for path in others:
        path.write_text("not ours")
    checkout.run("--select", "DRP102")
    assert all(path.exists() for path in others)


def test_the_key_is_for_the_user_alone(checkout: Checkout) -> None:
    checkout.run()
    key = checkout.key
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert key.stat().st_size == 32


def test_a_key_that_others_may_have_written_seals_nothing(checkout: Checkout) -> None:
    path = checkout.entry()
    key = checkout.key
    key.chmod(0o666)
    before = path.read_bytes()
    assert checkout.run()[:2] == FOUND
    assert stat.S_IMODE(key.stat().st_mode) == 0o600, "a new one is made"
    assert path.read_bytes() != before


def test_without_a_place_for_the_key_nothing_is_kept(checkout: Checkout) -> None:
    checkout.folder.parent.joinpath(".file").write_text("in the way")
    checkout.be("file")
    assert checkout.run()[:2] == FOUND
    assert not checkout.cache.exists()


def started(checkout: Checkout) -> tuple[int, str, str]:
    """The same run in a process of its own."""
    command = [sys.executable, "-m", "dropcheck", "check", "--output-format", "concise"]
    done = subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def test_eight_runs_at_once_share_the_cache(checkout: Checkout) -> None:
    for number in range(30):
        checkout.write(f"net{number}.py", NET)
    expected = checkout.run("--no-cache")
    for _ in range(2):  # with nothing there, and with an entry that is broken
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda _: started(checkout), range(8))) == [expected] * 8
        assert [path.suffix for path in checkout.cache.iterdir() if path.suffix == ".dropcheck-tmp"] == []
        assert checkout.run() == expected
        checkout.entry().write_bytes(b"broken")
