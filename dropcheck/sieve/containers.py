"""Plain containers on ``self`` that may hold modules, told by the text of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import cached_property

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import imported_words, line_before, plain_lines

_CLASS = pattern(rb"class[ \t]+(\w+)[ \t]*(?:\[[^\n]*\][ \t]*)?\(([^)]*)\)")
_TOP_CLASS = pattern(rb"\n?class[ \t]+\w+[ \t]*(?:\[[^\n]*\][ \t]*)?(?:\(([^)]*)\)|:)")
_NESTED_CLASS = pattern(rb"[ \t]class[ \t]")
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
_NO_MODULE_ENDS = (b"Enum", b"Error", b"Exception", b"Warning")
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
#: Brackets longer than this are left to the parser.
_MAX = 20_000


def class_names(raw: bytes) -> set[bytes]:
    """The names of the classes of a file that may be Modules, as their bases tell."""
    return {found[1] for found in _CLASS.finditer(raw) if not all(map(_is_no_module, _BASE.findall(found[2])))}


def _is_no_module(base: bytes) -> bool:
    return base in _NO_MODULES or base.endswith(_NO_MODULE_ENDS)


def hidden_modules(raw: bytes, classes: Set[bytes]) -> Iterator[int]:
    """Where a file may keep modules in a plain container of an instance.

    Args:
        raw: the file.
        classes: names of classes whose objects matter.
    """
    if not any(word in raw for word in _MODULES):
        return
    raw = plain_lines(raw)
    kept = {found[1] for found in _KEPT.finditer(raw)}
    names = _Names(raw, classes)
    for target, opening in _containers(raw):
        if (target[1] or target[2] in kept) and _Container(raw, target, opening, names).is_suspect():
            yield opening


class _Names:
    """The names in a file under which it may make objects that matter.

    Args:
        raw: the file.
        classes: names of classes whose objects do.
    """

    def __init__(self, raw: bytes, classes: Set[bytes]) -> None:
        self._raw = raw
        self._classes = classes

    def __contains__(self, name: bytes) -> bool:
        # What a class holds may be told by another file, which may speak of dropout no more than this one.
        return name in self._classes or name[:1].isupper() or name in self._own

    @cached_property
    def _own(self) -> frozenset[bytes]:
        return imported_words(self._raw) | class_names(self._raw)


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

    def is_suspect(self) -> bool:
        """Whether it may hold modules and be kept on an instance of a Module as it is."""
        if self._is_outside_modules():
            return False
        inside = self._bracket(self.opening)
        if inside is None:
            return True
        if inside.startswith(b"(") and self.raw[self.opening - 1 : self.opening] in b"= \t" and not _has_comma(inside):
            # Parentheses around one value, which may be a container in turn.
            return _DISPLAYS.search(inside, 1) is not None and self._holds(inside)
        return (self._holds(inside) or self._adds()) and not (self.on_self and self._is_registered())

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

    def _adds(self) -> bool:
        """Whether modules are put into it somewhere in the class."""
        spelt = b"self." + self.name if self.on_self else self.name
        for way in _WAYS:
            for at in _places(self.raw, spelt + way, self.start, self.end):
                opening = at + len(spelt + way) - 1
                inside = self._bracket(opening) if way.endswith(b"(") else self._line(opening)
                if inside is None or self._holds(inside):
                    return True
        return False

    def _line(self, at: int) -> bytes:
        """The rest of a line, and the next one where a bracket stays open."""
        end = self.raw.find(b"\n", at)
        if end >= 0 and self.raw[at:end].rstrip().endswith((b"(", b"[", b"{")):
            end = self.raw.find(b"\n", end + 1)
        return self.raw[at : end if end >= 0 else len(self.raw)]

    def _holds(self, text: bytes) -> bool:
        """Whether a text makes objects that matter, or names variables that hold some."""
        if any(found[1] in self.names for found in _MADE.finditer(text)):
            return True
        names = {found[1] for found in _NAME.finditer(text)} - {b"self", b"for", b"in", b"range", b"None", b"if", b"else"}
        return any(self._is_made(name) for name in names)

    def _is_made(self, name: bytes) -> bool:
        """Whether a variable is assigned an object that matters in the class."""
        for at in _places(self.raw, name, self.start, self.end):
            made = _ASSIGNED_CALL.match(self.raw, at + len(name))
            if made is not None and made[1] in self.names and _LONGER.match(self.raw, at - 1) is None:
                return True
        return False

    def _bracket(self, opening: int) -> bytes | None:
        """What stands between a bracket and its counterpart; None where that is far."""
        depth = 0
        for found in _BRACKETS.finditer(self.raw, opening, opening + _MAX):
            depth += 1 if found.group() in b"([{" else -1
            if depth == 0:
                return self.raw[opening : found.end()]
        return None


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
