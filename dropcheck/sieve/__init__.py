"""The sieve: which files need the full analysis, told from their bytes.

Three meshes, each finer and dearer than the one before: words without which there is no dropout; the text of calls, which proves
the common correct forms right; and the rest, which LibCST reads. A mesh may let through what is right, never hold back what is
not. ``DROPCHECK_NO_SIEVE=1`` in the environment takes the second one out, for comparison.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dropcheck.catalogue import FUNCTIONS, Catalogue
from dropcheck.sieve.containers import class_names, hidden_modules
from dropcheck.sieve.functions import FunctionSieve
from dropcheck.sieve.modes import misused_modes
from dropcheck.sieve.modules import ModuleSieve, drops_by_hand
from dropcheck.sieve.rates import odd_rates
from dropcheck.sieve.scan import plain_lines
from dropcheck.sieve.words import WordSieve, sieve_words, unlike_ascii, unlike_python

#: Comments that speak to this tool.
_DIRECTIVES = (b"dropcheck:", b"DRP")
_CONTAINERS = frozenset({b"Sequential", b"ModuleList", b"ModuleDict"})
SWITCH = "DROPCHECK_NO_SIEVE"


@dataclass(frozen=True, slots=True)
class Look:
    """What the text of one file says.

    Args:
        spots: the offsets, in bytes, of what needs the full analysis.
        whole: whether all of the file needs it.
        rates: the attributes and variables that it passes as p where all else is right, with the offsets of the calls.
        odd: those that it sets to a constant which is no rate.
        classes: the names of its classes, where its text speaks of dropout.
    """

    spots: tuple[int, ...] = ()
    whole: bool = False
    rates: tuple[tuple[bytes, int], ...] = ()
    odd: frozenset[bytes] = frozenset()
    classes: frozenset[bytes] = frozenset()

    @property
    def suspect(self) -> bool:
        """Whether something in the file needs the full analysis."""
        return self.whole or bool(self.spots)


NOTHING = Look()


class Sieve:
    """The meshes for one catalogue.

    Args:
        catalogue: the entries in force.
        everything: whether every file that can hold dropout is let through.
    """

    def __init__(self, catalogue: Catalogue, *, everything: bool = False) -> None:
        self.words = WordSieve(sieve_words(catalogue))
        #: Classes of torch whose objects hold dropout.
        names = _CONTAINERS | {name.rpartition(".")[2].encode() for name in catalogue.modules}
        self.module_names = names | {b"nn." + name for name in names}
        self._functions = FunctionSieve(catalogue)
        self._modules = ModuleSieve(catalogue)
        ours = {name for entry in FUNCTIONS for name in entry.names}
        self._own = tuple({name.rpartition(".")[2].encode() for name in catalogue.functions if name not in ours})
        self._off = everything or bool(os.environ.get(SWITCH))

    def look(self, raw: bytes) -> Look:
        """Look at the bytes of a file."""
        if not self.words.passes(raw):
            return NOTHING
        raw = plain_lines(raw)
        odd, classes = frozenset(odd_rates(raw)), frozenset(class_names(raw))
        if self._off or unlike_ascii(raw) or unlike_python(raw) or any(word in raw for word in self._own):
            return Look(whole=True, odd=odd, classes=classes)
        found = self._functions.look(raw)
        spots = [*found.spots, *self._modules.look(raw, found.rates), *drops_by_hand(raw), *misused_modes(raw)]
        for word in _DIRECTIVES:
            if word in raw:
                spots += (hit.start() for hit in re.finditer(word, raw))
        return Look(tuple(spots), rates=tuple(found.rates), odd=odd, classes=classes)


def with_odd_rates(looks: Mapping[str, Look]) -> dict[str, Look]:
    """What the texts of all files say together: a rate that one sets to a constant may be what another one passes on."""
    attributes = {b"self." + name for look in looks.values() for name in look.odd}
    found = dict(looks)
    for path, look in looks.items():
        spots = tuple(at for name, at in look.rates if name in attributes or name in look.odd)
        if spots:
            found[path] = replace(look, spots=(*look.spots, *spots))
    return found


__all__ = ["NOTHING", "SWITCH", "Look", "Sieve", "hidden_modules", "with_odd_rates"]
