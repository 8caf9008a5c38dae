"""What an audit lists: every random operation that acts in evaluation, by name, rate, module and line."""

import random

import pytest
import torch
from torch import nn

import dropcheck
from dropcheck.errors import UserError
from dropcheck.live.operations import active_draw
from proof.audit.nets import NETS, made, nets, rows

pytestmark = pytest.mark.proof

X = torch.linspace(-1, 1, 32).view(4, 8)


@pytest.mark.parametrize(
    ("model", "name", "p", "module", "line"),
    [
        ("Functional", "dropout", 0.5, "", "return F.dropout(x, 0.5)"),
        ("Feature", "dropout2d", 0.5, "", "F.dropout2d(x[None"),
        ("Alpha", "alpha_dropout", 0.25, "", "F.alpha_dropout(x, 0.25"),
        ("InPlace", "dropout", 0.5, "", "inplace=True"),
        ("Attention", "scaled_dot_product_attention", 0.1, "", "dropout_p=0.1)"),
        ("Recurrent", "lstm", 0.4, "lstm", "return self.lstm(x)[0]"),
        ("Mask", "bernoulli", None, "", "torch.bernoulli("),
        ("Noise", "randn_like", None, "", "return x + torch.randn_like(x)"),
        ("PythonDraw", "random.random", None, "", "random.uniform("),
        ("Inference", "dropout", 0.5, "", "return F.dropout(x, 0.5)"),
        ("Unregistered", "dropout", 0.5, "drops[0]", "return self.drops[0](x)"),
        ("KeptInTraining", "dropout", 0.5, "drop", "return self.drop(x)"),
        ("Outer", "dropout", 0.5, "blocks.1", "return F.dropout(x, 0.5)"),
    ],
)
def test_active_operation_is_listed(model: str, name: str, p: float | None, module: str, line: str) -> None:
    report = dropcheck.audit(made(model), X.clone())
    (operation,) = report.operations
    assert (operation.name, operation.p, operation.module) == (name, p, module)
    assert operation.place is not None
    assert operation.place.path == str(NETS)
    assert operation.place.row in rows(line)
    assert operation.count == 1
    assert not report.ok
    assert line in str(report)


def test_model_that_follows_the_mode_is_ok() -> None:
    report = dropcheck.audit(made("Right"), X)
    assert report.operations == ()
    assert report.ok
    assert str(report).startswith("Right in evaluation mode: no random operation was active\n")


def test_every_way_of_dropout_is_seen_in_training() -> None:
    """The model that is silent in evaluation has much to be silent about."""
    from dropcheck.live.observe import observe  # noqa: PLC0415

    seen = observe(made("Right"), (X,), {}, training=True).seen.values()
    assert {(each.name, each.p) for each in seen if each.name != "rrelu_with_noise"} == {
        ("dropout", 0.5),
        ("alpha_dropout", 0.5),
        ("multi_head_attention_forward", 0.2),
        ("multi_head_attention_forward", 0.3),
        ("scaled_dot_product_attention", 0.1),
        ("dropout", 0.3),
        ("lstm", 0.4),
    }
    assert "rrelu_with_noise" in {each.name for each in seen}


def test_reasons_say_why_eval_did_not_help() -> None:
    (kept,) = dropcheck.audit(made("KeptInTraining"), X).operations
    assert "something calls train() on it" in kept.reason
    (lost,) = dropcheck.audit(made("Unregistered"), X).operations
    assert "not registered" in lost.reason


def test_the_fast_path_of_attention_stays_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.5, batch_first=True)
    taken = []
    fast = torch._transformer_encoder_layer_fwd
    monkeypatch.setattr(torch, "_transformer_encoder_layer_fwd", lambda *args: taken.append(1) or fast(*args))
    assert dropcheck.audit(layer, X[None]).ok
    assert taken == [1]


def test_numbers_that_are_not_used_do_no_harm() -> None:
    report = dropcheck.audit(made("LayerDrop"), X)
    assert {each.name for each in report.operations} == {"random.random", "rand"}
    assert not any(each.has_effect for each in report.operations)
    assert report.ok


def test_numbers_that_are_used_are_found_however_rarely_they_matter() -> None:
    report = dropcheck.audit(made("UsedLayerDrop"), X)
    assert not report.ok


def test_unused_numbers_do_not_hide_behind_dropout_that_is_meant() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = made("Prenet")
            self.then = made("LayerDrop")

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.then(self.first(x))
            return out

    report = dropcheck.audit(Both(), X)
    assert sorted((each.name, each.intended, each.has_effect) for each in report.operations) == [
        ("dropout", True, True),
        ("rand", False, False),
        ("random.random", False, False),
    ]
    assert report.ok


def test_marks_of_intent_are_shown_and_do_not_fail() -> None:
    report = dropcheck.audit(made("Meant"), X)
    assert [(each.intended, each.intent) for each in report.operations] == [
        (True, "augmentation"),
        (True, "Monte-Carlo dropout"),
    ]
    assert report.ok
    assert "intended: augmentation" in str(report)
    prenet = dropcheck.audit(made("Prenet"), X)
    assert [each.intent for each in prenet.operations] == ["prenet"]


def test_calls_in_a_loop_are_counted() -> None:
    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = made("Functional")

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(3):
                x = self.inner(x)
            return x

    (operation,) = dropcheck.audit(Loop(), X).operations
    assert operation.count == 3
    assert "3 times" in str(dropcheck.audit(Loop(), X))


def test_two_calls_in_one_row_are_two_operations() -> None:
    report = dropcheck.audit(made("Joined"), X)
    places = [each.place for each in report.operations]
    assert len(set(places)) == len(places)


def test_draws_out_of_sight_are_told() -> None:
    class Hidden(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            from threading import Thread  # noqa: PLC0415

            noise = []
            thread = Thread(target=lambda: noise.append(torch.rand(3)))
            thread.start()
            thread.join()
            return x + noise[0].sum()

    report = dropcheck.audit(Hidden(), X)
    assert "moved out of sight" in str(report)
    assert not report.ok


def test_assertion_says_what_and_where() -> None:
    dropcheck.assert_eval_deterministic(made("Right"), X)
    dropcheck.assert_eval_deterministic(made("Right"), x=X)
    (row,) = [row for row in rows("return F.dropout(x, 0.5)") if row < rows("class Feature")[0]]
    with pytest.raises(AssertionError, match=rf"nets\.py:{row}:16: dropout p=0\.5 in Functional"):
        dropcheck.assert_eval_deterministic(made("Functional"), X)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (3, r"audit needs a torch\.nn\.Module to run, not a int"),
        (nets.Right, r"not the class Right: call it first"),
    ],
)
def test_what_is_no_model_is_refused(model: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        dropcheck.audit(model)


def test_lazy_layers_are_refused() -> None:
    with pytest.raises(UserError, match="Lazy has lazy layers"):
        dropcheck.audit(made("Lazy"), X)


def test_errors_of_the_model_come_through_with_a_note() -> None:
    state = random.getstate()
    with pytest.raises(ValueError, match="no such\nlayer") as raised:
        dropcheck.audit(made("Failing"), X)
    assert raised.value.__notes__ == ["(raised while dropcheck.audit ran Failing in evaluation mode)"]
    assert random.getstate() == state


@pytest.mark.parametrize(
    ("name", "arguments", "rate"),
    [
        ("_cudnn_rnn.default", {"num_layers": 2, "dropout": 0.3, "train": True}, 0.3),
        ("_cudnn_rnn.default", {"num_layers": 2, "dropout": 0.3, "train": False}, None),
        ("_cudnn_rnn.default", {"num_layers": 1, "dropout": 0.3, "train": True}, None),
        ("_scaled_dot_product_efficient_attention.default", {"dropout_p": 0.1}, 0.1),
        ("_scaled_dot_product_efficient_attention.default", {}, None),
        ("_scaled_dot_product_flash_attention.default", {"dropout_p": 0.2}, 0.2),
        ("_fused_sdp_choice.default", {"dropout_p": 0.2}, None),
        ("native_dropout.default", {"p": 0.5, "train": True}, 0.5),
        ("native_dropout.default", {"p": 0.5, "train": False}, None),
    ],
)
def test_kernels_of_cuda_are_known_by_their_schemas(name: str, arguments: dict[str, object], rate: float | None) -> None:
    """No machine of ours has CUDA; its kernels take the same arguments."""
    packet, overload = name.split(".")
    draw = active_draw(getattr(getattr(torch.ops.aten, packet), overload), (), arguments)
    assert (draw.p if draw else None) == rate


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_on_cuda() -> None:
    assert dropcheck.audit(made("Right").cuda(), X.cuda()).ok
    before = torch.cuda.get_rng_state()
    assert not dropcheck.audit(made("Functional").cuda(), X.cuda()).ok
    assert torch.equal(before, torch.cuda.get_rng_state())
