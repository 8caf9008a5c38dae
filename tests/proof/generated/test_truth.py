"""Generated projects: wherever dropcheck gives a verdict, running the project under torch must confirm it.

``python -m benchmarks.truth`` does the same with as many as one likes.
"""

from collections.abc import Iterator

import pytest
import torch

from proof.generated.judging import Truth
from proof.generated.projects import generate
from proof.generated.tallying import Tally, tally

pytestmark = pytest.mark.proof

#: They define more than 300 Modules.
PROJECTS = 120
CHUNK = 30
#: The most that may be missed, of what drops in evaluation: modules that a function made, kept in a plain list.
MISSED = 0.15
#: The least share of the calls that must get a verdict: a tool that never decides is never wrong.
DECIDED = 0.5


@pytest.fixture
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def share(found: Tally, what: str, truth: Truth) -> float:
    return found.counts[what, truth] / sum(found.counts[what, one] for one in Truth)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("first", range(0, PROJECTS, CHUNK))
def test_verdicts_are_true(first: int):
    found = tally(range(first, first + CHUNK))
    assert [str(one) for one in found.untrue if one.judged.truth is Truth.WRONG] == []
    assert found.counts["findings of high confidence", Truth.AGREES] > CHUNK / 3
    assert share(found, "inventory of calls", Truth.AGREES) > DECIDED
    assert share(found, "what drops in evaluation", Truth.MISSED) < MISSED


def test_a_seed_always_gives_the_same_project():
    assert generate(7) == generate(7)
    assert generate(7) != generate(8)
