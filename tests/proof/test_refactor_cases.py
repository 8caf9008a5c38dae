"""The cases under ``fixtures/refactor`` with real torch: same training to the last bit, no chance in evaluation, same keys."""

from pathlib import Path

import pytest

from proof.building import FIXTURES, CannotBuildError, build, is_random, training_step
from proof.test_fixes import assert_same_training

pytestmark = pytest.mark.proof

CASES = sorted(path.parent for path in FIXTURES.glob("refactor/*/after.py"))
#: Some cases are fragments that name what is not there; at least this many run.
RUNNING = 85


def read(case: Path, name: str) -> str:
    return (case / name).read_bytes().decode()


def runs(case: Path) -> bool:
    try:
        training_step(build(read(case, "before.py"), case.name))
    except (CannotBuildError, NameError, TypeError, RuntimeError, AttributeError):
        return False
    return True


@pytest.fixture(scope="module")
def running() -> list[Path]:
    return [case for case in CASES if runs(case)]


def test_enough_cases_run(running: list[Path]):
    assert len(running) >= RUNNING, sorted(case.name for case in set(CASES) - set(running))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_model_is_the_same(case: Path, running: list[Path]):
    if case not in running:
        pytest.skip("a fragment that cannot be run by itself")
    after = read(case, "after.py")
    assert_same_training(read(case, "before.py"), after, case.name)
    built = build(after, case.name)
    assert not is_random(built)
    assert any("ropout" in type(module).__name__ for module in built.model.modules())
