"""The process that is there from the beginning of a big run: it extracts what this one would, and may die at any time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator

import pytest

from dropcheck.catalogue import build_catalogue
from dropcheck.engine import looking, pool
from dropcheck.engine.helper import HELPER, Helper, search
from dropcheck.engine.looking import look_at_all
from dropcheck.engine.pool import Task, extract_many
from dropcheck.facts import FileFacts
from dropcheck.sieve import Sieve

CATALOGUE = build_catalogue()
SIEVE = Sieve(CATALOGUE)
BAD = "import torch.nn.functional as F\n\n\ndef f(x):\n    return F.dropout(x, 0.1)\n"
CODES = {f"{number}.py": BAD.encode() for number in range(6)}
TASKS = [Task(path, "\n" * number + BAD, path[:-3], is_package=False) for number, path in enumerate(CODES)]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture
def helper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Helper]:
    monkeypatch.setattr(looking, "_PAYS_FROM", 0)
    monkeypatch.setattr("dropcheck.engine.helper._FORK_PAYS_FROM", 1)
    # The threads of a test runner do no harm here.
    monkeypatch.setattr(looking, "can_fork", lambda: True)
    made = Helper(CATALOGUE)
    yield made
    made.end()
    assert HELPER.get() is None
    assert not multiprocessing.active_children()


def extracted() -> tuple[object, ...]:
    return extract_many(TASKS, CATALOGUE, jobs=2, tick=lambda: None)


@pytest.mark.parametrize("jobs", [2, 3])
def test_it_looks_and_extracts_as_one_process_does(helper: Helper, jobs: int) -> None:
    alone = extracted()
    assert look_at_all(SIEVE, CODES, jobs, helper) == look_at_all(SIEVE, CODES, 1)
    assert HELPER.get() is helper
    assert extracted() == alone == extracted()
    assert all(isinstance(facts, FileFacts) for facts in alone)
    assert extract_many((), CATALOGUE, jobs=2, tick=lambda: None) == ()


def test_it_is_killed(helper: Helper) -> None:
    alone = extracted()
    look_at_all(SIEVE, CODES, 2, helper)
    [process] = multiprocessing.active_children()
    os.kill(process.pid or 0, signal.SIGKILL)
    assert extracted() == alone
    assert HELPER.get() is None


def test_each_searches_a_half(helper: Helper) -> None:
    words = (b"dropout", b"nowhere")
    read: list[str] = []

    def reading(path: str) -> bytes | None:
        read.append(path)
        return CODES.get(path)

    look_at_all(SIEVE, CODES, 2, helper)
    assert search(words, [*CODES, "gone.py"], reading) == {b"dropout": CODES.keys(), b"nowhere": set()}
    assert read == ["0.py", "1.py", "2.py", "gone.py"]
    assert search(words, ["5.py"], reading) == {b"dropout": {"5.py"}, b"nowhere": set()}
    [process] = multiprocessing.active_children()
    os.kill(process.pid or 0, signal.SIGKILL)
    assert search(words, CODES, reading) == {b"dropout": CODES.keys(), b"nowhere": set()}
    assert HELPER.get() is None


@pytest.mark.parametrize("end", ["dies", "fails"])
def test_one_file_ends_a_process(helper: Helper, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    alone = extracted()
    mine, facts = os.getpid(), pool._facts

    def ended(task: Task, catalogue: object) -> FileFacts:
        if os.getpid() != mine and task.path == "3.py":
            if end == "dies":
                os._exit(9)
            sys.exit(9)
        return facts(task, CATALOGUE)

    monkeypatch.setattr(pool, "_facts", ended)
    look_at_all(SIEVE, CODES, 2, helper)
    assert extracted() == alone
