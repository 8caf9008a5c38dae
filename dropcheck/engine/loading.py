"""Reads the files of a run and tells, from their bytes, which of them need the full analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from dropcheck.catalogue import Catalogue
from dropcheck.discover import FoundFile
from dropcheck.errors import SourceError
from dropcheck.model import FileError
from dropcheck.sieve import Look, Sieve, hidden_modules, with_odd_rates
from dropcheck.sieve.scan import imported_words
from dropcheck.sieve.words import parses
from dropcheck.source.text import SourceFile, decode_source, read_bytes


@dataclass(frozen=True, slots=True)
class Loaded:
    """The files of a run.

    Args:
        sources: those that need the full analysis.
        looks: what the text of each of these says.
        waiting: the bytes of the others, by path: linking may ask for them.
        raws: the bytes of all.
        classes: the names of classes whose objects matter in plain containers.
        odd: the names that each file sets to what is no rate.
        errors: those that could not be read.
    """

    sources: dict[str, SourceFile]
    looks: dict[str, Look]
    waiting: dict[str, bytes]
    raws: dict[str, bytes]
    classes: frozenset[bytes]
    odd: dict[str, frozenset[bytes]]
    errors: tuple[FileError, ...]


def load(files: Sequence[FoundFile], catalogue: Catalogue, tick: Callable[[], None], *, everything: bool) -> Loaded:
    """Read and sieve the files of a run.

    Args:
        files: the files.
        catalogue: the entries in force.
        tick: called after each file that needs no analysis.
        everything: whether every file that can hold dropout is analysed, also where all of it is surely right.
    """
    raws: dict[str, bytes] = {}
    errors = []
    for file in files:
        try:
            raw = read_bytes(file.path)
            if file.named or not _is_plain_text(raw):
                decode_source(raw, file.path)
            raws[file.path] = raw
        except SourceError as error:
            errors.append(FileError(error.path, error.message))
            tick()
    named = {file.path for file in files if file.named}
    sieve = Sieve(catalogue, everything=everything)
    every = with_odd_rates({path: sieve.look(raw) for path, raw in raws.items()})
    classes = sieve.module_names.union(*(look.classes for look in every.values()))
    looks = _suspects(raws, named, every, classes)
    sources: dict[str, SourceFile] = {}
    for path, raw in raws.items():
        if path in looks or (path in named and not parses(decode_source(raw, path).text)):
            sources[path] = decode_source(raw, path)
        else:
            tick()
    waiting = {path: raw for path, raw in raws.items() if path not in sources}
    odd = {path: look.odd for path, look in every.items() if look.odd}
    return Loaded(sources, looks, waiting, raws, classes, odd, tuple(errors))


def _is_plain_text(raw: bytes) -> bool:
    """Whether the bytes are surely the text that they look like."""
    return raw.isascii() and b"\0" not in raw and b"coding" not in raw[:400]


def _suspects(raws: dict[str, bytes], named: Set[str], looks: dict[str, Look], classes: frozenset[bytes]) -> dict[str, Look]:
    """What the text of each file says that needs the full analysis."""
    found: dict[str, Look] = {}
    for path, look in looks.items():
        # A file that is named by itself may take its classes from files that are not here to be looked at.
        known = classes | imported_words(raws[path]) if path in named else classes
        hidden = tuple(hidden_modules(raws[path], known)) if not look.whole else ()
        if look.suspect or hidden:
            found[path] = replace(look, spots=(*look.spots, *hidden))
    return found
