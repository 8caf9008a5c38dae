"""What code holds that has to do with dropout or with the mode, told from its text.

One search for each word: an expression with a choice of words takes several times as long.
"""

from __future__ import annotations

import re

#: Dropout, and attributes set by computed names.
_PARTS = (
    *("drop", "Drop", "training", "dot_product", "efficient_attention", "flash_attn", "head_attention_forward", "tochastic"),
    *("setattr", "__dict__", "vars(", "_module(", ".eval(", ".train("),
)
#: The mode by its other names, whole words.
_MODES = ("mode", "eval", "train", "test", "deterministic", "inference", "infer", "sample")
#: ``mode="constant"``, as an argument, says how something is done.
_WHOLE = tuple(re.compile(rf"{word}\b(?!=[\"'])(?:(?<!\w{word})|(?<=is_{word})(?<!\wis_{word}))") for word in _MODES)


def may_matter(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether a part of a file may have to do with dropout.

    Args:
        text: the file.
        start: where the part begins.
        end: where it ends; None for the end of the file.
    """
    last = len(text) if end is None else end
    return any(text.find(part, start, last) >= 0 for part in _PARTS) or any(
        word.search(text, start, last) is not None for word in _WHOLE
    )
