"""Which classes may hold dropout, told by the texts of all files: objects of the others may lie in any container."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cached_property

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import block, imported_words

_CLASS = pattern(rb"class[ \t]+(\w+)")
_FUNCTION = pattern(rb"\ndef[ \t]+(\w+)")
_TEXT = pattern(rb"\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'|\"[^\"\n]*\"|\'[^\'\n]*\'|#[^\n]*", re.DOTALL)
_WORD = pattern(rb"[A-Za-z_]\w*")
#: What a class or function makes objects of, or hands on: a class by any mention, a function by a call.
_MAKES = pattern(rb"\b[A-Z]\w*|(?<![\w.])[a-z_]\w*(?=[ \t]*\()")
_FROM = pattern(rb"from[ \t]+([.\w]+)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n]*)")
_IMPORT = pattern(rb"\nimport[ \t]+([^\n#;(]+)")
#: A class that leads to more others than this is taken for one that may hold dropout.
_MAX = 400


class Classes:
    """The classes of a run, and the functions that may make objects of them.

    Args:
        paths: the files of the run.
        read: the bytes of a file.
        torch: names of classes of torch, whose objects hold dropout or may.
        speaks: whether a text holds any of the words without which there is no dropout.
        named: the files that the user named one by one: what they import may lie outside the run.
    """

    def __init__(
        self,
        paths: Iterable[str],
        read: Callable[[str], bytes],
        *,
        torch: Set[bytes],
        speaks: Callable[[bytes], bool],
        named: Set[str],
    ) -> None:
        self._paths = paths
        self._read = read
        self._torch = torch
        self._speaks = speaks
        self._named = named
        self._known: dict[bytes, bool] = {}

    @property
    def harmless(self) -> frozenset[bytes]:
        """The names that were asked for and whose classes hold no dropout."""
        return frozenset(name for name, drops in self._known.items() if not drops)

    def may_drop(self, name: bytes, path: str) -> bool:
        """Whether an object made by calling a name in a file may hold dropout.

        Args:
            name: the name, perhaps with ``nn.`` before it.
            path: the file.
        """
        if name in self._torch:
            return True
        name = name.removeprefix(b"nn.")
        return self._drops(name) if name in self._places else self._comes_from_elsewhere(name, path)

    def _drops(self, name: bytes) -> bool:
        """Whether a class or function of a name, or anything that it names, speaks of dropout."""
        if name in self._known:
            return self._known[name]
        seen: set[bytes] = set()
        pending = [name]
        while pending:
            one = pending.pop()
            if one in seen:
                continue
            seen.add(one)
            if self._known.get(one) or len(seen) > _MAX:
                break
            for text in self._texts(one):
                code = _TEXT.sub(b"", text)
                if self._speaks(code):
                    self._known[name] = True
                    return True
                pending += {word for word in _MAKES.findall(code) if word in self._places}
        else:
            self._known |= dict.fromkeys(seen, False)
            return False
        self._known[name] = True
        return True

    def _texts(self, name: bytes) -> Iterator[bytes]:
        for path, start in self._places[name]:
            raw = self._read(path)
            line = raw.rfind(b"\n", 0, start) + 1
            yield block(raw, line, start - line)

    def _comes_from_elsewhere(self, name: bytes, path: str) -> bool:
        """Whether a name that no class of the run has may stand for one: renamed, or from a file that was not given."""
        raw = self._read(path)
        if re.search(rb"\b%b[ \t]*(?::[^=\n]*)?=(?!=)" % re.escape(name), raw) is not None:
            return True
        if name not in imported_words(raw):
            return False
        if path in self._named:
            return True
        folders = set(path.replace("\\", "/").split("/"))
        modules = [found[1] for found in _FROM.finditer(raw) if name in _WORD.findall(found[2])]
        imports = (found[1] for found in _IMPORT.finditer(raw) if name in _WORD.findall(found[1]))
        modules += (part.strip() for found in imports for part in found.split(b","))
        return any(module.startswith(b".") or module.partition(b".")[0].decode() in folders for module in modules)

    @cached_property
    def _places(self) -> dict[bytes, list[tuple[str, int]]]:
        """Where the classes and functions of each name stand."""
        places: dict[bytes, list[tuple[str, int]]] = {}
        for path in self._paths:
            raw = self._read(path)
            for found in _CLASS.finditer(raw):
                places.setdefault(found[1], []).append((path, found.start()))
            for found in _FUNCTION.finditer(raw):
                places.setdefault(found[1], []).append((path, found.start() + 1))
        return places


def defined_names(raw: bytes) -> frozenset[bytes]:
    """The names of the classes and functions of a file."""
    return frozenset(found[1] for search in (_CLASS, _FUNCTION) for found in search.finditer(raw))
