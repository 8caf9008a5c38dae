"""The models that the documentation tells about do what it says, and dropcheck says so too."""

from pathlib import Path

import pytest
import torch
from torch import nn

import dropcheck
from dropcheck import Behaviour, Confidence
from dropcheck.config.settings import Settings
from proof.building import FIXTURES, build, load

pytestmark = pytest.mark.proof

PAIR = FIXTURES / "models" / "dropout_pair.py"
ATTENTION = FIXTURES / "models" / "attention.py"
DIGITS = FIXTURES / "models" / "mnist_net.py"


def findings(path: Path) -> tuple[dropcheck.Finding, ...]:
    text = path.read_text(encoding="utf-8")
    return dropcheck.check_source(text, path.name, settings=Settings(min_confidence=Confidence.LOW))


def pair() -> tuple[nn.Module, nn.Module]:
    namespace = load(PAIR.read_text(encoding="utf-8"), PAIR.name)
    return namespace["FunctionalDropout"](), namespace["RegisteredDropout"]()


def test_in_evaluation_only_the_functional_one_drops():
    functional, registered = (model.eval() for model in pair())
    inputs = torch.ones(4, 8)
    torch.manual_seed(0)
    assert not torch.equal(functional(inputs), functional(inputs))
    assert torch.equal(registered(inputs), registered(inputs))
    assert torch.equal(registered(inputs), inputs)


def test_in_training_the_two_are_the_same():
    inputs = torch.ones(4, 8)
    outputs = []
    for model in pair():
        torch.manual_seed(0)
        outputs.append(model.train()(inputs))
    assert torch.equal(*outputs)
    assert not torch.equal(outputs[0], inputs)


def test_only_the_registered_one_is_seen_when_printed():
    functional, registered = map(str, pair())
    assert functional == "FunctionalDropout()"
    assert "(dropout): Dropout(p=0.5, inplace=False)" in registered


def test_dropcheck_tells_them_apart():
    (finding,) = findings(PAIR)
    assert finding.code == "DRP102"
    assert finding.qualified_name == "FunctionalDropout.forward"
    assert finding.behaviour is Behaviour.ALWAYS_ON
    assert finding.confidence is Confidence.HIGH


def test_digit_net_is_clean():
    assert findings(DIGITS) == ()


def test_digit_net_drops_in_training_only():
    built = build(DIGITS.read_text(encoding="utf-8"), DIGITS.name)
    torch.manual_seed(0)
    assert not torch.equal(built.call(), built.call())
    built.model.eval()
    assert torch.equal(built.call(), built.call())
    assert {type(module).__name__ for module in built.model.modules()} >= {"Dropout2d"}


def test_attention_drops_in_evaluation_until_it_is_fixed():
    text = ATTENTION.read_text(encoding="utf-8")
    (finding,) = findings(ATTENTION)
    assert finding.code == "DRP105"
    inputs = torch.randn(2, 8, 16)
    for source, same in ((text, False), (dropcheck.fix_source(text, ATTENTION.name).text, True)):
        model = load(source, ATTENTION.name)["make"]().eval()
        assert torch.equal(model(inputs), model(inputs)) is same
