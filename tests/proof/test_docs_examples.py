"""The examples of the documentation do under real torch what their pages say."""

import contextlib
import io

import pytest
import torch
from markdown import fences, read
from torch import nn

from proof.building import load

pytestmark = pytest.mark.proof

REGISTERED, NOTICING = fences(read("docs/why.md"), "python")
MONTE_CARLO, SAMPLER, PRENET = fences(read("docs/monte-carlo.md"), "python")


def test_the_three_forms_are_the_same_in_training_and_two_obey_eval():
    namespace = load(REGISTERED, "why.py")
    inputs = torch.ones(64, 64)
    trained, evaluated = [], []
    for name in ("Registered", "Told", "Forgotten"):
        model = namespace[name]()
        for outputs, mode in ((trained, True), (evaluated, False)):
            torch.manual_seed(0)
            outputs.append(model.train(mode)(inputs))
    assert all(torch.equal(output, trained[0]) for output in trained)
    assert [torch.equal(output, inputs) for output in evaluated] == [True, True, False]


def test_how_to_notice():
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        load(NOTICING, "why.py")
    assert shown.getvalue() == "False\n"


def net() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 32), nn.BatchNorm1d(32), nn.Dropout(0.5), nn.Linear(32, 2))


@pytest.mark.parametrize("mode", [True, False])
def test_sampling_drops_and_leaves_everything_as_it_was(mode):
    namespace = load(MONTE_CARLO, "monte_carlo.py")
    torch.manual_seed(0)
    model, inputs = net().train(mode), torch.randn(8, 4)
    model[2].eval()  # somebody froze it
    modes = [module.training for module in model.modules()]
    state = {name: value.clone() for name, value in model.state_dict().items()}
    mean, spread = namespace["predict"](model, inputs, samples=200)
    assert mean.shape == spread.shape == (8, 2)
    assert (spread > 0).all()
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    # The mean of the samples comes near the single answer of the last, linear layer.
    assert torch.allclose(mean, model.eval()(inputs), atol=1.0)
    assert torch.equal(model(inputs), model(inputs))


def test_sampling_ends_when_the_model_fails():
    namespace = load(MONTE_CARLO, "monte_carlo.py")
    model = net().eval()
    with pytest.raises(RuntimeError), namespace["sampling"](model):
        model(torch.randn(8, 5))
    assert not any(module.training for module in model.modules())


def test_the_sampler_samples_when_it_is_told():
    model, inputs = load(SAMPLER, "sampler.py")["Sampler"]().eval(), torch.ones(1000)
    assert torch.equal(model(inputs), inputs)
    model.sampling = True
    assert not torch.equal(model(inputs), model(inputs))


def test_the_prenet_always_samples():
    model, inputs = load(PRENET, "prenet.py")["Prenet"]().eval(), torch.ones(1000)
    assert not torch.equal(model(inputs), model(inputs))
