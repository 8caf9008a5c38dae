"""The words for what a site does, how sure a finding is, whether it counts, and how far a fix may be trusted."""

from __future__ import annotations

from enum import Enum


class Applicability(Enum):
    """How far a fix may be trusted; the words and their meaning are ruff's."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Confidence(Enum):
    """How sure a finding is. Ordered: ``HIGH`` is the default gate."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low, 1 for medium, 2 for high."""
        return ("low", "medium", "high").index(self.value)


class Severity(Enum):
    """How serious a finding is. Ordered: ``INFO`` is the least."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for information, 1 for a warning, 2 for an error."""
        return ("info", "warning", "error").index(self.value)


class Behaviour(Enum):
    """What a site does in training and in evaluation."""

    FOLLOWS_MODE = "follows mode"
    ALWAYS_ON = "always on"
    NEVER_ON = "never on"
    INVERTED = "inverted"
    CALLER_DECIDES = "caller decides"
    UNDECIDED = "undecided"


class State(Enum):
    """Whether a finding counts. Findings are never deleted: unused suppressions and SARIF need them."""

    ACTIVE = "active"
    SUPPRESSED = "suppressed"
    INTENDED = "intended"
    BASELINED = "baselined"
    BELOW_CONFIDENCE = "below confidence"
