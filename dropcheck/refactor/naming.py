"""What the new modules are called: after their rate or what they are fed with, and like nothing else in the class."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import libcst as cst

from dropcheck.refactor.family import Family
from dropcheck.refactor.tree import attribute_path, walk_scope
from dropcheck.worlds import Imported

_ATTENTION = re.compile(r"(?:^|_)(?:attn|att|attention|attentions|alpha|alphas|scores?|attw|probs)(?:_|$)")
_EMBEDDING = re.compile(r"(?:^|_)(?:emb|embs|embed|embeds|embedding|embeddings)(?:_|$)")
#: What people add to the name of a rate, and what may stand for the word itself.
_SUFFIX = re.compile(r"(?:(?:_(?:p|rate|prob|probability|probs|ratio|value|val))+|_?p?(?:rate|prob|ratio)|(?<=dropout)s)(?=\d*$)")
_PREFIX = re.compile(r"^(?:p|rate|prob)_")
_SHORT = re.compile(r"(?:^|_)p?drop$")
_NAMED = re.compile(
    r"\b(?:(?:get|has|set|del)attr\(\s*[\w.]+\s*,|(?:register_(?:buffer|parameter|module)|add_module)\(\s*(?:name\s*=)?)\s*[\"'](\w+)[\"']"
)

#: Attributes that the Modules of torch.nn have, by the last name of the class; every Module has the first ones.
_EVERY_MODULE = frozenset(
    "training forward call_super_init dump_patches T_destination half float double type to cpu cuda eval train apply".split()  # noqa: SIM905
)
_OF_TORCH = {
    "RNN": ("dropout",),
    "LSTM": ("dropout",),
    "GRU": ("dropout",),
    "RNNBase": ("dropout",),
    "MultiheadAttention": ("dropout",),
    "TransformerEncoderLayer": ("dropout", "dropout1", "dropout2"),
    "TransformerDecoderLayer": ("dropout", "dropout1", "dropout2", "dropout3"),
    "VisionTransformer": ("dropout", "pos_drop"),
}


def wanted_name(kind: str, hint: str, fed: Sequence[cst.BaseExpression]) -> str:
    """The name that a person would choose.

    Args:
        kind: the class in torch.nn.
        hint: the name of the rate; empty where it has none.
        fed: what the site is called with, and what its result is assigned to.
    """
    plain = {"AlphaDropout": "alpha_dropout", "FeatureAlphaDropout": "feature_alpha_dropout"}.get(kind, kind.lower())
    named = _PREFIX.sub("", _SUFFIX.sub("", hint.lower().strip("_")))
    named = _SHORT.sub(lambda found: f"{'_' if found[0].startswith('_') else ''}dropout", named)
    if "drop" in named and named != "dropout" and named.isidentifier():
        return named.replace("attention_", "attn_").replace("attn_probs_", "attn_")
    names = [path[-1].lower() for node in fed if (path := attribute_path(node))]
    if any(map(_ATTENTION.search, names)):
        return f"attn_{plain}"
    if any(map(_EMBEDDING.search, names)):
        return f"embed_{plain}"
    return plain


def free_name(wanted: str, is_taken: Callable[[str], bool], chosen: frozenset[str]) -> str:
    """The wanted name, or the next one that is free.

    Args:
        wanted: the name.
        is_taken: tells names that mean something else, such as a rate kept under the plain name.
        chosen: names of other new modules.
    """
    stem = f"{wanted}_layer" if is_taken(wanted) else wanted
    joint = "_" if stem[-1:].isdigit() or stem[-2:-1].isdigit() else ""
    name, number = stem, 1
    while is_taken(name) or name in chosen:
        number += 1
        name = f"{stem}{joint}{number}"
    return name


def named_attributes(text: str) -> frozenset[str]:
    """Attributes that a file looks up by their names."""
    return frozenset(_NAMED.findall(text))


def annotated_names(node: cst.ClassDef) -> frozenset[str]:
    """What the body of a class annotates, with a value or without one."""
    found = (part.target for part in walk_scope(node) if isinstance(part, cst.AnnAssign))
    return frozenset(target.value for target in found if isinstance(target, cst.Name))


def taken_names(family: Family) -> frozenset[str]:
    """The names that the objects of a class use already, those of its bases in torch included."""
    found = set(family.names()) | _EVERY_MODULE
    for path, cls in family.members:
        for base in cls.bases:
            value = family.project.localize(base, path)
            if isinstance(value, Imported):
                found.update(_OF_TORCH.get(value.path.rpartition(".")[2], ()))
    return frozenset(found)
