"""What a run comes to, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping

from dropcheck.frozen import dataclass
from dropcheck.outcome import Report


@dataclass(frozen=True, slots=True)
class Basis:
    """What a run rests on, besides its settings.

    Args:
        raws: the bytes of the files of the run that were read.
        touched: the files that were looked into further than their own text, of the run and outside it.
        words: the names that the rest of the run was searched for.
        harmless: the names of classes in plain containers, found to hold no dropout.
        odd: for each file that has any, the names that it sets to what is no rate.
    """

    raws: Mapping[str, bytes]
    touched: frozenset[str]
    words: tuple[str, ...]
    harmless: frozenset[bytes]
    odd: Mapping[str, frozenset[bytes]]


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a run.

    Args:
        report: for the user.
        basis: what it rests on.
    """

    report: Report
    basis: Basis
