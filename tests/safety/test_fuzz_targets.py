"""What the fuzzer begins with, and what it once found: without the fuzzer, since that runs on Linux only."""

from __future__ import annotations

import importlib.util
from itertools import islice
from types import ModuleType

import pytest
from markdown import ROOT

from dropcheck.model import Finding


def load(name: str) -> ModuleType:
    """A module of ``tests/fuzz``, which is a script and no package."""
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", ROOT / "tests" / "fuzz" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TARGETS = load("targets").TARGETS
SEEDS = load("seeds")
#: The seeds of the source are fixtures, which other tests look at in every way.
MOST = 25


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_hold(target: str) -> None:
    found = len(list((SEEDS.FOUND / target).glob("*")))
    tried = 0
    for content in islice(SEEDS.seeds(target), found + MOST):
        TARGETS[target](content)
        tried += 1
    assert tried >= 3


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"#" * 4096, b"[" * 300, b"\r" * 100, b"# -*- coding: x -*-"]
)
def test_what_is_no_seed_holds(target: str, content: bytes) -> None:
    TARGETS[target](content)


def test_a_target_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> tuple[Finding, ...]:
        raise IndexError

    monkeypatch.setitem(TARGETS["source"].__globals__, "check_source", wrong)
    with pytest.raises(IndexError):
        TARGETS["source"](b"x = 1\n")
