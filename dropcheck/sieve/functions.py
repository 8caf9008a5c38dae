"""Calls of dropout functions that are surely right, told by their text: the flag is a module's mode, or p has a gate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from functools import cached_property
from itertools import repeat

from dropcheck.catalogue import Catalogue, DropoutFunction
from dropcheck.frozen import dataclass
from dropcheck.sieve.helpers import Passes, passes_on
from dropcheck.sieve.pattern import DROP, pattern, with_leads
from dropcheck.sieve.rates import is_plain, names_in
from dropcheck.sieve.scan import (
    arguments,
    chain_before,
    function_around,
    imported_words,
    in_import,
    is_explained,
    is_in_prose,
    is_inside_brackets,
    line_before,
    module_of,
)

_MODE = pattern(rb"(\w+)\.training")
_ZERO = rb"0(?:\.0*)?"
_GATED = pattern(
    rb"%b|(?P<then>[\w.]+) if (?P<on>\w+)\.training else %b|%b if not (?P<off>\w+)\.training else (?P<other>[\w.]+)"
    % (_ZERO, _ZERO, _ZERO)
)
#: A call that is right as most are: arguments without brackets, the mode by its keyword.
_RIGHT = pattern(
    rb"\([ \t\n]*+[\w.]++[ \t\n]*+,[ \t\n]*+(?:p=)?+(?P<p>0?\.\d++|(?:self\.)?+\w*drop\w*+)[ \t\n]*+,"
    rb"[ \t\n]*+training=(?P<mode>\w++)\.training[ \t\n]*+,?+[ \t\n]*+\)"
)
_STEM = b"dropout"
#: What names of functions have before it, and what it is no function of.
_PREFIXES = (b"alpha_", b"feature_", b"native_")
#: What stands behind a name that is imported, in quotes or an argument; behind a parameter or a keyword stands something else.
_LISTED = rb"(?=[ \t]*+(?:[,)\n#;\\\"'`]|as\b|\Z))"
_FIELDS = (b"self.", b"nfig.", b"args.")
_FLAGS = (b"training", b"train")
#: Modules whose functions count, by the names that people give them.
_PLACES = frozenset({b"functional", b"F", b"torch", b"_VF", b"nn"})
_ALIAS = pattern(rb"=[ \t]*(?:F|[\w.]*functional|torch|[\w.]*\bnn)[ \t]*[\n;,)#]")
_STAR = pattern(rb"import[ \t]*\*")
_GETATTR = pattern(rb"getattr\([ \t]*([\w.]+)[ \t]*,[ \t]*\Z")
#: What stands behind the name of a parameter in a docstring, and is nothing that can be dropped: a type.
_TYPE = pattern(
    rb"`|(?:float|int|bool|str)(?:[,)]|[ \t]+(?:\||or\b))|(?:[tT]uple|[lL]ist|Optional|Union)\[(?:float|int|bool|str)\b(?!\()"
)
#: Two words side by side, which is no Python unless the second is an operator.
_PROSE = pattern(rb" (?!(?:if|else|for|in|is|and|or|not|as)\b)[A-Za-z]")
#: No more white space stands inside a dotted name.
_MAX_SPACE = 200
_BLOCKS = (b"if ", b"else", b"elif ", b"for ", b"while ", b"with ", b"try", b"except", b"finally")


_Hit = tuple[int, re.Match[bytes]]
"""A place inside a name, and what stands behind the stem of it."""


@dataclass(slots=True)
class Found:
    """What the text of a file says.

    Args:
        spots: the offsets of what needs the full analysis.
        rates: the names that are passed as p where the call is right otherwise, with the offsets of the calls.
        elsewhere: packages, or modules of them, that functions of our names come from, with the offsets of the calls.
        helpers: functions that are right if all their callers are.
    """

    spots: list[int] = field(default_factory=list)
    rates: list[tuple[bytes, int]] = field(default_factory=list)
    elsewhere: list[tuple[bytes, int]] = field(default_factory=list)
    helpers: list[Passes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """A name of a dropout function, or of an attribute named like one, in a file."""

    start: int
    end: int
    name: bytes
    base: bytes
    opening: int


class FunctionSieve:
    """Looks for uses of dropout functions that are not surely right.

    Args:
        catalogue: the entries in force.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        by_name: dict[bytes, list[DropoutFunction]] = {}
        for path, entry in catalogue.functions.items():
            by_name.setdefault(path.rpartition(".")[2].encode(), []).append(entry)
        self._entries = by_name
        self._known = frozenset(name.encode() for name in catalogue.functions)
        stems = sorted({_STEM if _STEM in name else name for name in by_name}, key=lambda stem: (-len(stem), stem))
        self._searches = tuple((lead, pattern(search)) for lead, search in with_leads(stems))
        # Most stems stand in no file of a run: their expressions are never compiled.
        self._uses = [(stem, pattern(self._use(stem))) for stem in stems]
        self._endings: dict[bytes, Sequence[tuple[bytes, re.Pattern[bytes]]]] = {}

    def look(self, raw: bytes, drops: Sequence[int]) -> Found:
        """Look at a file.

        Args:
            raw: the file.
            drops: where it says ``drop``.
        """
        hits: list[_Hit] = []
        for lead, search in self._searches:
            named: Iterable[re.Match[bytes] | None] = ()
            if lead == DROP:
                named = map(search.match, repeat(raw), drops)
            elif lead in raw:
                named = search.finditer(raw)
            for found in filter(None, named):
                end = found.end()
                for stem, use in self._standing_for(found.group()):
                    if raw.endswith(stem, 0, end) and (used := use.match(raw, end)) is not None:
                        hits.append((found.start(), used))
                        break
        return _Look(raw, self._entries, self._known).run(hits)

    def _standing_for(self, ending: bytes) -> Sequence[tuple[bytes, re.Pattern[bytes]]]:
        """The stems with an ending, the longest first, each with what may stand behind it."""
        if ending not in self._endings:
            self._endings[ending] = [(stem, use) for stem, use in self._uses if stem.endswith(ending)]
        return self._endings[ending]

    def _use(self, stem: bytes) -> bytes:
        """An expression for what stands behind a stem where a name with it is called, or a function is named that may be ours.

        Arguments, parameters and fields that have the name of a function are none of these.
        """
        ends = sorted({re.escape(name.partition(stem)[2]) for name in self._entries if stem in name}, reverse=True)
        end = b"(?:%b)(?!\\w)" % b"|".join(ends)
        of_object = b"(?<=\\.%b)%b" % (stem, b"".join(b"(?<!%b%b)" % (re.escape(one), stem) for one in _FIELDS))
        longer = b"|".join(b"(?<=%b%b)" % (one, stem) for one in _PREFIXES)
        return rb"\w*+[ \t]*+(\()|(?:%b|%b)%b|(?<![\w.]%b)%b%b" % (of_object, longer, end, stem, end, _LISTED)


class _Look:
    def __init__(self, raw: bytes, entries: dict[bytes, list[DropoutFunction]], known: frozenset[bytes]) -> None:
        self.raw = raw
        self.entries = entries
        self.known = known
        self.found = Found()
        #: Names of functions that the file imports.
        self._bare: set[bytes] = set()
        self._bound: dict[bytes, bytes] = {}

    def run(self, hits: Iterable[_Hit]) -> Found:
        """Look at what was found."""
        self.found.spots += [at for at, hit in hits if self._is_suspect(at, hit) and not is_in_prose(self.raw, at)]
        for name in self._bare:
            self.found.spots += self._passed_on(name)
        return self.found

    def _is_suspect(self, inside: int, hit: re.Match[bytes]) -> bool:
        raw = self.raw
        head = chain_before(raw, inside)
        start = inside - len(head)
        opening = hit.end() - 1 if hit.lastindex else -1
        end = hit.end() if opening < 0 else len(raw[:opening].rstrip(b" \t"))
        base, _, name = raw[start:end].rpartition(b".")
        before = line_before(raw, start)
        if before.startswith(b"#") or (opening >= 0 and _TYPE.match(raw, hit.end()) is not None):
            return False  # a comment, or a docstring
        if name not in self.entries:
            # ``self.attn_dropout(x)`` as a statement may throw the result of a module away.
            return opening >= 0 and base == b"self" and _STEM in name and _is_statement(raw, start, before)
        if opening >= 0 and not base and _goes_on(raw, start):
            return True
        place = _Place(start, end, name, base, opening)
        if base == b"self" or (base.startswith(b"self.") and base.rpartition(b".")[2] not in _PLACES):
            return opening >= 0 and _is_statement(raw, start, before)
        return self._is_called_wrongly(place, before) if opening >= 0 else self._is_passed_on(place, before)

    def _passed_on(self, name: bytes) -> Iterator[int]:
        """Where a name that is imported stands for the function itself."""
        for hit in re.finditer(rb"%b(?<![\w.\"']%b)(?!\w|[ \t]*(?:\(|=(?!=)))" % (name, name), self.raw):
            place = _Place(hit.start(), hit.end(), name, b"", -1)
            before = line_before(self.raw, hit.start())
            if not before.startswith((b"#", b"from ", b"import ")) and not in_import(self.raw, hit.start()):
                if self._is_in_text(place):
                    continue
                yield hit.start()

    def _is_in_text(self, place: _Place) -> bool:
        """Whether a name is surely a word in a text."""
        ahead = self.raw[place.end : place.end + 40]
        if self.raw[place.start - 1 : place.start] == b"`" or ahead[:1] in {b"`", b"."} or _PROSE.match(ahead) is not None:
            return True
        return is_explained(self.raw, place.end)

    def _is_passed_on(self, place: _Place, before: bytes) -> bool:
        """Whether a name that is not called may be a dropout function that is stored, passed on or renamed."""
        if not place.base and in_import(self.raw, place.start):
            self._bare.add(place.name)
            return self.raw[place.end : place.end + 4] == b" as "
        if self._is_in_text(place):
            return False
        if self.raw[place.start - 1 : place.start] in (b'"', b"'"):
            asked = _GETATTR.search(before[:-1])
            return asked is not None and (
                asked[1].rpartition(b".")[2] in _PLACES or asked[1].partition(b".")[0] in self._imported
            )
        if place.base:
            last = place.base.rpartition(b".")[2]
            return last in _PLACES or place.base.partition(b".")[0] in self._imported or self._has_stars
        return False

    def _is_called_wrongly(self, place: _Place, before: bytes) -> bool:
        if before.endswith((b"def", b"class")):
            return False
        if not place.base and place.name not in self._imported and not self._has_stars:
            if self._is_own_function(place.name):
                return False  # a function of the file, which is looked at for itself
            if not self._is_bound(place.name):
                return False  # a text
        if _is_statement(self.raw, place.start, before):
            return True
        if self._is_plainly_right(place):
            return False
        passed = arguments(self.raw, place.opening)
        if passed is not None and any(self._is_right(entry, passed[0], place.start) for entry in self.entries[place.name]):
            return False
        last = place.base.rpartition(b".")[2]
        if place.base and last not in _PLACES and place.base.partition(b".")[0] not in self._imported:
            return self._renames_torch or self._has_stars  # an attribute of an object
        handed_on = self._handed_on(place, passed) if passed is not None else None
        if handed_on is not None:
            self.found.helpers.append(handed_on)
            return False
        return not self._is_from_elsewhere(place)

    def _handed_on(self, place: _Place, passed: tuple[tuple[tuple[bytes, bytes], ...], int]) -> Passes | None:
        """The function around a call, if it gets flag and rate from its callers and does nothing else with them."""
        if any(value.startswith(b"*") for _, value in passed[0]):
            return None
        for entry in self.entries[place.name]:
            named = _by_name(entry, passed[0])
            flag = next((named[flag] for flag in _FLAGS if flag in named), None)
            if entry.flag is not None and flag is not None:
                return passes_on(self.raw, place.start, passed[1], flag, named.get(entry.p.encode()))
        return None

    def _is_from_elsewhere(self, place: _Place) -> bool:
        """Whether a function surely is what a module has that is none of ours; if that is none of the project, is left open."""
        root, _, inner = place.base.partition(b".")
        if root not in self._bound:
            self._bound[root] = module_of(self.raw, root) if root and not self._has_stars else b""
        bound = self._bound[root]
        if not bound:
            return False
        first = bound.partition(b".")[0]
        if all(name.partition(b".")[0] != first for name in self.known):
            # A module of another one lies in a package, which no single file is.
            inner_module = re.search(rb"^[ \t]*(?:import|from)[ \t]+(%b\.\w+)" % re.escape(first), self.raw, re.MULTILINE)
            self.found.elsewhere.append((inner_module[1] if inner_module is not None else first, place.start))
            return True
        return b".".join(filter(None, (bound, inner, place.name))) not in self.known

    def _is_plainly_right(self, place: _Place) -> bool:
        """The answer of ``_is_right`` for most calls, in one look."""
        found = _RIGHT.match(self.raw, place.opening)
        if found is None or not any(
            entry.flag == "training" and entry.parameters[1] == entry.p == "p" for entry in self.entries[place.name]
        ):
            return False
        if not self._is_mode(found["mode"], place.start):
            return False
        self.found.rates += ((name, place.start) for name in names_in(found["p"]))
        return True

    def _is_right(self, entry: DropoutFunction, passed: tuple[tuple[bytes, bytes], ...], at: int) -> bool:
        """Whether a call drops in training only, and at a rate that torch takes."""
        if any(value.startswith(b"*") for _, value in passed):
            return False
        named = _by_name(entry, passed)
        p = named.get(entry.p.encode())
        if entry.flag is None:
            if p is None:
                return entry.p_default == 0.0
            gate = _GATED.fullmatch(p)
            if gate is None:
                return False
            mode, p = gate["on"] or gate["off"], gate["then"] or gate["other"]
        else:
            flag = next((_MODE.fullmatch(named[flag]) for flag in _FLAGS if flag in named), None)
            if flag is None:
                return False
            mode = flag[1]
        if (mode is not None and not self._is_mode(mode, at)) or (p is not None and not is_plain(p)):
            return False
        if p is not None:
            self.found.rates += ((name, at) for name in names_in(p))
        return True

    def _is_mode(self, name: bytes, at: int) -> bool:
        """Whether ``name.training`` is the mode: of the instance, or of a module that is a parameter."""
        if name == b"self":
            return True
        _, start = function_around(self.raw, at)
        header = self.raw[start : self.raw.find(b"\n", self.raw.find(b")", start))]
        return start > 0 and re.search(rb"\b%b\b" % name, header) is not None

    def _is_own_function(self, name: bytes) -> bool:
        """Whether the only thing of that name in the file is a function of its top level."""
        return re.search(rb"^(?:async[ \t]+)?def[ \t]+%b\(" % name, self.raw, re.MULTILINE) is not None

    def _is_bound(self, name: bytes) -> bool:
        """Whether a name stands somewhere without being called there, as it does where it is assigned or a parameter."""
        return re.search(rb"%b(?<![\w.]%b)(?![\w(])" % (name, name), self.raw) is not None

    @cached_property
    def _has_stars(self) -> bool:
        return _STAR.search(self.raw) is not None

    @cached_property
    def _imported(self) -> frozenset[bytes]:
        return imported_words(self.raw)

    @cached_property
    def _renames_torch(self) -> bool:
        return _ALIAS.search(self.raw) is not None


def _by_name(entry: DropoutFunction, passed: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The arguments of a call by the names of the parameters."""
    named = {keyword: value for keyword, value in passed if keyword}
    positional = [value for keyword, value in passed if not keyword]
    for name, value in zip(entry.parameters, positional, strict=False):
        named.setdefault(name.encode(), value)
    return named


def _goes_on(raw: bytes, at: int) -> bool:
    """Whether a dotted name, spelt with white space or over two lines, may go on at a place."""
    return raw[max(0, at - _MAX_SPACE) : at].rstrip().endswith((b".", b"\\"))


def _is_statement(raw: bytes, at: int, before: bytes) -> bool:
    """Whether a call may be a statement of its own: its result is thrown away.

    Args:
        raw: the file.
        at: where the call begins.
        before: what stands before it on its row.
    """
    if before:
        return before.endswith(b";") or (before.endswith(b":") and before.startswith(_BLOCKS))
    return not is_inside_brackets(raw, at)
