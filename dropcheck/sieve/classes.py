"""Which classes may hold dropout, told by the texts of all files: objects of the others may lie in any container."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable, Mapping, Set
from functools import cached_property

from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.scan import block, imported_words, without_texts

_CLASS = pattern(rb"class[ \t]+(\w+)")
_FUNCTION = pattern(rb"\n(?=def[ \t]+(\w+))")
_WORD = pattern(rb"[A-Za-z_]\w*")
#: What a class or function makes objects of, or hands on: a class by any mention, a function by a call. Before it, its module.
_MAKES = pattern(rb"(?:\b(\w+)\.)?(\b[A-Z]\w*|(?<![\w.])[a-z_]\w*(?=[ \t]*\())")
_FROM = pattern(rb"from[ \t]+([.\w]+)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n]*)")
_IMPORT = pattern(rb"\nimport[ \t]+([^\n#;(]+)")
_COMMENT = pattern(rb"#[^\n]*")
_VARIABLE = pattern(rb"\n(\w++)[ \t]*+(?::[^=\n]*)?=(?!=)")
_STARS = pattern(rb"import[ \t]*\*")
_TORCH_NN = pattern(rb"from[ \t]+torch[ \t]+import[ \t]+(?:\w+,[ \t]*)*nn\b|import[ \t]+torch\.nn[ \t]+as[ \t]+nn\b")
#: Methods that only choose which function is to be used for attention, by a longer name.
_SWITCH = pattern(rb"(?<=[. ])(?:set|enable|disable)_\w*memory_efficient_attention\w*")
#: A class without a base, which is no Module.
_BASELESS = pattern(rb"class[ \t]+\w+[ \t]*(?:\([ \t]*(?:object)?[ \t]*\))?[ \t]*:")
#: A class that leads to more others than this is taken for one that may hold dropout.
_MAX = 400

_BUILTINS = frozenset(dir(builtins))
#: So many files import a name from each other.
_DEEPEST = 8

_Place = tuple[str, int]
"""A file, and where in it a class or function begins."""


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
        self.read = read
        self._torch = torch
        self._speaks = speaks
        self._named = named
        self._known: dict[_Place, bool] = {}
        self._led: dict[_Place, Set[_Place] | None] = {}
        self._names: set[bytes] = set()
        self._defined: dict[str, dict[bytes, list[int]]] = {}
        self._variables: dict[str, Set[bytes]] = {}
        self._stars: dict[str, bool] = {}
        self._imports: dict[str, dict[bytes, tuple[bytes, bytes]]] = {}

    @property
    def harmless(self) -> frozenset[bytes]:
        """The names of the classes and functions that were looked at and hold no dropout, and others of the same names."""
        return frozenset(self._names)

    @property
    def consulted(self) -> frozenset[str]:
        """The files whose imports and variables decided what a name means."""
        return frozenset((*self._imports, *self._variables, *self._stars))

    def may_drop(self, name: bytes, path: str) -> bool:
        """Whether an object made by calling a name in a file may hold dropout.

        Args:
            name: the name, perhaps with ``nn.`` before it.
            path: the file.
        """
        if name in self._torch:
            return True
        plain = name.removeprefix(b"nn.")
        if plain != name and _TORCH_NN.search(self.read(path)) is not None:
            return False
        places = self._places(plain, path)
        if not places and plain not in self._imports_of(path) and plain.decode(errors="replace") not in _BUILTINS:
            places = self._everywhere.get(plain, [])
        # An object of a class without a base is no Module, and what it holds is not followed.
        return (
            any(self._drops(one) for one in places if not self._is_baseless(one))
            if places
            else self._comes_from_elsewhere(plain, path)
        )

    def has_module(self, name: bytes) -> bool:
        """Whether a file or folder of the run may be a module; one with a dot lies in a folder."""
        package, dot, _ = name.decode().partition(".")
        return package in self._folders or (not dot and package in self._files)

    def _drops(self, place: _Place) -> bool:
        """Whether a class or function, or anything that it names, speaks of dropout."""
        if place in self._known:
            return self._known[place]
        seen: set[_Place] = set()
        pending = [place]
        while pending:
            one = pending.pop()
            if one in seen:
                continue
            seen.add(one)
            leads = self._leads(one)
            if self._known.get(one) or len(seen) > _MAX or leads is None:
                self._known[place] = True
                return True
            pending += leads
        self._known |= dict.fromkeys(seen, False)
        return False

    def _leads(self, place: _Place) -> Set[_Place] | None:
        """The classes and functions that one names; None where it speaks of dropout."""
        if place not in self._led:
            code = _SWITCH.sub(b"", without_texts(self._text(place)))
            speaks = self._speaks(code) and not self._is_baseless(place)
            named = () if speaks else set(_MAKES.findall(code))
            places = {other for base, word in named for other in self._places(word, place[0], base)}
            self._led[place] = None if speaks else places
        return self._led[place]

    def _is_baseless(self, place: _Place) -> bool:
        """Whether a place is that of a class without a base."""
        return _BASELESS.match(self._text(place)) is not None

    def _text(self, place: _Place) -> bytes:
        path, start = place
        raw = self.read(path)
        row = raw.rfind(b"\n", 0, start) + 1
        return block(raw, row, start - row).lstrip()

    def _places(self, name: bytes, path: str, base: bytes = b"") -> list[_Place]:
        """Where the classes and functions stand that a name in a file may mean, perhaps behind the name of a module."""
        self._names.add(name)
        imports = self._imports_of(path)
        if base:
            module, inner = imports.get(base, (b"", b""))
            return self._in_module((module + b"." + inner).rstrip(b"."), name) if module else []
        own = [(path, at) for at in self._defined_in(path).get(name, ())]
        if name in imports:
            return own + self._in_module(*imports[name])
        return own or (self._everywhere.get(name, []) if self._has_stars(path) else [])

    def _in_module(self, module: bytes, name: bytes, depth: int = 0) -> list[_Place]:
        """Where the classes and functions of a name in a module stand: there, where that imports them from, or anywhere."""
        root, dot, _ = module.decode(errors="replace").partition(".")
        if root and root not in self._folders and (dot or root not in self._files):
            return []
        files = self._files.get(module.rpartition(b".")[2].decode(errors="replace"), ())
        found = [(file, at) for file in files for at in self._defined_in(file).get(name, ())]
        origins = {self._imports_of(file).get(name) for file in files}
        for origin in origins if depth < _DEEPEST else ():
            if origin is not None:
                found += self._in_module(*origin, depth + 1)
        if found or any(name in self._variables_of(file) for file in files):
            return found
        return self._everywhere.get(name, [])

    def _comes_from_elsewhere(self, name: bytes, path: str) -> bool:
        """Whether a name that no class of the run has may stand for one: renamed, or from a file that was not given."""
        raw = self.read(path)
        if re.search(rb"%b(?<![\w.]%b)[ \t]*(?::[^=\n]*)?=(?!=)" % (re.escape(name), re.escape(name)), raw) is not None:
            return True
        if name not in imported_words(raw):
            return False
        if path in self._named:
            return True
        modules = [found[1] for found in _FROM.finditer(raw) if name in _WORD.findall(found[2])]
        imports = (found[1] for found in _IMPORT.finditer(raw) if name in _WORD.findall(found[1]))
        modules += (part.strip() for found in imports for part in found.split(b","))
        return any(module.startswith(b".") or module.partition(b".")[0].decode() in self._folders for module in modules)

    def _variables_of(self, path: str) -> Set[bytes]:
        """The variables of the top level of a file."""
        if path not in self._variables:
            self._variables[path] = set(_VARIABLE.findall(self.read(path)))
        return self._variables[path]

    def _has_stars(self, path: str) -> bool:
        if path not in self._stars:
            self._stars[path] = _STARS.search(self.read(path)) is not None
        return self._stars[path]

    def _defined_in(self, path: str) -> Mapping[bytes, list[int]]:
        """Where the classes and functions of a file stand, by name."""
        if path not in self._defined:
            raw = self.read(path)
            found = self._defined[path] = {}
            for search in (_CLASS, _FUNCTION):
                for hit in search.finditer(raw):
                    found.setdefault(hit[1], []).append(hit.end() if search is _FUNCTION else hit.start())
        return self._defined[path]

    def _imports_of(self, path: str) -> Mapping[bytes, tuple[bytes, bytes]]:
        """What the names that a file imports come from: a module, and the name there."""
        if path not in self._imports:
            found = self._imports[path] = {}
            raw = self.read(path)
            for hit in _FROM.finditer(raw):
                for part in _COMMENT.sub(b"", hit[2]).strip(b"()").split(b","):
                    original, *renamed = part.split(b" as ")
                    found[(renamed or [original])[0].strip()] = hit[1], original.strip()
            for hit in _IMPORT.finditer(raw):
                for part in hit[1].split(b","):
                    module, *renamed = part.split(b" as ")
                    if renamed:
                        found[renamed[0].strip()] = module.strip(), b""
        return self._imports[path]

    @cached_property
    def _files(self) -> Mapping[str, list[str]]:
        """The files of the run by the last part of the names of their modules."""
        files: dict[str, list[str]] = {}
        for path in self._paths:
            folder, _, name = _with_strokes(path).rpartition("/")
            stem = name.rpartition(".")[0]
            files.setdefault(folder.rpartition("/")[2] if stem == "__init__" and folder else stem, []).append(path)
        return files

    @cached_property
    def _folders(self) -> Set[str]:
        """The names of the folders of the run."""
        folders = {_with_strokes(path).rpartition("/")[0] for path in self._paths}
        return {part for folder in folders for part in folder.split("/")}

    @cached_property
    def _everywhere(self) -> Mapping[bytes, list[_Place]]:
        """Where the classes and functions of each name stand in all files."""
        places: dict[bytes, list[_Place]] = {}
        for path in self._paths:
            for name, starts in self._defined_in(path).items():
                places.setdefault(name, []).extend((path, at) for at in starts)
        return places


def _with_strokes(path: str) -> str:
    return path.replace("\\", "/") if "\\" in path else path


def defined_names(raw: bytes) -> frozenset[bytes]:
    """The names of the classes and functions of a file."""
    return frozenset(found[1] for search in (_CLASS, _FUNCTION) for found in search.finditer(raw))
