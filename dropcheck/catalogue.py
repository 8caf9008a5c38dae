"""What dropout is: every function and module that drops, as data.

The entries for torch are held against the signatures of the installed torch by ``tests/proof/test_catalogue.py``. Sources:
https://docs.pytorch.org/docs/stable/nn.functional.html#dropout-functions,
https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html,
https://github.com/Dao-AILab/flash-attention, https://facebookresearch.github.io/xformers/components/ops.html,
https://pytorch-geometric.readthedocs.io/en/latest/modules/utils.html, https://docs.pytorch.org/vision/stable/ops.html,
https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/drop.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from dropcheck.frozen import dataclass


class Kind(Enum):
    """What sort of dropout an entry is."""

    FUNCTIONAL = "functional"
    ATTENTION = "attention"


class Required(Enum):
    """The default of a parameter that has none."""

    REQUIRED = "required"


REQUIRED = Required.REQUIRED

Default = float | bool | None | Required


@dataclass(frozen=True, slots=True)
class DropoutFunction:
    """A function that drops.

    Args:
        names: its qualified names, the documented one first.
        parameters: the names of its parameters, in order; keyword-only ones are listed behind ``keyword_only``.
        p: the parameter that holds the drop probability.
        p_default: its default.
        flag: the parameter that switches dropout on; None where p itself must be gated.
        flag_default: its default.
        inplace: the parameter that makes it write into its input; ``always`` for forms named with a trailing underscore.
        keyword_only: how many of ``parameters``, counted from the end, must be named.
        kind: functional dropout or attention with dropout inside.
        module: the qualified name of the Module with the same effect.
    """

    names: tuple[str, ...]
    parameters: tuple[str, ...]
    p: str
    p_default: Default = REQUIRED
    flag: str | None = None
    flag_default: Default = REQUIRED
    inplace: str | None = None
    keyword_only: int = 0
    kind: Kind = Kind.FUNCTIONAL
    module: str | None = None

    @property
    def name(self) -> str:
        """The documented qualified name."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class DropoutModule:
    """A Module that drops while it is in training mode.

    Args:
        names: its qualified names, the documented one first.
        function: the name in ``torch.nn.functional`` that its forward calls.
    """

    names: tuple[str, ...]
    function: str

    @property
    def name(self) -> str:
        """The documented qualified name."""
        return self.names[0]


MODULE_PARAMETERS = ("p", "inplace")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _functional(name: str, flag_default: bool, module: str) -> DropoutFunction:
    return DropoutFunction(
        names=(f"torch.nn.functional.{name}",),
        parameters=("input", "p", "training", "inplace"),
        p="p",
        p_default=0.5,
        flag="training",
        flag_default=flag_default,
        inplace="inplace",
        module=f"torch.nn.{module}",
    )


def _torch(name: str, module: str | None = None) -> tuple[DropoutFunction, ...]:
    twin = None if module is None else f"torch.nn.{module}"
    plain = DropoutFunction((f"torch.{name}",), ("input", "p", "train"), p="p", flag="train", module=twin)
    in_place = DropoutFunction((f"torch.{name}_",), ("input", "p", "train"), p="p", flag="train", inplace="always")
    return (plain, in_place)


def _attention(
    names: tuple[str, ...], parameters: str, p: str, p_default: Default = 0.0, keyword_only: int = 0
) -> DropoutFunction:
    return DropoutFunction(names, _words(parameters), p, p_default, kind=Kind.ATTENTION, keyword_only=keyword_only)


def _flash(name: str, parameters: str, p_default: Default = 0.0) -> DropoutFunction:
    places = ("flash_attn", "flash_attn.flash_attn_interface")
    return _attention(tuple(f"{place}.{name}" for place in places), parameters, "dropout_p", p_default)


def _geometric(name: str, parameters: str, p: str = "p", p_default: Default = 0.5) -> DropoutFunction:
    places = ("torch_geometric.utils", f"torch_geometric.utils.{_GEOMETRIC_FILES[name]}")
    names = tuple(f"{place}.{name}" for place in places)
    return DropoutFunction(names, _words(parameters), p, p_default, flag="training", flag_default=True)


_GEOMETRIC_FILES = {
    "dropout_adj": "dropout",
    "dropout_edge": "dropout",
    "dropout_node": "dropout",
    "dropout_path": "dropout",
    "mask_feature": "augmentation",
    "add_random_edge": "augmentation",
}


def _vision(name: str, file: str, parameters: str) -> DropoutFunction:
    names = (f"torchvision.ops.{name}", f"torchvision.ops.{file}.{name}")
    return DropoutFunction(names, _words(parameters), "p", flag="training", flag_default=True)


def _timm(name: str, parameters: str, p_default: float) -> DropoutFunction:
    names = tuple(f"{place}.{name}" for place in ("timm.layers", "timm.layers.drop", "timm.models.layers"))
    return DropoutFunction(names, _words(parameters), "drop_prob", p_default, flag="training", flag_default=False)


_FLASH_TAIL = "dropout_p softmax_scale causal window_size softcap alibi_slopes deterministic return_attn_probs"
_FLASH_LENGTHS = "cu_seqlens_q cu_seqlens_k max_seqlen_q max_seqlen_k"

FUNCTIONS: tuple[DropoutFunction, ...] = (
    _functional("dropout", True, "Dropout"),
    _functional("dropout1d", True, "Dropout1d"),
    _functional("dropout2d", True, "Dropout2d"),
    _functional("dropout3d", True, "Dropout3d"),
    _functional("alpha_dropout", False, "AlphaDropout"),
    _functional("feature_alpha_dropout", False, "FeatureAlphaDropout"),
    DropoutFunction(
        names=("torch.nn.functional.multi_head_attention_forward",),
        parameters=_words(
            "query key value embed_dim_to_check num_heads in_proj_weight in_proj_bias bias_k bias_v add_zero_attn"
            " dropout_p out_proj_weight out_proj_bias training key_padding_mask need_weights attn_mask"
            " use_separate_proj_weight q_proj_weight k_proj_weight v_proj_weight static_k static_v"
            " average_attn_weights is_causal"
        ),
        p="dropout_p",
        flag="training",
        flag_default=True,
        kind=Kind.ATTENTION,
    ),
    _attention(
        (
            "torch.nn.functional.scaled_dot_product_attention",
            "torch._C._nn.scaled_dot_product_attention",
        ),
        "query key value attn_mask dropout_p is_causal scale enable_gqa",
        "dropout_p",
        keyword_only=2,
    ),
    *_torch("dropout", "Dropout"),
    *_torch("alpha_dropout", "AlphaDropout"),
    *_torch("feature_dropout"),
    *_torch("feature_alpha_dropout", "FeatureAlphaDropout"),
    DropoutFunction(("torch.native_dropout",), ("input", "p", "train"), p="p", flag="train"),
    _flash("flash_attn_func", f"q k v {_FLASH_TAIL}"),
    _flash("flash_attn_qkvpacked_func", f"qkv {_FLASH_TAIL}"),
    _flash("flash_attn_kvpacked_func", f"q kv {_FLASH_TAIL}"),
    _flash("flash_attn_varlen_func", f"q k v {_FLASH_LENGTHS} {_FLASH_TAIL} block_table"),
    _flash("flash_attn_varlen_qkvpacked_func", f"qkv cu_seqlens max_seqlen {_FLASH_TAIL}"),
    _flash("flash_attn_varlen_kvpacked_func", f"q kv {_FLASH_LENGTHS} {_FLASH_TAIL}"),
    # Version 1 had no default for dropout_p.
    _flash(
        "flash_attn_unpadded_func",
        f"q k v {_FLASH_LENGTHS} dropout_p softmax_scale causal return_attn_probs deterministic",
        REQUIRED,
    ),
    _flash(
        "flash_attn_unpadded_qkvpacked_func",
        "qkv cu_seqlens max_seqlen dropout_p softmax_scale causal return_attn_probs deterministic",
        REQUIRED,
    ),
    _flash(
        "flash_attn_unpadded_kvpacked_func",
        f"q kv {_FLASH_LENGTHS} dropout_p softmax_scale causal return_attn_probs deterministic",
        REQUIRED,
    ),
    _attention(
        ("xformers.ops.memory_efficient_attention", "xformers.ops.fmha.memory_efficient_attention"),
        "query key value attn_bias p scale op output_dtype",
        "p",
    ),
    _geometric("dropout_adj", "edge_index edge_attr p force_undirected num_nodes training"),
    _geometric("dropout_edge", "edge_index p force_undirected training"),
    _geometric("dropout_node", "edge_index p num_nodes training relabel_nodes"),
    _geometric(
        "dropout_path",
        "edge_index p walks_per_node walk_length num_nodes is_sorted training",
        p_default=0.2,
    ),
    _geometric("mask_feature", "x p mode fill_value training"),
    _geometric("add_random_edge", "edge_index p force_undirected num_nodes training"),
    _vision("drop_block2d", "drop_block", "input p block_size inplace eps training"),
    _vision("drop_block3d", "drop_block", "input p block_size inplace eps training"),
    _vision("stochastic_depth", "stochastic_depth", "input p mode training"),
    _timm("drop_path", "x drop_prob training scale_by_keep", 0.0),
    _timm(
        "drop_block_2d",
        "x drop_prob block_size gamma_scale with_noise inplace batchwise couple_channels scale_by_keep training",
        0.1,
    ),
    _timm("drop_block_fast_2d", "x drop_prob block_size gamma_scale with_noise inplace training", 0.1),
)


def _module(name: str, function: str) -> DropoutModule:
    places = ("torch.nn", "torch.nn.modules", "torch.nn.modules.dropout")
    return DropoutModule(tuple(f"{place}.{name}" for place in places), function)


MODULES: tuple[DropoutModule, ...] = (
    _module("Dropout", "dropout"),
    _module("Dropout1d", "dropout1d"),
    _module("Dropout2d", "dropout2d"),
    _module("Dropout3d", "dropout3d"),
    _module("AlphaDropout", "alpha_dropout"),
    _module("FeatureAlphaDropout", "feature_alpha_dropout"),
)

#: Third-party classes that are known to be ``torch.nn.Module`` subclasses, besides everything under ``torch.nn``.
MODULE_BASES: frozenset[str] = frozenset(
    {
        "torch.jit.ScriptModule",
        "torch.fx.GraphModule",
        "pytorch_lightning.LightningModule",
        "lightning.LightningModule",
        "lightning.pytorch.LightningModule",
        "lightning.fabric.wrappers._FabricModule",
        "transformers.PreTrainedModel",
        "transformers.modeling_utils.PreTrainedModel",
        "transformers.BertPreTrainedModel",
        "transformers.RobertaPreTrainedModel",
        "transformers.modeling_layers.GradientCheckpointingLayer",
        "diffusers.ModelMixin",
        "diffusers.models.modeling_utils.ModelMixin",
        "torch_geometric.nn.MessagePassing",
        "torch_geometric.nn.conv.MessagePassing",
        "torch_geometric.nn.conv.message_passing.MessagePassing",
        "fairseq.models.FairseqEncoder",
        "fairseq.models.FairseqDecoder",
        "fairseq.models.FairseqIncrementalDecoder",
        "fairseq.models.FairseqEncoderDecoderModel",
        "fairseq.models.FairseqLanguageModel",
        "fairseq.models.BaseFairseqModel",
        "fairseq2.nn.Module",
        "mmengine.model.BaseModule",
        "mmengine.model.BaseModel",
        "mmcv.runner.BaseModule",
        "allennlp.models.Model",
        "allennlp.modules.Seq2SeqEncoder",
        "botorch.models.model.Model",
        "gpytorch.Module",
        "gpytorch.models.ExactGP",
        "pyro.nn.PyroModule",
        "stable_baselines3.common.torch_layers.BaseFeaturesExtractor",
        "timm.models.vision_transformer.VisionTransformer",
        "sentence_transformers.SentenceTransformer",
        "espnet2.train.abs_espnet_model.AbsESPnetModel",
        "recbole.model.abstract_recommender.GeneralRecommender",
        "recbole.model.abstract_recommender.SequentialRecommender",
        "torchvision.models.ResNet",
    }
)


_CHECKPOINT = frozenset({"use_reentrant", "preserve_rng_state", "context_fn", "determinism_check", "debug", "early_stop"})
#: Functions that call their first argument with the others, each with the keywords that it keeps to itself.
CALLING_FIRST: Mapping[str, frozenset[str]] = {
    "torch.utils.checkpoint.checkpoint": _CHECKPOINT,
    "deepspeed.checkpointing.checkpoint": frozenset(),
    "deepspeed.runtime.activation_checkpointing.checkpointing.checkpoint": frozenset(),
}
#: Functions that give back the function they are given, in effect.
WRAPPERS: frozenset[str] = frozenset(
    {
        "torch.compile",
        "torch.compiler.disable",
        "torch.func.vmap",
        "torch.jit.ignore",
        "torch.jit.script",
        "torch.jit.script_if_tracing",
        "torch.vmap",
    }
)

#: Classes under ``torch.nn`` that are no Modules.
_NOT_MODULES = frozenset({"Parameter", "Buffer", "UninitializedParameter", "UninitializedBuffer", "LazyModuleMixin"})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The entries in force: ours and the user's.

    Args:
        functions: functions that drop, by each qualified name.
        modules: Modules that drop, by each qualified name.
        module_bases: qualified names of known Module classes.
    """

    functions: Mapping[str, DropoutFunction]
    modules: Mapping[str, DropoutModule]
    module_bases: frozenset[str]

    def is_module_class(self, name: str) -> bool:
        """Whether a qualified name is known to be a ``torch.nn.Module`` subclass (or that class itself)."""
        if name in self.module_bases:
            return True
        parts = name.split(".")
        if parts[:2] != ["torch", "nn"] or len(parts) < 3 or not parts[-1][:1].isupper():
            return False
        if parts[-1] in _NOT_MODULES or parts[-1].endswith("Options"):
            return False
        return len(parts) == 3 or parts[2] in {"modules", "parallel", "quantized", "qat"}

    def words(self) -> tuple[str, ...]:
        """Words of which every file with a site holds at least one."""
        return tuple(sorted({name.rpartition(".")[2] for name in (*self.functions, *self.modules)}))


def build_catalogue(functions: Iterable[DropoutFunction] = (), module_bases: Iterable[str] = ()) -> Catalogue:
    """Build the catalogue in force.

    Args:
        functions: the user's own entries; they win over ours of the same name.
        module_bases: further qualified names of Module classes.

    Returns:
        The catalogue of our entries and these.
    """
    return Catalogue(
        functions={name: entry for entry in (*FUNCTIONS, *functions) for name in entry.names},
        modules={name: entry for entry in MODULES for name in entry.names},
        module_bases=MODULE_BASES | frozenset(module_bases),
    )
