"""Plain containers on ``self`` that may hold modules, told by the text of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import imported_words, line_before, plain_lines

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
_DISPLAY = pattern(rb"=[ \t]*([\[{(])")
#: Calls that make plain containers; one search for each, since an alternation is slow.
_CALLS = tuple(pattern(name + rb"(\()") for name in (rb"list", rb"dict", rb"tuple", rb"OrderedDict", rb"defaultdict"))
_DISPLAYS = pattern(rb"(?:\A|[^\w\])])[ \t]*[\[{]|\b(?:list|dict|tuple|OrderedDict|defaultdict)\(")
_TARGET = pattern(rb"(self\.)?(\w+)[ \t]*(?::[^=]*)?[+|]?=?[ \t]*(?:\w+\.)?")
_MADE = pattern(rb"((?:nn\.)?\w+)[ \t]*\(")
_NAME = pattern(rb"(?<![\w.])([A-Za-z_]\w*)(?![\w.(])")
_LONGER = pattern(rb"\w")
_ASSIGNED_CALL = pattern(rb"[ \t]*(?::[^=\n]*)?=[ \t]*(?:\w+\.)*?((?:nn\.)?\w+)[ \t]*\(")
#: A variable that is assigned to an attribute, as it is or in a plain container.
_KEPT = pattern(rb"self\.\w+[ \t]*(?::[^=\n]*)?=[ \t]*(?:[\[({]|(?:list|tuple|dict|set)[ \t]*\()*(\w+)[ \t]*(?:[\n#;,)\]}+]|\Z)")
_BRACKETS = pattern(rb"[\[\](){}]")
_COMMAS = pattern(rb"[\[\](){},]")
_WAYS = (b".append(", b".extend(", b".insert(", b".add(", b".update(", b".setdefault(", b"[", b" +=", b"+=")
#: What a file with a Module holds.
_MODULES = (b"nn.", b"Module", b"Layer", b"def forward(")
_NO_VARIABLES = frozenset({b"self", b"for", b"in", b"range", b"None", b"if", b"else"})
#: Brackets longer than this are left to the parser.
_MAX = 20_000


Kept = tuple[int, frozenset[bytes]]
"""Where a container is, and the names that are called to make what is in it; none where that is not plain."""


def kept_in_containers(raw: bytes) -> Iterator[Kept]:
    """Where a file keeps objects in a plain container of an instance.

    Args:
        raw: the file.
    """
    if not any(word in raw for word in _MODULES):
        return
    raw = plain_lines(raw)
    kept = {found[1] for found in _KEPT.finditer(raw)}
    names = _Names(raw)
    for target, opening in _containers(raw):
        if target[1] or target[2] in kept:
            made = _Container(raw, target, opening, names).made()
            if made is not None:
                yield opening, made


class _Names:
    """The names in a file under which it may make objects that matter.

    Args:
        raw: the file.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def __contains__(self, name: bytes) -> bool:
        return name[:1].isupper() or name.startswith(b"nn.") or name in self._own

    @cached_property
    def _own(self) -> frozenset[bytes]:
        return imported_words(self._raw)


def _containers(raw: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Each assignment of a plain container to a name or an attribute: its target, and where the bracket is."""
    for search in (_DISPLAY, *_CALLS):
        for found in search.finditer(raw):
            target = _TARGET.fullmatch(line_before(raw, found.start()))
            if target is not None and (
                search is _DISPLAY or raw[found.start() - 2 : found.start()].endswith((b"= ", b"=", b"."))
            ):
                yield target, found.start(1)


class _Container:
    """A plain container that is assigned to a name or an attribute."""

    def __init__(self, raw: bytes, target: re.Match[bytes], opening: int, names: _Names) -> None:
        self.raw = raw
        self.name = target[2]
        self.on_self = bool(target[1])
        self.opening = opening
        self.names = names
        self.start = max(0, raw.rfind(b"\nclass ", 0, opening))
        end = raw.find(b"\nclass ", opening)
        self.end = end if end >= 0 else len(raw)

    def made(self) -> frozenset[bytes] | None:
        """The names that are called to make what is in it; empty where that is not plain, None where nothing can matter."""
        if self._is_outside_modules():
            return None
        inside = self._bracket(self.opening)
        if inside is None:
            return frozenset()
        if inside.startswith(b"(") and self.raw[self.opening - 1 : self.opening] in b"= \t" and not _has_comma(inside):
            # Parentheses around one value, which may be a container in turn.
            return frozenset(self._held(inside)) or None if _DISPLAYS.search(inside, 1) is not None else None
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
        other = rb"self\.%b[ \t]*(?::[^=\n]*)?=[ \t]*(?:torch\.)?nn\.\w+\(" % self.name
        return re.compile(other).search(self.raw, self.start, self.end) is not None

    def _added(self) -> set[bytes] | None:
        """The names that are called to make what is put into it somewhere in the class; None where that is not plain."""
        spelt = b"self." + self.name if self.on_self else self.name
        made: set[bytes] = set()
        for way in _WAYS:
            for at in _places(self.raw, spelt + way, self.start, self.end):
                opening = at + len(spelt + way) - 1
                inside = self._bracket(opening) if way.endswith(b"(") else self._line(opening)
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
        calls = (found for found in _MADE.finditer(text) if found[1] in self.names)
        made = {found[1] for found in calls if not _is_method(text, found)}
        for name in {found[1] for found in _NAME.finditer(text)} - _NO_VARIABLES:
            made |= self._makers(name)
        return made

    def _makers(self, name: bytes) -> set[bytes]:
        """The names that are called to make a variable in the class."""
        calls = (
            _ASSIGNED_CALL.match(self.raw, at + len(name))
            for at in _places(self.raw, name, self.start, self.end)
            if _LONGER.match(self.raw, at - 1) is None
        )
        return {made[1] for made in calls if made is not None and made[1] in self.names and not _is_method(self.raw, made)}

    def _bracket(self, opening: int) -> bytes | None:
        """What stands between a bracket and its counterpart; None where that is far."""
        depth = 0
        for found in _BRACKETS.finditer(self.raw, opening, opening + _MAX):
            depth += 1 if found.group() in b"([{" else -1
            if depth == 0:
                return self.raw[opening : found.end()]
        return None


def _is_method(text: bytes, made: re.Match[bytes]) -> bool:
    """Whether what is called is a method of some object, which makes no module."""
    return text[made.start(1) - 1 : made.start(1)] == b"." and not made[1][:1].isupper()


def _places(raw: bytes, text: bytes, start: int, end: int) -> Iterator[int]:
    at = raw.find(text, start, end)
    while at >= 0:
        yield at
        at = raw.find(text, at + 1, end)


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
