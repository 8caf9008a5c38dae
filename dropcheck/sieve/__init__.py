"""The sieve: which files need the full analysis, told from their bytes.

Three meshes, each finer and dearer than the one before: words without which there is no dropout; the text of calls, which proves
the common correct forms right; and the rest, which LibCST reads. A mesh may let through what is right, never hold back what is
not. ``DROPCHECK_NO_SIEVE=1`` in the environment takes the second one out, for comparison.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace

from dropcheck.catalogue import FUNCTIONS, Catalogue
from dropcheck.frozen import dataclass
from dropcheck.sieve.classes import Classes
from dropcheck.sieve.containers import Kept, kept_in_containers, may_keep_modules
from dropcheck.sieve.functions import FunctionSieve
from dropcheck.sieve.helpers import Passes, rates_given
from dropcheck.sieve.modes import misused_modes
from dropcheck.sieve.modules import ModuleSieve, drops_by_hand
from dropcheck.sieve.pattern import drops_in, pattern
from dropcheck.sieve.rates import odd_rates
from dropcheck.sieve.rows import rows_of
from dropcheck.sieve.scan import is_in_long_text, plain_lines
from dropcheck.sieve.words import WordSieve, sieve_words, unlike_ascii, unlike_python

#: Comments that speak to this tool.
_CODE = pattern(rb"P(?<=DRP)(?<!\wDRP)")
_OWN_NAME = pattern(rb"rop(?<=drop)check:")
_CONTAINERS = frozenset({b"Sequential", b"ModuleList", b"ModuleDict"})
_NONE: frozenset[bytes] = frozenset()
SWITCH = "DROPCHECK_NO_SIEVE"
#: With more of what is looked at one by one, each time with a search through the file, the parser is faster. Real files have 500.
_MANY = 2_000


@dataclass(frozen=True, slots=True)
class Look:
    """What the text of one file says.

    Args:
        spots: the offsets, in bytes, of what needs the full analysis.
        whole: whether all of the file needs it.
        rates: the attributes and variables that it passes as p where all else is right, with the offsets of the calls.
        odd: those that it sets to a constant which is no rate.
        kept: the objects that it keeps in plain containers: these need the full analysis where they hold dropout.
        elsewhere: the packages that functions of our names come from, with the offsets of the calls: these need the full analysis
            where such a package is part of the project.
        helpers: functions that hand their flag on to dropout: these need the full analysis unless all callers pass the mode.
    """

    spots: tuple[int, ...] = ()
    whole: bool = False
    rates: tuple[tuple[bytes, int], ...] = ()
    odd: frozenset[bytes] = frozenset()
    kept: tuple[Kept, ...] = ()
    elsewhere: tuple[tuple[bytes, int], ...] = ()
    helpers: tuple[Passes, ...] = ()

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

    def classes(self, paths: Iterable[str], read: Callable[[str], bytes], named: Set[str]) -> Classes:
        """The classes of a run.

        Args:
            paths: its files.
            read: the bytes of a file.
            named: the files that the user named one by one.
        """
        return Classes(paths, read, torch=self.module_names, speaks=self.words.passes, named=named)

    def look(self, raw: bytes) -> Look:
        """Look at the bytes of a file."""
        drops = drops_in(raw)
        passes = self.words.passes(raw, drops)
        raw = plain_lines(raw)
        odd = frozenset(odd_rates(raw, drops)) if drops else _NONE
        keeps = may_keep_modules(raw)
        rows = rows_of(raw) if passes or keeps else None
        if rows is not None and (len(drops) > _MANY or len(rows.own) + len(rows.kept) > _MANY):
            return Look(whole=True, odd=odd)
        kept = tuple(kept_in_containers(raw, rows)) if keeps and rows is not None else ()
        if not passes or rows is None:
            return Look(odd=odd, kept=kept) if odd or kept else NOTHING
        if self._off or unlike_ascii(raw) or rows.other or unlike_python(raw) or any(word in raw for word in self._own):
            return Look(whole=True, odd=odd, kept=kept)
        found = self._functions.look(raw, drops)
        spots = [
            *found.spots,
            *self._modules.look(raw, drops, found.rates),
            *drops_by_hand(raw, rows.classes),
            *misused_modes(raw),
            *(at for at in drops if _OWN_NAME.match(raw, at) is not None),
            *(hit.start() for hit in _CODE.finditer(raw)),
        ]
        return Look(
            tuple(at for at in spots if not is_in_long_text(raw, at)),
            rates=tuple(found.rates),
            odd=odd,
            kept=kept,
            elsewhere=tuple(found.elsewhere),
            helpers=tuple(found.helpers),
        )


def together(
    looks: Mapping[str, Look],
    classes: Classes,
    search: Callable[[Sequence[bytes]], Mapping[bytes, Set[str]]],
    is_foreign: Callable[[str, str], bool] = lambda _package, _path: False,
) -> dict[str, Look]:
    """What the texts of all files say together.

    A rate that one file sets to a constant may be what another one passes on, and what one keeps in a container may be an object
    of a class in another.

    Args:
        looks: what each file says by itself.
        classes: the classes of all files.
        search: which files hold each of some words.
        is_foreign: whether a package, imported by a file, surely is no part of the project.
    """
    attributes = {b"self." + name for look in looks.values() for name in look.odd}
    found = dict(looks)
    called_wrongly = _called_wrongly(looks, classes.read, search, attributes)
    for path, look in looks.items():
        if not (look.rates or look.kept or look.elsewhere or look.helpers):
            continue
        rates = (at for name, at in look.rates if name in attributes or name in look.odd)
        hidden = (at for at, names in look.kept if not names or any(classes.may_drop(name, path) for name in names))
        own = (at for name, at in look.elsewhere if classes.has_module(name) or not is_foreign(name.decode(), path))
        helpers = (helper.at for helper in look.helpers if helper.name in called_wrongly)
        spots = (*rates, *hidden, *own, *helpers)
        if spots:
            found[path] = replace(look, spots=(*look.spots, *spots))
    return found


def _called_wrongly(
    looks: Mapping[str, Look],
    read: Callable[[str], bytes],
    search: Callable[[Sequence[bytes]], Mapping[bytes, Set[str]]],
    attributes: Set[bytes],
) -> Set[bytes]:
    """The names of the helpers that some caller may not give the mode, or an odd rate."""
    helpers: dict[bytes, list[Passes]] = {}
    for helper in (helper for look in looks.values() for helper in look.helpers):
        helpers.setdefault(helper.name, []).append(helper)
    wrong = set()
    mentioning = search(tuple(helpers))
    for name, passes in helpers.items():
        rates = rates_given(passes, mentioning[name], read)
        if rates is None or any(rate in attributes or rate in looks[path].odd for rate, path in rates):
            wrong.add(name)
    return wrong


__all__ = ["NOTHING", "SWITCH", "Classes", "Look", "Sieve", "together"]
