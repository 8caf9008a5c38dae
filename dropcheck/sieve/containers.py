"""Plain containers on ``self`` that may hold modules, told by the text of a file."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping, Set
from functools import cached_property

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.rows import MADE, Rows
from dropcheck.sieve.scan import chain_before, imported_words, line_before, places

_TOP_CLASS = pattern(rb"\n?class[ \t]+\w+[ \t]*(?:\[[^\n]*\][ \t]*)?(?:\(([^)]*)\)|:)")
_NESTED_CLASS = pattern(rb"\n[ \t]+class[ \t]+\w+[ \t]*[(:\[]")
_BASE = pattern(rb"[\w.]+")
_NO_MODULES = frozenset(
    {
        b"object",
        b"ABC",
        b"abc.ABC",
        b"Enum",
        b"str",
        b"int",
        b"dict",
        b"list",
        b"tuple",
        b"Exception",
        b"NamedTuple",
        b"TypedDict",
        b"Protocol",
    }
)
_ASSIGNED = pattern(MADE)
#: What stands before a bracket that calls something, or asks an object for an element.
_APPLIED = pattern(rb".*[\w\])]\Z", re.DOTALL)
_MAKES_PLAIN = pattern(rb".*\b(?:list|dict|tuple|OrderedDict|defaultdict)\Z", re.DOTALL)
#: A variable, perhaps annotated, up to what assigns to it.
_TARGET = pattern(rb"[ \t]*+(\w++)[ \t]*+(?::[^=\n]*)?[+|]?\Z")
_MADE = pattern(rb"(?<!\w)((?:nn\.)?+\w++)[ \t]*+\(")
_NAME = pattern(rb"(?<![\w.])([A-Za-z_]\w*+)(?![.(])")
_ASSIGNED_CALL = pattern(rb"=[ \t]*+(?:(?!nn\.\w++[ \t]*+\()\w++\.)*+((?:nn\.)?+\w++)[ \t]*+\(")
_MAKES_TORCH = pattern(rb"[ \t]*(?::[^=\n]*)?=[ \t]*(?:torch\.)?nn\.\w+\(")
_BRACKETS = pattern(rb"[\[\](){}]")
_COMMAS = pattern(rb"[\[\](){},]")
#: What stands behind a container into which something is put: a method, an index, a sum.
_WAYS = pattern(rb"(?P<puts>\.(?:append|extend|insert|add|update|setdefault)\()|\[| ?\+=")
#: What a file with a Module holds. An expression that begins with a rare letter is faster than a search for a short word.
_MODULES = (pattern(rb"M(?:odule)"), pattern(rb"L(?:ayer)"), pattern(rb"w(?<=def forw)ard\("), pattern(rb"\.(?<=nn\.)"))
_LOOPS = (b"for ", b"while ")
_NO_VARIABLES = frozenset({b"self", b"for", b"in", b"range", b"None", b"if", b"else"})
#: Names of Python's own that make no modules.
_BUILT_IN = frozenset(name.encode() for name in dir(builtins))
#: No name is longer.
_LONGEST = 80
#: Brackets longer than this are left to the parser.
_MAX = 20_000


Kept = tuple[int, frozenset[bytes]]
"""Where a container is, and the names that are called to make what is in it; none where that is not plain."""


def may_keep_modules(raw: bytes) -> bool:
    """Whether a file may hold Modules that set their attributes."""
    return b"self." in raw and any(word.search(raw) is not None for word in _MODULES)


def kept_in_containers(raw: bytes, rows: Rows) -> Iterator[Kept]:
    """Where a file keeps objects in a plain container of an instance.

    Args:
        raw: the file, with plain line ends.
        rows: the beginnings of its rows.
    """
    names = _Names(raw)
    variables = ((name, at, False) for name, at in _variables(raw, rows))
    for name, at, on_self in (*((name, at, True) for name, at in rows.own), *variables):
        made = _Container(raw, name, at, rows.class_around(at), names, on_self=on_self).made()
        if made is not None:
            yield at, made


def _variables(raw: bytes, rows: Rows) -> Iterator[tuple[bytes, int]]:
    """The variables that plain containers are assigned to, and that their class assigns to attributes."""
    for start, end, kept in rows.kept_by_class():
        last = kept[-1][1]
        names = {name for name, _ in kept}
        # In a loop, what is further down may come first.
        for found in _ASSIGNED.finditer(raw, start, end if _has_loops(raw, start, last) else last):
            target = _TARGET.match(raw, raw.rfind(b"\n", 0, found.start()) + 1, found.start())
            if target is not None and target[1] in names:
                yield target[1], found.end()


def _has_loops(raw: bytes, start: int, end: int) -> bool:
    """Whether a loop begins in a part of a file."""
    return any(not line_before(raw, at).removeprefix(b"async") for word in _LOOPS for at in places(raw, word, start, end))


class _Names:
    """The names in a file under which it may make objects that matter.

    Args:
        raw: the file.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._makers: dict[tuple[int, int], dict[bytes, set[bytes]]] = {}

    def __contains__(self, name: bytes) -> bool:
        return name[:1].isupper() or name.startswith(b"nn.") or (name not in _BUILT_IN and name in self._own)

    def makers(self, start: int, end: int) -> Mapping[bytes, Set[bytes]]:
        """What is called to make each variable in a part of the file."""
        if (start, end) not in self._makers:
            made = self._makers[start, end] = {}
            for found in _ASSIGNED_CALL.finditer(self._raw, start, end):
                if _is_method(self._raw, found):
                    continue
                target = _TARGET.match(self._raw, self._raw.rfind(b"\n", 0, found.start()) + 1, found.start())
                if target is not None:
                    made.setdefault(target[1], set()).add(found[1])
        return self._makers[start, end]

    @cached_property
    def _own(self) -> frozenset[bytes]:
        return imported_words(self._raw)


class _Container:
    """A plain container that is assigned to a name or an attribute."""

    def __init__(self, raw: bytes, name: bytes, opening: int, around: tuple[int, int], names: _Names, *, on_self: bool) -> None:
        self.raw = raw
        self.name = name
        self.on_self = on_self
        self.opening = opening
        self.names = names
        self.start, self.end = around

    def made(self) -> frozenset[bytes] | None:
        """The names that are called to make what is in it; empty where that is not plain, None where nothing can matter."""
        if self._is_outside_modules():
            return None
        inside = self._bracket(self.opening)
        if inside is None:
            return frozenset()
        if inside.startswith(b"(") and self.raw[self.opening - 1 : self.opening] in b"= \t" and not _has_comma(inside):
            # Parentheses around one value, which may be a container in turn.
            return frozenset(self._held(inside)) or None if _has_display(inside) else None
        added = self._added()
        made = {*self._held(inside), *(added or ())}
        if (not made and added is not None) or (self.on_self and self._is_registered()):
            return None
        return frozenset(made) if added is not None else frozenset()

    def _is_outside_modules(self) -> bool:
        """Whether the class around it, of the top level of the file, has no base that may be a Module."""
        header = _TOP_CLASS.match(self.raw, self.start)
        if header is None or _NESTED_CLASS.search(self.raw, header.end(), self.opening) is not None:
            return False
        return all(base in _NO_MODULES for base in _BASE.findall(header[1] or b""))

    def _is_registered(self) -> bool:
        """Whether the class also assigns something to the attribute that is no plain container."""
        spelt = b"self." + self.name
        ends = (at + len(spelt) for at in places(self.raw, spelt, self.start, self.end))
        return any(_MAKES_TORCH.match(self.raw, end) is not None for end in ends)

    def _added(self) -> set[bytes] | None:
        """The names that are called to make what is put into it somewhere in the class; None where that is not plain."""
        spelt = b"self." + self.name if self.on_self else self.name
        made: set[bytes] = set()
        for at in places(self.raw, spelt, self.start, self.end):
            way = _WAYS.match(self.raw, at + len(spelt))
            if way is None:
                continue
            inside = self._line(way.end() - 1) if way["puts"] is None else self._bracket(way.end() - 1)
            if inside is None:
                return None
            made |= self._held(inside)
        return made

    def _line(self, at: int) -> bytes:
        """The rest of a line, and the next one where a bracket stays open."""
        end = self.raw.find(b"\n", at)
        if end >= 0 and self.raw[at:end].rstrip().endswith((b"(", b"[", b"{")):
            end = self.raw.find(b"\n", end + 1)
        return self.raw[at : end if end >= 0 else len(self.raw)]

    def _held(self, text: bytes) -> set[bytes]:
        """The names that a text calls to make objects, and that are called to make the variables in it."""
        made = {found[1] for found in _MADE.finditer(text) if not _is_method(text, found) and found[1] in self.names}
        for name in {found[1] for found in _NAME.finditer(text)} - _NO_VARIABLES:
            made |= self._makers(name)
        return made

    def _makers(self, name: bytes) -> Set[bytes]:
        """The names that are called to make a variable in the class."""
        called = self.names.makers(self.start, self.end).get(name, ())
        return {one for one in called if one in self.names}

    def _bracket(self, opening: int) -> bytes | None:
        """What stands between a bracket and its counterpart; None where that is far."""
        depth = 0
        for found in _BRACKETS.finditer(self.raw, opening, opening + _MAX):
            depth += 1 if found.group() in b"([{" else -1
            if depth == 0:
                return self.raw[opening : found.end()]
        return None


def _is_method(text: bytes, made: re.Match[bytes]) -> bool:
    """Whether what is called is a method of some object, or a class that an attribute has, which makes no module."""
    if text[made.start(1) - 1 : made.start(1)] != b".":
        return False
    return not made[1][:1].isupper() or chain_before(text, made.start(1)).startswith(b"self.")


def _has_display(text: bytes) -> bool:
    """Whether a plain container stands right inside the parentheses around a text, not among the arguments of a call."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        if found.group() in b")]}":
            depth -= 1
            continue
        if depth == 1:
            before = text[max(0, found.start() - _LONGEST) : found.start()]
            if _APPLIED.match(before) is None or _MAKES_PLAIN.match(before) is not None:
                return True
        depth += 1
    return False


def _has_comma(text: bytes) -> bool:
    """Whether a comma stands right inside the outer brackets of a text."""
    depth = 0
    for found in _COMMAS.finditer(text):
        if found.group() == b",":
            if depth == 1:
                return True
        else:
            depth += 1 if found.group() in b"([{" else -1
    return False
