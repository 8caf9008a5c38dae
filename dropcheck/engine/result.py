"""What a run comes to, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from dropcheck.frozen import dataclass
from dropcheck.outcome import Report
from dropcheck.sieve import Look

if TYPE_CHECKING:
    from dropcheck.engine.known import Kept


#: What a note says of a module between the file that imports it and its name, and behind that.
IMPORTS, MISSING = ": imports ", ", which is not there; the analysis went on without it"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a run rests on, besides its settings.

    Args:
        raws: the bytes of the files of the run that were read.
        touched: the files that were looked into further than their own text, of the run and outside it.
        words: the names that the rest of the run was searched for, each with those of the touched files that hold it.
        harmless: the names of classes in plain containers, found to hold no dropout.
        consulted: the files whose imports and variables decided which classes those are.
        odd: for each file that has any, the names that it sets to what is no rate.
        looks: the files whose own text needs the full analysis, each with what it says.
        parsed: the files of the run that were parsed.
        links: the files that names were followed from and to.
        open: whether files outside the run may matter, or one could not be read: then anything may matter anywhere.
        facts: the facts that were used, as the cache keeps them.
        helpers: the names of functions that are right as long as all their callers are.
    """

    raws: Mapping[str, bytes]
    touched: frozenset[str]
    words: Mapping[str, frozenset[str]]
    harmless: frozenset[bytes]
    consulted: frozenset[str]
    odd: Mapping[str, frozenset[bytes]]
    looks: Mapping[str, Look] = field(default_factory=dict)
    parsed: frozenset[str] = frozenset()
    links: frozenset[tuple[str, str]] = frozenset()
    open: bool = False
    facts: Kept = field(default_factory=dict)
    helpers: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a run.

    Args:
        report: for the user.
        basis: what it rests on.
    """

    report: Report
    basis: Basis
