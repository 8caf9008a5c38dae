"""Command lines that are read without click are read as click reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.texts import times

from dropcheck.cli import checking
from dropcheck.cli.group import invoke, root
from dropcheck.cli.options import CheckOptions, Overrides
from dropcheck.cli.plain import COMMANDS, Plain, plain_check
from dropcheck.config.options import FLAGS

NOTHING: dict[str, str] = {}
COMMON = (
    (),
    ("check",),
    ("src",),
    (".",),
    ("check", "src", "a.py"),
    ("check", "--fix", "--unsafe-fixes", "a.py"),
    ("--diff", "src"),
    ("--no-cache", "--isolated", "a.py"),
    ("check", "--output-format", "json", "src"),
    ("check", "--output-format=concise", "-o", "out.txt", "src", "-q"),
    ("check", "--select", "DRP1,DRP201", "--select=DRP105", "--min-confidence", "low", "src"),
    ("check", "--no-fix", "--no-respect-gitignore", "--force-exclude", "-j", "2", "a.py"),
    ("check", "--exclude", "old, older ,", "--config", "setup.toml", "--cache-dir", "x", "not-there.py"),
)
SPECIAL = (
    ("--help",),
    ("-h",),
    ("-V",),
    ("check", "--help"),
    ("inventory", "src"),
    ("rule",),
    ("chekc",),
    ("--sel", "DRP1", "src"),
    ("--select",),
    ("--select", "--fix"),
    ("--fix=yes", "src"),
    ("-qv", "src"),
    ("-q", "-v", "src"),
    ("-oout.txt", "src"),
    ("-j", "0", "src"),
    ("-j", "two", "src"),
    ("--color", "blue", "src"),
    ("--add-ignore", "src"),
    ("--add-ignore=why", "src"),
    ("--isolated", "--config", "x.toml", "src"),
    ("check", "--", "-a.py"),
    ("-",),
    ("src", ""),
)


@pytest.fixture(autouse=True, scope="module")
def _files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("plain")
    for name in ("src", "audit", "old"):
        (folder / name).mkdir()
    for name in ("a.py", "check", "setup.toml"):
        (folder / name).touch()
    before = Path.cwd()
    os.chdir(folder)
    yield
    os.chdir(before)


def through_click(arguments: tuple[str, ...]) -> Plain | None:
    """What click hands to the command; None where it refuses, or another command is meant."""
    got: list[Plain] = []

    def take(options: CheckOptions, overrides: Overrides) -> int:
        got.append(Plain(options, overrides))
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "run_check", take)
        invoke(arguments)
    return got[0] if got else None


def test_the_commands_are_those_of_click() -> None:
    assert set(root.commands) == COMMANDS


@pytest.mark.parametrize("arguments", COMMON, ids=" ".join)
def test_common_command_lines_need_no_click(arguments: tuple[str, ...]) -> None:
    plain = plain_check(arguments, NOTHING)
    assert plain is not None
    assert plain == through_click(arguments)
    assert list(plain.overrides.values) == list(plain.overrides.places)


@pytest.mark.parametrize("arguments", SPECIAL, ids=" ".join)
def test_what_is_special_is_left_to_click(arguments: tuple[str, ...]) -> None:
    assert plain_check(arguments, NOTHING) is None


@pytest.mark.parametrize("name", ["DROPCHECK_FIX", "DROPCHECK_NO_SIEVE", "_DROPCHECK_COMPLETE"])
def test_variables_are_left_to_click(name: str) -> None:
    assert plain_check(("src",), {name: "1"}) is None


def test_files_that_cannot_be_read_are_left_to_click(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert plain_check(("a.py",), NOTHING) is None
    assert plain_check(("--config", "setup.toml", "src"), NOTHING) is None
    assert plain_check(("nothing.py", "not.py"), NOTHING) is None  # the first could be a command


def _spelt(option: Any) -> list[str]:
    return [f"--{option.name}", f"--no-{option.name}", *filter(None, [option.flag.short])]


words = st.one_of(
    st.sampled_from(
        ["src", "a.py", "check", "audit", "old/", "x", "", "-", "--", "-q", "DRP1", "json", "full:x.txt", "2", "low", "auto"]
    ),
    st.sampled_from([name for option in FLAGS for name in _spelt(option)]),
    st.builds(
        "{}={}".format,
        st.sampled_from([f"--{option.name}" for option in FLAGS]),
        st.sampled_from(["", "x", "3", "a,b", "low", "-"]),
    ),
    st.text("-=aq,./ ", max_size=4),
)


@times(4)
@given(st.lists(words, max_size=5).map(tuple))
def test_whatever_is_read_is_read_as_click_reads_it(arguments: tuple[str, ...]) -> None:
    plain = plain_check(arguments, NOTHING)
    if plain is not None:
        assert plain == through_click(arguments)
