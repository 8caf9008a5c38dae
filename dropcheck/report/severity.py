"""How serious a finding is, in the words that CI services know."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType

from dropcheck.levels import Confidence
from dropcheck.model import Finding


class Severity(Enum):
    """The three degrees that all formats have a word for."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


# Every rule is about code that computes something else than it says; what differs is how sure that is.
_BY_CONFIDENCE = MappingProxyType(
    {Confidence.HIGH: Severity.ERROR, Confidence.MEDIUM: Severity.WARNING, Confidence.LOW: Severity.INFO}
)


def severity(finding: Finding) -> Severity:
    """The severity of a finding: an error if it is established, a warning if it may be meant, else information.

    Args:
        finding: the finding.
    """
    return _BY_CONFIDENCE[finding.confidence]
