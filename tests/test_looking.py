"""The sieve looks at many files in several processes: the same looks, whatever becomes of a process."""

from __future__ import annotations

import os

import pytest

from dropcheck.catalogue import build_catalogue
from dropcheck.engine import looking
from dropcheck.engine.looking import look_at_all
from dropcheck.sieve import Look, Sieve

BAD = b"import torch.nn.functional as F\n\n\ndef f(x):\n    return F.dropout(x, 0.1)\n"
CODES = {f"{number}.py": BAD if number % 3 else b"x = 1\n" for number in range(20)}
SIEVE = Sieve(build_catalogue())
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture(autouse=True)
def _small_runs_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_PAYS_FROM", 0)
    # The threads of a test runner do no harm here.
    monkeypatch.setattr(looking, "can_fork", lambda: True)


def test_several_processes_see_what_one_sees() -> None:
    alone = look_at_all(SIEVE, CODES, 1)
    assert list(look_at_all(SIEVE, CODES, 3).items()) == list(alone.items())
    assert sum(look.suspect for look in alone.values()) == 13


@pytest.mark.parametrize("end", ["dies", "fails"])
def test_process_that_ends_without_an_answer(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    alone = look_at_all(SIEVE, CODES, 1)
    mine = os.getpid()
    look = SIEVE.look

    def looked_at(_: Sieve, raw: bytes) -> Look:
        if os.getpid() != mine:
            if end == "dies":
                os._exit(9)
            raise MemoryError
        return look(raw)

    monkeypatch.setattr(Sieve, "look", looked_at)
    assert look_at_all(SIEVE, CODES, 2) == alone
