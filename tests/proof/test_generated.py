"""Random sources: wherever dropcheck gives a verdict on a call, running the source under torch must confirm it.

``python -m proof.test_generated FIRST LAST`` (from ``tests``, with the project on the path) tries other seeds by hand.
"""

import sys
from collections import Counter
from collections.abc import Iterator

import pytest
import torch

from proof.comparing import Compared, compare
from proof.generator import generate
from proof.measuring import measure

pytestmark = pytest.mark.proof

SOURCES = 300
CHUNK = 50
#: The least share of the calls made that must get a verdict: a tool that never decides is never wrong.
DECIDED = 0.75


def compared(seeds: range) -> Iterator[tuple[int, Compared]]:
    """Every call made by the sources of these seeds. What was never called can't be confirmed, so it is left out."""
    torch.set_num_threads(1)  # tiny tensors: threads would only wait for each other
    for seed in seeds:
        source = generate(seed)
        yield from ((seed, call) for call in compare(source, measure(source)) if call.reached)


@pytest.fixture
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("first", range(0, SOURCES, CHUNK))
def test_verdicts_are_true(first: int):
    calls = list(compared(range(first, first + CHUNK)))
    wrong = [(seed, call) for seed, call in calls if call.decided and not call.agrees]
    assert wrong == []
    assert sum(call.decided for _, call in calls) > DECIDED * len(calls)
    assert len({call.said for _, call in calls if call.decided}) == 4


def test_a_seed_always_gives_the_same_source():
    assert generate(7) == generate(7)
    assert generate(7) != generate(8)


def main(first: int, last: int) -> None:
    """Print what is wrong for these seeds, and how often dropcheck agrees, disagrees and does not decide."""
    counts: Counter[str] = Counter()
    for seed, call in compared(range(first, last)):
        verdict = "undecided" if not call.decided else "agrees" if call.agrees else "WRONG"
        counts[verdict] += 1
        counts[f"truly {call.true.value}: {verdict}"] += 1
        if verdict == "WRONG":
            print(f"seed {seed} row {call.place[0]}: said {call.said.value}, is {call.true.value}: {call.text}")
    for name, count in sorted(counts.items()):
        print(f"{name:32}{count:8}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
