"""Compiled, scripted, traced, Lightning and transformers models."""

import pytest
import torch
from torch import fx, nn
from torch.nn import functional as F  # noqa: N812

import dropcheck
from dropcheck.errors import UserError
from proof.audit.nets import NETS, library, made, rows

pytestmark = pytest.mark.proof

X = torch.linspace(-1, 1, 32).view(4, 8)


class Bad(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.25)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.dropout(self.drop(x), 0.5, True)


def test_compiled_models_run_as_they_were_written() -> None:
    for model in (torch.compile(made("Outer")), torch.compile(made("Right"), fullgraph=True)):
        report = dropcheck.audit(model, X)
        assert [each.module for each in report.operations] == (["blocks.1"] if not report.ok else [])
        assert report.model in {"Outer", "Right"}
    in_place = made("Functional")
    in_place.compile()
    assert not dropcheck.audit(in_place, X).ok


@pytest.mark.parametrize("make", [torch.jit.script, lambda model: torch.jit.trace(model, X, check_trace=False)])
def test_scripts_tell_the_lines_that_may_have_drawn(make) -> None:
    class Mask(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * torch.rand_like(x)

    model = make(Mask().eval())
    (operation,) = dropcheck.audit(model, X).operations
    assert operation.module_class == "Mask"
    assert operation.name == "rand_like"
    assert "TorchScript" in operation.reason
    assert f"{__file__}:" in operation.reason


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_scripted_model_keeps_its_mode() -> None:
    model = torch.jit.script(Bad())
    assert model.drop.training
    report = dropcheck.audit(model, X)
    assert len(report.operations) == 1
    assert model.training
    assert model.drop.training


def test_models_without_memory() -> None:
    """On the device meta nothing is computed, so that even the largest model can be audited."""
    with torch.device("meta"):
        right, random, noise = made("Right"), made("Outer"), made("Noise")
    x = X.to("meta")
    assert dropcheck.audit(right, x).ok
    assert [each.module for each in dropcheck.audit(random, x).operations] == ["blocks.1"]
    assert not dropcheck.audit(noise, x).ok


def test_own_way_into_evaluation_is_taken() -> None:
    class Own(Bad):
        def eval(self) -> nn.Module:
            super().eval()
            return self.drop.train()

    assert len(dropcheck.audit(Own(), X).operations) == 2


def test_graph_modules() -> None:
    (operation,) = dropcheck.audit(fx.symbolic_trace(Bad()), X).operations
    assert (operation.name, operation.p) == ("dropout", 0.5)
    assert "torch.nn.functional.dropout" in str(dropcheck.audit(fx.symbolic_trace(Bad()), X))


def test_data_parallel_names_the_module() -> None:
    (operation,) = dropcheck.audit(nn.DataParallel(made("Outer")), X).operations
    assert operation.module == "module.blocks.1"


def test_sequential_has_names_but_no_lines() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Sequential(nn.Dropout(0.5)))
    model.register_forward_pre_hook(lambda *_: model[1][0].train() and None)
    (operation,) = dropcheck.audit(model, X).operations
    assert (operation.module, operation.module_class, operation.place) == ("1.0", "Dropout", None)
    assert "(no line known): dropout p=0.5 in 1.0 (Dropout)" in str(dropcheck.audit(model, X))


def test_lightning_module() -> None:
    lightning = library("pytorch_lightning")

    class Lit(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = made("Outer")

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.net(x)
            return out

        def training_step(self, batch: torch.Tensor) -> torch.Tensor:
            return self(batch).mean()

    model = Lit()
    (operation,) = dropcheck.audit(model, X).operations
    assert operation.module == "net.blocks.1"
    assert operation.place is not None
    assert (operation.place.path, operation.place.row in rows("return F.dropout(x, 0.5)")) == (str(NETS), True)


@pytest.mark.parametrize("name", ["bert", "wav2vec2", "t5"])
def test_transformers_models(name: str) -> None:
    library("transformers")
    from benchmarks.audit_models import CASES  # noqa: PLC0415

    (case,) = [case for case in CASES if case.name == name]
    model = case.build()
    dropcheck.assert_eval_deterministic(model, **case.example())
    dropouts = [module for module in model.modules() if isinstance(module, nn.Dropout)]
    assert all(module.training is model.training for module in dropouts)


def test_transformers_model_with_a_dropout_that_stays_on() -> None:
    library("transformers")
    from benchmarks.audit_models import CASES  # noqa: PLC0415

    (case,) = [case for case in CASES if case.name == "bert"]
    model = case.build()
    drop = model.encoder.layer[1].output.dropout
    drop.forward = lambda x: F.dropout(x, 0.3)
    (operation,) = dropcheck.audit(model, **case.example()).operations
    assert operation.name == "dropout"
    assert operation.module == "encoder.layer.1.output.dropout"


def test_old_torch_and_lazy_models_are_told_in_a_sentence() -> None:
    with pytest.raises(UserError, match="call it once before the audit"):
        dropcheck.audit(nn.Sequential(nn.LazyLinear(3)), X)
