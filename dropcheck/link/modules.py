"""Names across files: what an import leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from dropcheck.catalogue import Catalogue
from dropcheck.facts import FileFacts
from dropcheck.worlds import Const, Defined, Display, Imported, Value

#: An import that leads through more re-exports than this is left alone.
_MAX_HOPS = 12


class Finder(Protocol):
    """Finds the file of a module; the only knowledge of the disk that linking has."""

    def find(self, module: str, importer: str) -> str | None:
        """The path of a module of the importer's own project.

        Args:
            module: its dotted name.
            importer: the file that imports it.

        Returns:
            The path, whether its facts are known yet or not; None for a module outside the project.
        """


class NoFinder:
    """For a single text: nothing else is there."""

    def find(self, module: str, importer: str) -> str | None:  # noqa: ARG002
        """No module is found."""
        return None


class Names:
    """Resolves imports through files, packages, re-exports and star imports.

    Args:
        files: the facts known so far, by path.
        catalogue: names in it need no resolving.
        finder: finds the files of modules.
    """

    def __init__(self, files: Mapping[str, FileFacts], catalogue: Catalogue, finder: Finder) -> None:
        self.files = files
        self.catalogue = catalogue
        self.finder = finder
        #: Files that an import leads to and whose facts are not known, each with the names looked for in it; after an equals sign
        #: those that must be known whatever they are.
        self.wanted: dict[str, set[str]] = {}
        #: Modules that imports name and that are not there, each with its importer; by which file may still have it as a name.
        self.missing: dict[tuple[str, str], tuple[str, str]] = {}
        #: The files that imports were followed from and to.
        self.links: set[tuple[str, str]] = set()
        self._tables: dict[str, dict[str, Value]] = {}
        self._known: dict[tuple[str, str, bool, bool], Value] = {}
        self._base = self._read = False

    def resolve(self, value: Value, importer: str, *, base: bool = False, read: bool = False) -> Value:
        """What an imported name is.

        Args:
            value: anything; all but imports are given back as they are.
            importer: the file it is used in.
            base: whether it is a base class, for which any file must be read.
            read: whether its value is asked for, for which a class must be read if it is that of a member.

        Returns:
            The definition in the project, or whatever the name was assigned; the import itself where it leads outside.
        """
        if not isinstance(value, Imported) or self._is_catalogued(value.path):
            return value
        key = (importer, value.path, base, read)
        if key not in self._known:
            self._known[key] = value  # cuts cycles
            outer = self._base, self._read
            self._base, self._read = base, read
            star = value.path.startswith("*.")
            found = self._star(importer, value) if star else self._follow(value, importer, 0)
            self._known[key] = found
            # Of a base class, any part may matter.
            if base and isinstance(found, Defined) and found.name in self.files[found.file].left_out:
                self._want(found.file, found.name)
            self._base, self._read = outer
        return self._known[key]

    def _find(self, module: str, importer: str) -> str | None:
        found = self.finder.find(module, importer)
        if found is not None:
            self.links.add((importer, found))
        return found

    def _want(self, path: str, name: str, *, surely: bool = False) -> None:
        self.wanted.setdefault(path, set()).add(f"={name}" if self._base or surely else name)

    def _is_catalogued(self, path: str) -> bool:
        return path in self.catalogue.functions or path in self.catalogue.modules or self.catalogue.is_module_class(path)

    def _follow(self, value: Imported, importer: str, hops: int) -> Value:
        if hops > _MAX_HOPS or self._is_catalogued(value.path):
            return value
        parts = value.path.split(".")
        for split in range(len(parts) - 1, 0, -1):
            path = self._find(".".join(parts[:split]), importer)
            if path is None:
                continue
            file = self.files.get(path)
            if file is None:
                self._want(path, parts[split], surely=self._is_member(parts[split:]))
            found = self._member(file, parts[split:], hops) if file is not None else None
            if found is None and split < len(parts) - 1:
                self.missing[importer, ".".join(parts[: split + 1])] = (path, parts[split])
            return value if found is None else found
        return value

    def _member(self, file: FileFacts, parts: list[str], hops: int) -> Value | None:
        found = self._name(file, parts[0], hops, surely=self._is_member(parts))
        if found is None:
            return None
        if len(parts) == 1:
            return found
        if isinstance(found, Imported):
            return self._follow(Imported(".".join((found.path, *parts[1:]))), file.path, hops + 1)
        if isinstance(found, Defined):
            return Defined(found.file, ".".join((found.name, *parts[1:])))
        return None

    def _is_member(self, parts: list[str]) -> bool:
        """Whether the value of a member is asked for, as of ``Config.rate``."""
        return self._read and len(parts) > 1

    def _name(self, file: FileFacts, name: str, hops: int, *, surely: bool) -> Value | None:
        """What a name of a module is, through its own imports and star imports.

        Args:
            file: the module.
            name: the name.
            hops: how many files lead there.
            surely: whether it must be known whatever it is.
        """
        if hops > _MAX_HOPS:
            return None
        table = self._table(file)
        if name in table:
            value = table[name]
            return self._follow(value, file.path, hops + 1) if isinstance(value, Imported) else value
        if name in file.left_out:
            self._want(file.path, name, surely=surely)
            return None
        return self._star_imported(file, name, hops, surely=surely)

    def _star_imported(self, file: FileFacts, name: str, hops: int, *, surely: bool) -> Value | None:
        stars = tuple(self._stars(file))
        hidden = False  # whether a later star import, which would win, may have the name
        for star in stars:
            path = self._find(star, file.path)
            if path is None:
                outside = Imported(f"{star}.{name}")
                if not hidden and self._is_catalogued(outside.path):
                    return outside
                hidden = True
                continue
            if path == file.path:
                continue
            source = self.files.get(path)
            if source is None:
                self._want(path, name, surely=surely or len(stars) > 1)  # which one wins is only known from all
                continue
            if self._exports(source, name):
                found = self._name(source, name, hops + 1, surely=surely)
                if found is not None:
                    return found
        return None

    def _star(self, importer: str, value: Imported) -> Value:
        """What a name that a file does not bind itself is through its star imports."""
        file = self.files.get(importer)
        first, _, rest = value.path.removeprefix("*.").partition(".")
        found = self._member(file, [first, *filter(None, rest.split("."))], 0) if file is not None else None
        return value if found is None else found

    def _table(self, file: FileFacts) -> dict[str, Value]:
        if file.path not in self._tables:
            self._tables[file.path] = {name: value for name, value in file.names if name != "*"}
        return self._tables[file.path]

    def _stars(self, file: FileFacts) -> Iterator[str]:
        """The modules of star imports, the last (which wins) first."""
        for name, value in reversed(file.names):
            if name == "*" and isinstance(value, Imported):
                yield value.path

    def _exports(self, file: FileFacts, name: str) -> bool:
        """Whether ``from file import *`` brings a name."""
        listed = self._table(file).get("__all__")
        if isinstance(listed, Display) and all(isinstance(item, Const) for item in listed.items):
            return any(isinstance(item, Const) and item.value == name for item in listed.items)
        return not name.startswith("_")
