"""Model files of public libraries, and how to make a small model of each."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import torch
from torch import nn

P = 0.3
IDS = torch.arange(10).view(2, 5) % 7 + 3
FRAMES = torch.linspace(-1, 1, 80).view(2, 5, 8)
WIDE = torch.linspace(-1, 1, 160).view(2, 5, 16)
LENGTHS = torch.tensor([5, 5])
#: A tiny encoder and decoder, in the words that most such models share.
PAIR = {
    "vocab_size": 32,
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
}
RATES = {"dropout": P, "activation_dropout": P, "attention_dropout": P}


class Called(nn.Module):
    """A model with what it is called with, so that all of them are called alike."""

    def __init__(self, model: nn.Module, *args: object, **kwargs: object) -> None:
        super().__init__()
        self.model = model
        self.arguments = args, kwargs

    def forward(self) -> object:
        args, kwargs = self.arguments
        return self.model(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class Case:
    """One file of a library.

    Args:
        module: its dotted name.
        make: a model of it, when the module has been loaded.
        classes: those whose functional dropout must all have become modules.
        always_on: whether the dropout of the model as published stays on in evaluation.
        bases: other modules that say what the classes are.
    """

    module: str
    make: Callable[[ModuleType], Called]
    classes: tuple[str, ...]
    always_on: bool = False
    bases: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """The library."""
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return self.module


def of_transformers(name: str, classes: str, make: Callable[[ModuleType, ModuleType], Called]) -> Case:
    """A case of transformers, made with the module and with that of its configuration."""
    package = f"transformers.models.{name}"
    return Case(
        f"{package}.modeling_{name}",
        lambda module: make(module, import_module(f"{package}.configuration_{name}")),
        tuple(classes.split()),
        bases=("transformers.modeling_layers",),
    )


def convolution(name: str, cls: str) -> Case:
    """A convolution that stands in for attention in espnet."""
    return Case(
        f"espnet.nets.pytorch_backend.transformer.{name}",
        lambda module: Called(getattr(module, cls)(2, 8, P, 3, False), FRAMES, FRAMES, FRAMES, None),
        (cls,),
    )


def bart(module: ModuleType, config: ModuleType) -> Called:
    return Called(module.BartModel(config.BartConfig(**PAIR, **RATES)), IDS, decoder_input_ids=IDS)


def led(module: ModuleType, config: ModuleType) -> Called:
    made = config.LEDConfig(**PAIR, **RATES, attention_window=4)
    return Called(module.LEDModel(made), IDS, decoder_input_ids=IDS)


def fsmt(module: ModuleType, config: ModuleType) -> Called:
    made = config.FSMTConfig(**PAIR, **RATES, src_vocab_size=32, tgt_vocab_size=32)
    return Called(module.FSMTModel(made), IDS, decoder_input_ids=IDS)


def whisper(module: ModuleType, config: ModuleType) -> Called:
    made = config.WhisperConfig(**PAIR, **RATES, num_mel_bins=8, max_source_positions=8)
    return Called(module.WhisperEncoder(made), torch.linspace(-1, 1, 256).view(2, 8, 16))


def prophetnet(module: ModuleType, config: ModuleType) -> Called:
    made = config.ProphetNetConfig(
        **RATES,
        vocab_size=32,
        hidden_size=16,
        num_encoder_layers=1,
        num_decoder_layers=1,
        num_encoder_attention_heads=2,
        num_decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
    )
    return Called(module.ProphetNetModel(made), IDS, decoder_input_ids=IDS)


def mpt(module: ModuleType, config: ModuleType) -> Called:
    made = config.MptConfig(d_model=16, n_heads=2, n_layers=1, vocab_size=32, resid_pdrop=P)
    return Called(module.MptModel(made), IDS)


def xlm(module: ModuleType, config: ModuleType) -> Called:
    made = config.XLMConfig(vocab_size=32, emb_dim=16, n_layers=1, n_heads=2, dropout=P, attention_dropout=P)
    return Called(module.XLMModel(made), IDS)


def starcoder2(module: ModuleType, config: ModuleType) -> Called:
    made = config.Starcoder2Config(
        vocab_size=32,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        residual_dropout=P,
        embedding_dropout=P,
        attention_dropout=P,
    )
    return Called(module.Starcoder2Model(made), IDS)


def detr(module: ModuleType, config: ModuleType) -> Called:
    made = config.DetrConfig(
        use_timm_backbone=False,
        backbone_config={"model_type": "resnet"},
        **{name: value for name, value in PAIR.items() if name != "vocab_size"},
        **RATES,
    )
    return Called(module.DetrEncoder(made), WIDE)


def reformer(module: ModuleType, config: ModuleType) -> Called:
    """The embeddings only: the layers draw a new seed of their own in each call."""
    made = config.ReformerConfig(
        vocab_size=32, hidden_size=16, axial_pos_embds_dim=(8, 8), axial_pos_shape=(4, 4), hidden_dropout_prob=P
    )
    return Called(module.ReformerEmbeddings(made), torch.arange(32).view(2, 16))


def kosmos2(module: ModuleType, config: ModuleType) -> Called:
    made = config.Kosmos2TextConfig(vocab_size=32, embed_dim=16, layers=1, ffn_dim=16, attention_heads=2, **RATES)
    return Called(module.Kosmos2TextTransformer(made), IDS)


def opt(module: ModuleType, config: ModuleType) -> Called:
    made = config.OPTConfig(
        vocab_size=32, hidden_size=16, num_hidden_layers=1, ffn_dim=16, num_attention_heads=2, word_embed_proj_dim=16, dropout=P
    )
    return Called(module.OPTModel(made), IDS)


def longt5(module: ModuleType, config: ModuleType) -> Called:
    made = config.LongT5Config(
        vocab_size=32, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2, local_radius=2, dropout_rate=P
    )
    return Called(module.LongT5EncoderModel(made), IDS)


def beats(module: ModuleType, config: object) -> Called:
    small = {"encoder_layers": 1, "encoder_embed_dim": 16, "encoder_ffn_embed_dim": 16, "encoder_attention_heads": 2}
    for name, value in {**small, "conv_pos": 4, "conv_pos_groups": 2, "dropout": P}.items():
        setattr(config, name, value)
    return Called(module.TransformerEncoder(config), WIDE)


class Tacotron2(nn.Module):
    """The parts that hold dropout, one behind the other."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__()
        self.encoder = module.Encoder(2, 8, 5)
        self.decoder = module.Decoder(8, 1, 8, 8, 2, 3, 8, 8, 8, 5, 0.5, P, P, True)
        self.decoder.prenet.dropout = 0.0  # it is meant to drop in evaluation, which would hide what is not
        self.postnet = module.Postnet(8, 8, 5, 3)

    def forward(self, text: torch.Tensor, sound: torch.Tensor) -> object:
        decoded, *rest = self.decoder(self.encoder(text, LENGTHS), sound, LENGTHS)
        return self.postnet(decoded), *rest


def kolors(module: ModuleType) -> Called:
    config = module.ChatGLMConfig(
        num_layers=1, hidden_size=16, ffn_hidden_size=16, kv_channels=8, num_attention_heads=2, hidden_dropout=P
    )
    block = module.GLMBlock(config, 1)
    for parameter in block.parameters():  # made without initial values
        nn.init.normal_(parameter, std=0.1)
    return Called(block, WIDE.transpose(0, 1), None, None)


def ldm_bert(module: ModuleType) -> Called:
    config = module.LDMBertConfig(
        vocab_size=32,
        max_position_embeddings=16,
        encoder_layers=1,
        encoder_ffn_dim=16,
        encoder_attention_heads=2,
        head_dim=8,
        d_model=16,
        **RATES,
    )
    return Called(module.LDMBertModel(config), IDS)


MODELS = (
    of_transformers("bart", "BartEncoderLayer BartDecoderLayer BartEncoder BartDecoder", bart),
    of_transformers("led", "LEDEncoderSelfAttention LEDDecoderAttention LEDEncoderLayer LEDDecoderLayer LEDEncoder", led),
    of_transformers("fsmt", "EncoderLayer FSMTEncoder DecoderLayer FSMTDecoder Attention", fsmt),
    of_transformers("whisper", "WhisperEncoderLayer WhisperEncoder", whisper),
    of_transformers("prophetnet", "ProphetNetAttention ProphetNetFeedForward ProphetNetDecoder", prophetnet),
    of_transformers("mpt", "MptAttention MptMLP", mpt),
    of_transformers("xlm", "MultiHeadAttention TransformerFFN XLMModel", xlm),
    of_transformers("starcoder2", "Starcoder2MLP Starcoder2Attention Starcoder2Model", starcoder2),
    of_transformers("detr", "DetrMLP DetrEncoderLayer DetrEncoder", detr),
    of_transformers("reformer", "AxialPositionEmbeddings ReformerEmbeddings ReformerEncoder", reformer),
    of_transformers("kosmos2", "Kosmos2TextFFN Kosmos2TextBlock Kosmos2TextTransformer", kosmos2),
    of_transformers("opt", "OPTDecoderLayer", opt),
    of_transformers("longt5", "LongT5LocalAttention", longt5),
    convolution("dynamic_conv", "DynamicConvolution"),
    convolution("dynamic_conv2d", "DynamicConvolution2D"),
    convolution("lightconv", "LightweightConvolution"),
    convolution("lightconv2d", "LightweightConvolution2D"),
    Case(
        "espnet2.asr.ctc",
        lambda module: Called(module.CTC(9, 8, P), FRAMES, LENGTHS, torch.tensor([[1, 2], [3, 4]]), torch.tensor([2, 2])),
        ("CTC",),
        always_on=True,
    ),
    Case(
        "espnet2.gan_tts.wavenet.residual_block",
        lambda module: Called(
            module.ResidualBlock(
                residual_channels=8, gate_channels=8, skip_channels=8, aux_channels=-1, global_channels=-1, dropout_rate=P
            ),
            FRAMES.transpose(1, 2),
        ),
        ("ResidualBlock",),
    ),
    Case(
        "espnet2.asr.encoder.beats_encoder",
        lambda module: beats(module, module.BeatsConfig()),
        ("TransformerEncoder",),
        bases=("espnet2.asr.encoder.abs_encoder",),
    ),
    Case(
        "speechbrain.lobes.models.Cnn14",
        lambda module: Called(module.Cnn14(32, 8), torch.linspace(-1, 1, 2048).view(2, 32, 32)),
        ("Cnn14",),
    ),
    Case(
        "speechbrain.lobes.models.HifiGAN",
        lambda module: Called(module.VariancePredictor(8, 8, 3, P), FRAMES),
        ("VariancePredictor",),
    ),
    Case(
        "speechbrain.lobes.models.Tacotron2",
        lambda module: Called(Tacotron2(module), FRAMES.transpose(1, 2), FRAMES.transpose(1, 2)),
        ("Postnet", "Encoder", "Decoder"),
    ),
    Case(
        "speechbrain.lobes.models.beats",
        lambda module: beats(module, module.BEATsConfig({})),
        ("TransformerEncoder",),
    ),
    Case("diffusers.pipelines.kolors.text_encoder", kolors, ("GLMBlock",)),
    Case(
        "diffusers.pipelines.latent_diffusion.pipeline_latent_diffusion",
        ldm_bert,
        ("LDMBertAttention", "LDMBertEncoderLayer", "LDMBertEncoder"),
    ),
)


@dataclass(frozen=True, slots=True)
class Declined:
    """A class whose calls must stay as they are.

    Args:
        module: the dotted name of its file.
        name: its name.
        reason: what is said about it.
        bases: other modules that say what the class is.
    """

    module: str
    name: str
    reason: str
    bases: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


ON_PURPOSE = "always on, and that may be meant"
DECLINED = (
    Declined("espnet.nets.pytorch_backend.rnn.encoders", "RNNP", "sets attributes by computed names"),
    Declined("espnet.nets.pytorch_backend.tacotron2.decoder", "Prenet", ON_PURPOSE),
    Declined("speechbrain.lobes.models.Tacotron2", "Prenet", ON_PURPOSE),
    Declined("transformers.models.esmfold2.modeling_esmfold2", "EsmFold2Model", ON_PURPOSE),
    Declined("diffusers.hooks.layer_skip", "FeedForwardSkipHook", "is no torch.nn.Module", bases=("diffusers.hooks.hooks",)),
    Declined(
        "fairseq2.models.transformer.sdpa.soft_capped",
        "SoftCappedSDPA",
        "can change from call to call",
        bases=("fairseq2.models.transformer.sdpa.base",),
    ),
)
