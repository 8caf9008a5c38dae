"""Two-world values: what an expression is worth in training and what it is worth in evaluation.

Every expression is evaluated twice, once in each :class:`World`. The result in one world is a :data:`Value`: a constant where
the source decides, and otherwise a small expression over what is open (parameters, attributes, calls). Whatever read the mode
carries ``mode=True``, so that two worlds can be compared and a value that hides the mode is never taken for one that does not
know it. The functions below build values and fold what is decided; ``docs/two-worlds.md`` explains the idea.
"""

from __future__ import annotations

from dropcheck.worlds.algebra import (
    any_path,
    arms,
    attribute,
    binary,
    both,
    call,
    choice,
    conjuncts,
    convert,
    display,
    either,
    every,
    join,
    known_object,
    negate,
    operation,
    truth,
    unary,
)
from dropcheck.worlds.values import (
    FALSE,
    MODE_SET,
    NONE,
    TRUE,
    Attr,
    CallOf,
    Const,
    Defined,
    Display,
    Imported,
    Op,
    Opaque,
    Param,
    Receiver,
    Value,
    World,
    Worlds,
    reads_mode,
)

__all__ = [
    "FALSE",
    "MODE_SET",
    "NONE",
    "TRUE",
    "Attr",
    "CallOf",
    "Const",
    "Defined",
    "Display",
    "Imported",
    "Op",
    "Opaque",
    "Param",
    "Receiver",
    "Value",
    "World",
    "Worlds",
    "any_path",
    "arms",
    "attribute",
    "binary",
    "both",
    "call",
    "choice",
    "conjuncts",
    "convert",
    "display",
    "either",
    "every",
    "join",
    "known_object",
    "negate",
    "operation",
    "reads_mode",
    "truth",
    "unary",
]
