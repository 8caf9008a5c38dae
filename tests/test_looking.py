"""Several processes look at many files and search them: what one would find, whatever becomes of a process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from child_processes import watch_forks

from dropcheck.catalogue import build_catalogue
from dropcheck.engine import looking
from dropcheck.engine.guesses import likely_callers, likely_words
from dropcheck.engine.looking import Lookers
from dropcheck.engine.searching import holding
from dropcheck.outcome import FileError
from dropcheck.sieve import Look, Sieve

BAD = b"import torch.nn.functional as F\n\n\ndef f(x):\n    return F.dropout(x, 0.1)\n"
CODES = {f"{number}.py": BAD if number % 3 else b"x = 1\n" for number in range(20)}
SIEVE = Sieve(build_catalogue())
ALONE = {path: SIEVE.look(code) for path, code in CODES.items()}
WORDS = (b"dropout", b"nowhere")
HELD = {b"dropout": {path for path, code in CODES.items() if code == BAD}, b"nowhere": set()}
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


Children = Callable[[], list[int]]


@pytest.fixture(autouse=True)
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    monkeypatch.setattr(looking, "_PAYS_FROM", 0)
    # The threads of a test runner do no harm here.
    monkeypatch.setattr(looking, "can_fork", lambda: True)
    monkeypatch.setattr(looking, "cpu_count", lambda: 2)
    found = watch_forks(monkeypatch)
    yield found
    assert not found()


@pytest.mark.parametrize("jobs", [1, 2, 3, 30])
def test_several_processes_see_what_one_sees(children: Children, jobs: int) -> None:
    with Lookers(jobs) as lookers:
        assert list(lookers.look(SIEVE, CODES).items()) == list(ALONE.items())
        assert len(children()) == min(jobs, 8) - 1
        assert lookers.search(WORDS, CODES, CODES.get) == HELD
        assert lookers.search((), CODES, CODES.get) == {}
    assert sum(look.suspect for look in ALONE.values()) == 13


def test_each_searches_its_share_of_what_is_asked_for() -> None:
    read: list[str] = []

    def reading(path: str) -> bytes | None:
        read.append(path)
        return CODES.get(path)

    with Lookers(2) as lookers:
        lookers.look(SIEVE, CODES)
        assert lookers.search(WORDS, ["1.py", "3.py", "gone.py", "16.py"], reading)[b"dropout"] == {"1.py", "16.py"}
        assert sorted(read) == ["1.py", "3.py", "gone.py"]


def test_a_process_may_only_search(children: Children) -> None:
    with Lookers(None) as lookers:
        lookers.begin(tuple(CODES), CODES.get)
        assert len(children()) == 1
        assert lookers.search(WORDS, CODES, CODES.get) == HELD
    with Lookers(1) as lookers:
        lookers.begin(tuple(CODES), CODES.get)
        assert lookers.search(WORDS, CODES, CODES.get) == HELD


def test_a_process_is_killed_before_it_is_asked(children: Children) -> None:
    with Lookers(3) as lookers:
        lookers.look(SIEVE, CODES)
        first, second = children()
        os.kill(first, signal.SIGKILL)
        assert lookers.search(WORDS, CODES, CODES.get) == HELD
        os.kill(second, signal.SIGKILL)
        assert lookers.search(WORDS, CODES, CODES.get) == HELD == lookers.search(WORDS, CODES, CODES.get)


@pytest.mark.parametrize("jobs", [2, 3])
def test_what_is_expected_is_searched_for_by_the_others(jobs: int) -> None:
    with Lookers(jobs) as lookers:
        lookers.expect(WORDS)  # nobody is there who could
        lookers.look(SIEVE, CODES)
        lookers.expect(WORDS)
        lookers.expect([b"return"])
        read: list[str] = []
        some = {"1.py": BAD, "3.py": b"x = 1\n", "gone.py": b"dropout"}

        def reading(path: str) -> bytes | None:
            read.append(path)
            return some.get(path)

        held = lookers.search([*WORDS, b"return F"], some, reading)
        assert held == {b"dropout": {"1.py", "gone.py"}, b"nowhere": set(), b"return F": {"1.py"}}
        assert read.count("1.py") == 1  # for the word that was not expected
        assert lookers.search(WORDS, CODES, CODES.get) == HELD


def test_a_process_is_killed_that_searches_what_is_expected(children: Children) -> None:
    with Lookers(3) as lookers:
        lookers.look(SIEVE, CODES)
        os.kill(children()[0], signal.SIGKILL)
        lookers.expect(WORDS)
        assert lookers.search(WORDS, CODES, CODES.get) == HELD == lookers.search(WORDS, CODES, CODES.get)


def test_all_processes_are_killed_that_search_what_is_expected(children: Children) -> None:
    with Lookers(3) as lookers:
        lookers.look(SIEVE, CODES)
        lookers.expect(WORDS[:1])
        lookers.expect(WORDS[1:])
        for process in children():
            os.kill(process, signal.SIGKILL)
        lookers.expect([b"return"])
        assert lookers.search([*WORDS, b"return"], CODES, CODES.get) == {**HELD, b"return": HELD[b"dropout"]}


def test_who_is_dismissed_is_not_asked_any_more(children: Children) -> None:
    with Lookers(3) as lookers:
        lookers.look(SIEVE, CODES)
        lookers.expect(WORDS)
        lookers.dismiss()
        assert lookers.search(WORDS, CODES, CODES.get) == HELD
        lookers.dismiss()
    assert not children()
    with Lookers(2) as lookers:
        lookers.begin(tuple(CODES), CODES.get)
        lookers.dismiss()  # another analysis may follow
        (process,) = children()
        assert lookers.search(WORDS, CODES, CODES.get) == HELD
        assert children() == [process]


def test_words_that_hold_each_other() -> None:
    words = [b"F.dropout(x", b"dropout", b"out", b"route"]
    held = holding(words, CODES, CODES.get)
    assert held == {word: (HELD[b"dropout"] if word != b"route" else set()) for word in words}


def test_words_that_are_searched_for_at_once() -> None:
    words = [b"EsmFold", b"WrappedFlex", b"FIRST", b"Table", b"Tab", b"lower", b"slow", b".low(", b"F", b"T"]
    files = {
        "1": b"x = WrappedFlex(EsmFold)",
        "2": b"EsmFoldTable",
        "3": b"first = slower",
        "4": b"FF",
        "5": b"a.low()",
        "6": b"",
    }
    for count in range(len(words)):
        some = words[count:]
        assert holding(some, files, files.get) == {word: {path for path, code in files.items() if word in code} for word in some}


def test_words_that_linking_will_look_for() -> None:
    code = (
        b"def helper(x):\n    return F.dropout(x)\n\n\nclass Net(Base):\n    def _mix(self, x):\n        return F.dropout(x)\n"
        b"    def forward(self, x):\n        return F.dropout(x)\n    drop = F.dropout(x)\n"
    )
    spots = [at for at in range(len(code)) if code.startswith(b"dropout", at)]
    assert list(likely_words(code, spots)) == [b"helper", b"Net", b"._mix(", b"Net", b"Net"]
    mode = code.replace(b"(x)", b"(x, 0.1, self.training)")
    assert list(likely_words(mode, [at for at in range(len(mode)) if mode.startswith(b"dropout", at)])) == []
    stored = b"class Net(Base):\n    def fix(self):\n        self.training = True\n"
    assert list(likely_words(stored, [stored.index(b"training")])) == [b"Net"]
    assert list(likely_words(b"F.dropout(x)\nmake(dropout, 1)\n", [2, 18])) == []


def test_callers_that_linking_will_look_for() -> None:
    code = (
        b"from lib import helper\n\n\ndef mix(x):\n    return helper(x)\n\n\nclass Table(Base):\n    ways = {'mix': helper}\n"
        b"    def forward(self, x):\n        return helper(x)\n\n\nWAYS = {'mix': helper}\n"
    )
    assert list(likely_callers(code, b"helper")) == [b"mix", b"Table"]


def test_process_that_ends_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = os.getpid()
    look = SIEVE.look

    def looked_at(_: Sieve, raw: bytes) -> Look:
        if os.getpid() != mine:
            os._exit(9)
        return look(raw)

    monkeypatch.setattr(Sieve, "look", looked_at)
    with Lookers(2) as lookers:
        assert lookers.look(SIEVE, CODES) == ALONE
        assert lookers.search(WORDS, CODES, CODES.get) == HELD


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bug_costs_one_file(monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    look = SIEVE.look

    def looked_at(_: Sieve, raw: bytes) -> Look:
        if raw == b"# cursed\n":
            raise MemoryError
        return look(raw)

    monkeypatch.setattr(Sieve, "look", looked_at)
    with Lookers(jobs) as lookers:
        found = lookers.look(SIEVE, {**CODES, "cursed.py": b"# cursed\n"})
    error = found.pop("cursed.py")
    assert isinstance(error, FileError)
    assert error.message.startswith("internal error: MemoryError ")
    assert found == ALONE
