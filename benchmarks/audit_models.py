"""Small models of transformers, each made from a configuration and never downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

RATE = 0.3
#: What configurations call their sizes; whatever one has of these is made small.
_SIZES: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "hidden_size", "intermediate_size", "d_model", "n_embd", "encoder_ffn_dim", "decoder_ffn_dim", "d_ff", "dim",
            "hidden_dim", "emb_dim", "embedding_size", "ffn_dim", "word_embed_proj_dim", "d_inner", "d_embed", "image_size",
        ),
        32,
    ),
    **dict.fromkeys(("num_hidden_layers", "n_layer", "num_layers", "n_layers", "encoder_layers", "decoder_layers"), 2),
    **dict.fromkeys(
        ("num_attention_heads", "n_head", "num_heads", "n_heads", "encoder_attention_heads", "decoder_attention_heads"), 4
    ),
    **dict.fromkeys(("vocab_size", "max_position_embeddings", "n_positions"), 64),
    "num_key_value_heads": 2,
    **dict.fromkeys(("d_kv", "patch_size", "head_dim", "d_head"), 8),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelCase:
    """A model type.

    Args:
        name: what ``AutoConfig.for_model`` calls it.
        settings: what its configuration needs besides small sizes; what is None stays as it is.
        inputs: the shapes of its inputs; those whose names end with ``ids`` are token ids.
    """

    name: str
    settings: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def build(self, attention: str | None = None) -> nn.Module:
        """The model, with every dropout rate of its configuration above zero.

        Args:
            attention: which of its implementations of attention to take; None: its default.
        """
        # Imported here, so that what else is in this file can be used without it.
        from transformers import AutoConfig, AutoModel  # noqa: PLC0415

        torch.manual_seed(0)
        plain = AutoConfig.for_model(self.name)
        sizes = {name: size for name, size in _SIZES.items() if isinstance(getattr(plain, name, None), int)}
        rates = {name: RATE for name, rate in plain.to_dict().items() if "drop" in name and isinstance(rate, int | float)}
        wanted = {name: value for name, value in {**sizes, **rates, **self.settings}.items() if value is not None}
        model = AutoModel.from_config(AutoConfig.for_model(self.name, **wanted), attn_implementation=attention)
        assert isinstance(model, nn.Module)
        return model

    def example(self) -> dict[str, torch.Tensor]:
        """Inputs for its forward."""
        generator = torch.Generator().manual_seed(0)
        made = {}
        for name, shape in self.inputs.items():
            if name.endswith("ids"):
                made[name] = torch.arange(torch.Size(shape).numel()).view(shape) % 7 + 3
            else:
                made[name] = torch.randn(shape, generator=generator)
        return made


_TEXT = {"input_ids": (2, 7)}
_PAIR = {"input_ids": (2, 7), "decoder_input_ids": (2, 7)}
_IMAGE = {"pixel_values": (2, 3, 32, 32)}
_SOUND = {"input_values": (2, 16_000)}


def _all(names: str, inputs: Mapping[str, tuple[int, ...]]) -> tuple[ModelCase, ...]:
    return tuple(ModelCase(name, inputs=inputs) for name in names.split())


CASES = (
    *_all(
        "albert bert big_bird biogpt bloom canine clip_text_model convbert ctrl deberta deberta-v2 distilbert electra ernie fnet"
        " gemma gpt2 gpt_neox ibert layoutlm llama longformer mistral mobilebert mpnet mpt nystromformer openai-gpt opt phi qwen2"
        " roberta roformer squeezebert starcoder2 xglm xlm yoso",
        _TEXT,
    ),
    *_all("bart blenderbot fsmt led longt5 m2m_100 mbart mt5 pegasus t5", _PAIR),
    *_all("beit deit segformer vit", _IMAGE),
    *(ModelCase(name, {"num_conv_pos_embeddings": 4}, _SOUND) for name in ("wav2vec2", "hubert", "wavlm", "unispeech-sat")),
    ModelCase(
        "whisper",
        {"vocab_size": None, "num_mel_bins": 8, "max_source_positions": 8},
        {"input_features": (2, 8, 16), "decoder_input_ids": (2, 7)},
    ),
    ModelCase("marian", {"pad_token_id": 0, "decoder_start_token_id": 0}, _PAIR),
    ModelCase("prophetnet", {"num_hidden_layers": None, "num_encoder_layers": 2, "num_decoder_layers": 2}, _PAIR),
)
