"""An audit leaves everything as it was: the model, its inputs, and every random generator."""

import random
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import nn

import dropcheck
from proof.audit.nets import library, made

pytestmark = pytest.mark.proof


def inputs() -> torch.Tensor:
    return torch.linspace(-1, 1, 32).view(4, 8)


def attributes(model: nn.Module) -> Iterator[tuple[str, object]]:
    for name, module in model.named_modules():
        yield from ((f"{name}.{key}", id(value)) for key, value in vars(module).items())


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ["Right", "Outer", "KeptInTraining", "Disturbing", "Merging"])
def test_model_is_bit_for_bit_the_same(name: str, training: bool) -> None:
    model = made(name).train(training)
    if name == "Right":
        model.norm.train()  # a part may have another mode than the whole
    modes = [module.training for module in model.modules()]
    tensors = [*model.parameters(), *model.buffers()]
    before, addresses = [each.clone() for each in tensors], [each.data_ptr() for each in tensors]
    names, known = list(model.state_dict()), list(attributes(model))
    x = inputs()
    dropcheck.audit(model, x)
    assert [module.training for module in model.modules()] == modes
    assert all(one is two for one, two in zip([*model.parameters(), *model.buffers()], tensors, strict=True))
    assert all(torch.equal(one, two) for one, two in zip(tensors, before, strict=True))
    assert [each.data_ptr() for each in tensors] == addresses
    assert list(model.state_dict()) == names
    assert list(attributes(model)) == known
    assert all(each.grad is None for each in model.parameters())
    assert torch.equal(x, inputs())


@pytest.mark.parametrize("name", ["Functional", "Disturbing", "PythonDraw", "LayerDrop", "Noise"])
def test_generators_stay_where_they_are(name: str) -> None:
    model = made(name)
    own: list[Callable[[], object]] = [random.getstate, lambda: torch.get_rng_state().tolist()]
    if name == "Disturbing":
        own += [model.random.getstate, lambda: model.generator.get_state().tolist()]
    before = [state() for state in own]
    dropcheck.audit(model, inputs())
    assert [state() for state in own] == before


def test_numpy_stays_where_it_is() -> None:
    numpy = library("numpy")

    class Draws(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.new = numpy.random.default_rng(3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * float(numpy.random.rand()) * float(self.new.random())

    model = Draws()
    before = numpy.random.get_state()[1].tolist(), model.new.bit_generator.state
    report = dropcheck.audit(model, inputs())
    (operation,) = report.operations
    assert operation.name == "numpy.random"
    assert "def forward" in str(report)
    assert not report.ok
    assert (numpy.random.get_state()[1].tolist(), model.new.bit_generator.state) == before


def test_what_a_failing_model_did_is_undone() -> None:
    class Fails(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = made("Disturbing")

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise RuntimeError(str(self.inner(x)))

    model = Fails()
    before = {name: each.clone() for name, each in model.state_dict().items()}
    state = random.getstate()
    with pytest.raises(RuntimeError):
        dropcheck.audit(model, inputs())
    assert model.training
    assert random.getstate() == state
    assert all(torch.equal(each, before[name]) for name, each in model.state_dict().items())


def test_profilers_and_gradients_go_on() -> None:
    import sys  # noqa: PLC0415

    def profiler(*_: object) -> None:
        pass

    sys.setprofile(profiler)
    try:
        dropcheck.audit(made("Functional"), inputs())
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert torch.is_grad_enabled()


def test_a_model_trains_on_as_if_there_had_been_no_audit() -> None:
    losses = []
    for audits in (False, True):
        model, rate = made("Right"), 0.1
        torch.manual_seed(1)
        for _ in range(3):
            loss = model(inputs()).square().mean()
            loss.backward()
            with torch.no_grad():
                for each in model.parameters():
                    each.sub_(rate * (each.grad if each.grad is not None else 0))
            if audits:
                dropcheck.audit(model, inputs())
        losses.append(loss.item())
    assert losses[0] == losses[1]
