"""Names of modes: how people call what tells training from evaluation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from dropcheck.worlds.values import Attr, CallOf, Const, Defined, Display, Imported, Op, Opaque, Param, Value

#: A name with one of these words holds a mode that its author keeps.
_MODE_WORDS = frozenset(
    [
        "train",
        "training",
        "trained",
        "istrain",
        "istraining",
        "eval",
        "evaluate",
        "evaluating",
        "evaluation",
        "iseval",
        "test",
        "testing",
        "istest",
        "infer",
        "inference",
        "inferring",
        "predict",
        "predicting",
        "deterministic",
        "determinism",
        "mode",
        "phase",
        "sample",
        "sampling",
        "samples",
        "stochastic",
        "mc",
        "montecarlo",
        "bayesian",
        "random",
        "generate",
        "generating",
        "decode",
        "decoding",
        "grad",
        "nograd",
        "val",
        "valid",
        "validation",
    ]
)
#: As the name of a parameter, these too say that the caller decides.
_CALLER_WORDS = frozenset(["drop", "dropout", "dropping", "droppath", "augment", "augmentation", "noise", "perturb"])
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@lru_cache(maxsize=4096)
def name_words(name: str) -> frozenset[str]:
    """The words of a name in snake or camel case, lower case; neighbours are also joined in twos."""
    parts = [part.lower() for part in _CAMEL.findall(name)]
    return frozenset((*parts, *(left + right for left, right in pairwise(parts))))


def names_mode(name: str) -> bool:
    """Whether a name sounds like a mode, such as ``is_training`` or ``deterministic``."""
    return not name_words(name).isdisjoint(_MODE_WORDS)


def mode_symbol(value: Value) -> Value | None:
    """The first symbol in a value whose name sounds like a mode (for parameters, also like a switch of dropout)."""
    match value:
        case Param(name=name) if names_mode(name) or not name_words(name).isdisjoint(_CALLER_WORDS):
            return value
        case Attr(base=base, name=name):
            return value if names_mode(name) else mode_symbol(base)
        case Opaque(reason=reason) if names_mode(reason.partition(",")[0]):
            return value
        case Imported(path=path) if names_mode(path.rpartition(".")[2]):
            return value
        case Defined(name=name) if names_mode(name.rpartition(".")[2]):
            return value
        case Op(args=args) | Display(items=args):
            return _first(args)
        case CallOf(callee=callee, args=args):
            return _first((callee, *args))
        case Const(value=str(text)) if names_mode(text):
            return value
    return None


def _first(values: Iterable[Value]) -> Value | None:
    return next((found for found in map(mode_symbol, values) if found is not None), None)
