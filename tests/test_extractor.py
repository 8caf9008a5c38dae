"""The process that is there from the beginning of a big run: it extracts what this one would, and may die at any time."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator

import pytest
from child_processes import watch_forks

from dropcheck.catalogue import build_catalogue
from dropcheck.engine import extractor as module
from dropcheck.engine import pool
from dropcheck.engine.extractor import EXTRACTOR, Extractor
from dropcheck.engine.pool import Task, extract_many
from dropcheck.facts import FileFacts

CATALOGUE = build_catalogue()
BAD = "import torch.nn.functional as F\n\n\ndef f(x):\n    return F.dropout(x, 0.1)\n"
TASKS = [Task(f"{number}.py", "\n" * number + BAD, str(number), is_package=False) for number in range(6)]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


Children = Callable[[], list[int]]


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    return watch_forks(monkeypatch)


@pytest.fixture
def extractor(monkeypatch: pytest.MonkeyPatch, children: Children) -> Iterator[Extractor]:
    monkeypatch.setattr(module, "_FORK_PAYS_FROM", 1)
    monkeypatch.setattr(module, "cpu_count", lambda: 2)
    # The threads of a test runner do no harm here.
    monkeypatch.setattr(module, "can_fork", lambda: True)
    with Extractor(CATALOGUE, None) as made:
        yield made
    assert EXTRACTOR.get() is None
    assert not children()


def extracted() -> tuple[object, ...]:
    return extract_many(TASKS, CATALOGUE, jobs=2, tick=lambda: None)


def test_it_extracts_as_one_process_does(extractor: Extractor) -> None:
    alone = extracted()
    extractor.start()
    assert EXTRACTOR.get() is extractor
    assert extracted() == alone == extracted()
    assert all(isinstance(facts, FileFacts) for facts in alone)
    assert extract_many((), CATALOGUE, jobs=2, tick=lambda: None) == ()


def test_it_needs_a_processor_of_its_own() -> None:
    with Extractor(CATALOGUE, 1) as made:
        made.start()
        assert EXTRACTOR.get() is None
        assert made.begin(TASKS, None)() == {}


def test_it_is_killed(extractor: Extractor, children: Children) -> None:
    alone = extracted()
    extractor.start()
    [process] = children()
    os.kill(process, signal.SIGKILL)
    assert extracted() == alone
    assert EXTRACTOR.get() is None


@pytest.mark.parametrize("end", ["dies", "fails"])
def test_one_file_ends_a_process(extractor: Extractor, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    alone = extracted()
    mine, facts = os.getpid(), pool._facts

    def ended(task: Task, catalogue: object) -> FileFacts:
        if os.getpid() != mine and task.path == "3.py":
            if end == "dies":
                os._exit(9)
            sys.exit(9)
        return facts(task, CATALOGUE)

    monkeypatch.setattr(pool, "_facts", ended)
    extractor.start()
    assert extracted() == alone
