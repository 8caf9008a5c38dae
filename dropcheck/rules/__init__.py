"""The rules, one a file: a rule is in the file that bears its name.

``LISTED`` names them without loading any, for the runs that find nothing; ``ALL_RULES`` loads them when it is first asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from dropcheck.frozen import dataclass

if TYPE_CHECKING:
    from dropcheck.rules.rule import Rule

    ALL_RULES: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule as it is listed.

    Args:
        code: its code.
        name: its name; its module has the same name with underscores.
        default: whether it is on without being selected.
    """

    code: str
    name: str
    default: bool = True


LISTED: tuple[Listed, ...] = (
    Listed("DRP101", "missing-training-flag"),
    Listed("DRP102", "hardcoded-training-true"),
    Listed("DRP103", "training-flag-is-method"),
    Listed("DRP104", "mode-in-p-slot"),
    Listed("DRP105", "ungated-attention-dropout"),
    Listed("DRP106", "dropout-module-in-forward"),
    Listed("DRP107", "unregistered-dropout-module"),
    Listed("DRP108", "ungated-helper-call"),
    Listed("DRP109", "inverted-training-flag"),
    Listed("DRP110", "sticky-eval-probability"),
    Listed("DRP111", "stored-training-flag"),
    Listed("DRP112", "mode-read-at-construction"),
    Listed("DRP113", "handwritten-dropout-ungated"),
    Listed("DRP201", "discarded-dropout-result"),
    Listed("DRP202", "invalid-dropout-probability"),
    Listed("DRP203", "dropout-never-active"),
    Listed("DRP301", "functional-dropout-could-be-module", default=False),
    Listed("DRP900", "syntax-error"),
    Listed("DRP901", "unused-suppression", default=False),
    Listed("DRP902", "invalid-suppression"),
)


def __getattr__(name: str) -> object:
    if name == "ALL_RULES":
        return _load()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _load() -> tuple[Rule, ...]:
    modules = (import_module(f"{__name__}.{listed.name.replace('-', '_')}") for listed in LISTED)
    return tuple(module.RULE for module in modules)


__all__ = ["ALL_RULES", "LISTED", "Listed"]
