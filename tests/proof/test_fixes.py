"""Safe fixes under real torch: training stays as it was to the last bit, evaluation stops dropping."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import dropcheck
from dropcheck import Behaviour, Confidence
from dropcheck.config.settings import Settings
from proof.building import CALLS, FIXTURES, CannotBuildError, build, is_random, same, training_step

pytestmark = pytest.mark.proof

EVERYTHING = Settings(min_confidence=Confidence.LOW)
MODELS = sorted((FIXTURES / "proof").glob("*.py"))
SHAPES = {"drp101": 12, "drp103": 1, "drp105": 5, "drp106": 6}
RULE_FIXTURES = sorted(path for path in FIXTURES.glob("rules/*/bad_*.py") if path.with_suffix(".fixed.py").exists())
#: Many fixtures of the rules are fragments; at least this many of them run.
RUNNING_RULE_FIXTURES = 10


def label(path: Path) -> str:
    return path.relative_to(FIXTURES).with_suffix("").as_posix()


def repair(path: Path) -> tuple[str, str, dropcheck.FixResult]:
    text = path.read_text(encoding="utf-8")
    result = dropcheck.fix_source(text, path.name, settings=EVERYTHING)
    return text, result.text, result


def assert_same_training(before: str, after: str, name: str) -> None:
    bad, fixed = build(before, name), build(after, name)
    assert list(bad.model.state_dict()) == list(fixed.model.state_dict())
    ours, theirs = training_step(bad), training_step(fixed)
    assert same(ours[0], theirs[0])
    assert [g.shape for g in ours[1]] == [g.shape for g in theirs[1]]
    assert all(map(torch.equal, ours[1], theirs[1]))
    assert torch.equal(ours[2], theirs[2])


def test_every_shape_has_its_models():
    found = {code: sum(path.name.startswith(code) for path in MODELS) for code in SHAPES}
    assert all(found[code] >= number for code, number in SHAPES.items()), found
    assert sum(found.values()) == len(MODELS)


@pytest.mark.parametrize("path", MODELS, ids=label)
class TestModel:
    def test_every_finding_is_repaired(self, path: Path):
        _, _, result = repair(path)
        assert {finding.code for finding in result.applied} == {path.name.partition("_")[0].upper()}
        assert result.refused == ()
        assert [finding for finding in result.findings if finding.behaviour is Behaviour.ALWAYS_ON] == []

    def test_training_is_the_same_to_the_last_bit(self, path: Path):
        before, after, _ = repair(path)
        assert after != before
        assert_same_training(before, after, path.name)

    def test_evaluation_stops_dropping(self, path: Path):
        before, after, _ = repair(path)
        assert is_random(build(before, path.name))
        assert not is_random(build(after, path.name))

    def test_training_still_drops(self, path: Path):
        _, after, _ = repair(path)
        built = build(after, path.name)
        built.model.train()
        torch.manual_seed(1)
        first = built.call()
        assert any(not same(first, built.call()) for _ in range(CALLS))


def runs(path: Path) -> bool:
    """Whether a fixture of a rule can be made by the convention and called."""
    text = path.read_text(encoding="utf-8")
    try:
        training_step(build(text, path.name))
    except CannotBuildError:
        return False
    except Exception:  # a fragment: it names what it does not define, or wants other inputs
        return False
    return True


@pytest.fixture(scope="module")
def running() -> list[Path]:
    return [path for path in RULE_FIXTURES if runs(path)]


def test_enough_fixtures_of_the_rules_run(running: list[Path]):
    assert len(running) >= RUNNING_RULE_FIXTURES, [label(path) for path in running]


@pytest.mark.parametrize("path", RULE_FIXTURES, ids=label)
def test_fixture_of_a_rule(path: Path, running: list[Path]):
    if path not in running:
        pytest.skip("a fragment that cannot be run by itself")
    before, after, result = repair(path)
    assert result.applied
    assert_same_training(before, after, path.name)
    stays_on = any(finding.behaviour is Behaviour.ALWAYS_ON for finding in result.findings)
    was_on = any(finding.behaviour is Behaviour.ALWAYS_ON for finding in result.applied)
    if was_on and not stays_on:
        assert is_random(build(before, path.name))
        assert not is_random(build(after, path.name))


@pytest.mark.parametrize(
    "call",
    [
        lambda flag: torch.nn.functional.dropout(torch.ones(3), 0.5, flag),
        lambda flag: torch.nn.functional.alpha_dropout(torch.ones(3), 0.5, flag),
        lambda flag: torch.dropout(torch.ones(3), 0.5, flag),
    ],
    ids=["functional.dropout", "functional.alpha_dropout", "torch.dropout"],
)
def test_these_refuse_a_method_as_their_flag(call: Callable[[object], object]):
    """Why the model of DRP103 attends: attention takes any true value, plain dropout only a bool."""
    with pytest.raises(TypeError, match="must be bool"):
        call(torch.nn.Module().train)
