"""Where a name of another file is defined, told from bytes: through re-exports, without parsing anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import field, replace
from enum import Enum

from dropcheck.engine.modules import DiskFinder
from dropcheck.extract.modules import module_name
from dropcheck.frozen import dataclass
from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import block, line_before

_FROM = pattern(rb"from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*)")
_IMPORT = pattern(rb"import[ \t]+([^\n#;(]+)")
_COMMENT = pattern(rb"#[^\n]*")
#: The row of a definition before its name, and of an assignment behind the variable.
_DEFINES = pattern(rb"([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+\Z")
_ASSIGNED = pattern(rb"[ \t]*(?::[^=\n]*)?=(?!=)")
_TOP = pattern(rb"(?:\A|\n)(?:async[ \t]+def|def|class)[ \t]+(\w+)")
_MEMBER = rb"%b\.(\w+)"
_WORD = pattern(rb"[A-Za-z_]\w*")
#: A name that is handed on more often is left alone.
_MAX_HOPS = 8


class Sort(Enum):
    """What a name is bound to."""

    FUNCTION = "function"
    CLASS = "class"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a name is bound.

    Args:
        path: the file.
        name: the name it has there.
        sort: to what.
        text: the source of the function or class, or of what is assigned; for an import from outside the project
            ``import`` and the module.
        via: the files between, which hand the name on, each with the name that it has there.
    """

    path: str
    name: str
    sort: Sort
    text: bytes
    via: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Imports:
    """What a file imports.

    Args:
        names: by its own name for it, what it may come from: the dotted name of a module, and the name there (empty for a whole
            module). Which files these are is found out for the few names that are followed.
        origins: by name, the module that it is imported from, as it is spelt.
        stars: the files of its star imports, in order.
        outside: the modules of those from outside the project.
        text: the import statements.
    """

    names: dict[bytes, list[tuple[str, bytes]]] = field(default_factory=dict)
    origins: dict[bytes, bytes] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    outside: list[bytes] = field(default_factory=list)
    text: bytes = b""

    def add(self, name: bytes, module: str, original: bytes, origin: bytes) -> None:
        """Note one import."""
        self.origins[name.strip()] = origin
        self.names.setdefault(name.strip(), []).append((module, original.strip()))


class Tracer:
    """Follows names through the files of a project.

    Args:
        finder: finds the files of modules.
        read: the bytes of a file; None where it cannot be read.
        roots: the packages outside the project whose functions and classes count.
    """

    def __init__(self, finder: DiskFinder, read: Callable[[str], bytes | None], roots: Set[bytes]) -> None:
        self._finder = finder
        self._read = read
        self._roots = roots
        self._imports: dict[str, Imports] = {}
        self._known: dict[tuple[str, bytes], tuple[Definition, ...]] = {}
        self._own: dict[str, frozenset[bytes]] = {}
        #: The files that a name was followed from and to.
        self.links: set[tuple[str, str]] = set()

    @property
    def visited(self) -> frozenset[str]:
        """The files that were searched."""
        return frozenset((*self._imports, *(path for path, _ in self._known)))

    def trace(self, path: str, name: str) -> tuple[Definition, ...]:
        """Where a name of a file may be bound in the end; nothing where that is not plain."""
        return self._trace(path, name.encode(), ())

    def used(self, path: str, text: bytes) -> Iterator[Definition]:
        """The definitions in other files of the project that a part of a file names."""
        imports = self.imports(path)
        for name in imports.names:
            if name not in text:
                continue
            for target, original in self._places(path, name):
                if target is None:
                    continue
                members = {original} if original else {found[1] for found in re.finditer(_MEMBER % re.escape(name), text)}
                for member in members:
                    yield from self._trace(target, member, ((path, name.decode()),))
        for word in dict.fromkeys(_WORD.findall(text)) if imports.stars else ():
            for star in imports.stars:
                yield from self._trace(star, word, ((path, word.decode()),))

    def beside(self, path: str, text: bytes) -> Iterator[Definition]:
        """The functions and classes of the file itself that a part of it names."""
        if path not in self._own:
            self._own[path] = frozenset(_TOP.findall(self._read(path) or b""))
        for name in self._own[path].intersection(_WORD.findall(text)):
            yield from self._trace(path, name, ())

    def imports(self, path: str) -> Imports:
        """What a file imports."""
        if path not in self._imports:
            raw = self._read(path)
            self._imports[path] = Imports() if raw is None else self._read_imports(path, raw)
        return self._imports[path]

    def _places(self, path: str, name: bytes) -> Iterator[tuple[str | None, bytes]]:
        """Where an imported name may come from: files (None outside the project), and its name there (empty for all of it)."""
        for module, original in self.imports(path).names.get(name, ()):
            below = self._finder.find(f"{module}.{original.decode(errors='replace')}", path) if original else None
            yield (self._finder.find(module, path), original) if below is None else (below, b"")

    def _trace(self, path: str, name: bytes, via: tuple[tuple[str, str], ...]) -> tuple[Definition, ...]:
        if via:
            self.links.add((via[-1][0], path))
        if any(path == between for between, _ in via) or len(via) > _MAX_HOPS:
            return ()
        key = (path, name)
        if key not in self._known:
            self._known[key] = ()  # cuts cycles
            self._known[key] = tuple(self._search(path, name, via))
        return self._known[key]

    def _search(self, path: str, name: bytes, via: tuple[tuple[str, str], ...]) -> Iterator[Definition]:
        raw = self._read(path)
        if raw is None:
            return
        bound = False
        onward = (*via, (path, name.decode()))
        rows = [(start, end, raw[start:at]) for start, at, end in _rows_with(name, raw)]
        for start, _, before in rows:
            if (found := _DEFINES.match(before)) is not None:
                bound = True
                sort = Sort.CLASS if found[2] == b"class" else Sort.FUNCTION
                yield Definition(path, name.decode(), sort, block(raw, start, len(found[1])), via)
        imports = self.imports(path)
        for target, original in self._places(path, name):
            bound = True
            if target is None:
                yield Definition(path, name.decode(), Sort.VALUE, b"import " + imports.origins[name], via)
            elif original:
                yield from self._trace(target, original, onward)
        if not bound:
            for _, end, before in rows:
                if not before.strip(b" \t") and (found := _ASSIGNED.match(raw, end)) is not None:
                    bound = True
                    yield Definition(
                        path, name.decode(), Sort.VALUE, raw[found.end() : raw.find(b"\n", found.end())].strip(), via
                    )
        if not bound:
            brought = [several for star in imports.stars if (several := self._trace(star, name, onward))]
            # Which of several star imports wins is only known once all of them are read.
            for definition in (one for several in brought for one in several):
                yield definition if len(brought) == 1 else replace(definition, sort=Sort.VALUE)
            if not brought:
                counting = (module for module in imports.outside if module.partition(b".")[0] in self._roots)
                yield from (Definition(path, name.decode(), Sort.VALUE, b"import " + module, via) for module in counting)

    def _read_imports(self, path: str, raw: bytes) -> Imports:
        imports = Imports()
        module, is_package = module_name(path)
        package = module.split(".") if is_package else module.split(".")[:-1]
        for found in _FROM.finditer(raw):
            if not _starts_statement(line_before(raw, found.start())):
                continue  # an example in a docstring
            imports.text += found.group() + b"\n"
            base = _absolute(found[1].decode(errors="replace"), package)
            for part in _COMMENT.sub(b"", found[2]).strip(b"()\\; \t\r\n").split(b","):
                original, _, own = part.strip().partition(b" as ")
                if original == b"*":
                    source = self._finder.find(base, path)
                    if source is not None:
                        imports.stars.append(source)
                    else:
                        imports.outside.append(found[1])
                elif original:
                    imports.add(own or original, base, original, found[1])
        for found in _IMPORT.finditer(raw):
            if line_before(raw, found.start()):
                continue
            imports.text += found.group().strip() + b"\n"
            for part in found[1].split(b","):
                spelt, _, own = part.strip().partition(b" as ")
                imports.add(own or spelt, spelt.strip().decode(errors="replace"), b"", spelt)
        return imports


def _rows_with(word: bytes, raw: bytes) -> Iterator[tuple[int, int, int]]:
    """Where a word stands, not just as the beginning of a longer one: the start of its row, its own, and its end."""
    at = raw.find(word)
    while at >= 0:
        end = at + len(word)
        if not (raw[end : end + 1].isalnum() or raw[end : end + 1] == b"_"):
            yield raw.rfind(b"\n", 0, at) + 1, at, end
        at = raw.find(word, end)


def _starts_statement(before: bytes) -> bool:
    return not before or before.endswith((b":", b";"))


def _absolute(module: str, package: list[str]) -> str:
    plain = module.lstrip(".")
    dots = len(module) - len(plain)
    return ".".join((*package[: len(package) - dots + 1], plain)).rstrip(".") if dots else plain
