"""Reads the files of a run and tells, from their bytes, which of them need the full analysis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from dropcheck.catalogue import Catalogue
from dropcheck.discover import FoundFile
from dropcheck.engine.foreign import is_foreign
from dropcheck.engine.guesses import likely_words
from dropcheck.engine.looking import Lookers
from dropcheck.errors import ForeignNotebookError, SourceError
from dropcheck.frozen import dataclass
from dropcheck.outcome import FileError
from dropcheck.reading import read_bytes
from dropcheck.sieve import Look, Sieve, together
from dropcheck.sieve.words import parses
from dropcheck.source.cells import NOTEBOOK_SUFFIX
from dropcheck.source.text import SourceFile, decode_source, is_utf8

#: A row of more bytes that names dropout more often is no code that a person, or a generator of models, has written.
_LONG_ROW = 20_000
_MANY_NAMES = 300

_WHOLE = Look(whole=True)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The files of a run.

    Args:
        sources: those that need the full analysis.
        looks: what the text of each of these says.
        waiting: the bytes of the others, by path (``SourceFile.code``): linking may ask for them.
        raws: the bytes of all, as they are in the files.
        harmless: the names of classes in plain containers, found to hold no dropout.
        consulted: the files whose imports and variables decided which classes those are.
        odd: the names that each file sets to what is no rate.
        errors: those that could not be read.
        notes: those that were passed over, one line each.
        helpers: the names of functions that are right if all their callers are.
        lookers: search the files for names.
    """

    sources: dict[str, SourceFile]
    looks: dict[str, Look] = field(default_factory=dict)
    waiting: Mapping[str, bytes] = field(default_factory=dict)
    raws: Mapping[str, bytes] = field(default_factory=dict)
    harmless: frozenset[bytes] = frozenset()
    consulted: frozenset[str] = frozenset()
    odd: Mapping[str, frozenset[bytes]] = field(default_factory=dict)
    errors: tuple[FileError, ...] = ()
    notes: tuple[str, ...] = ()
    helpers: frozenset[bytes] = frozenset()
    lookers: Lookers = field(default_factory=lambda: Lookers(1))


def load(
    files: Sequence[FoundFile],
    catalogue: Catalogue,
    tick: Callable[[], None],
    *,
    everything: bool,
    lookers: Lookers,
) -> Loaded:
    """Read and sieve the files of a run.

    Args:
        files: the files.
        catalogue: the entries in force.
        tick: called after each file that needs no analysis.
        everything: whether every file that can hold dropout is analysed, also where all of it is surely right.
        lookers: look at the texts.
    """
    raws: dict[str, bytes] = {}
    codes: dict[str, bytes] = {}
    decoded: dict[str, SourceFile] = {}
    errors: list[FileError] = []
    notes: list[str] = []
    for file in files:
        try:
            raw = raws[file.path] = read_bytes(file.path) if file.raw is None else file.raw
            code = _code(file.path, raw, decoded, named=file.named)
            refuse_endless_rows(file.path, code)
            codes[file.path] = code
        except SourceError as error:
            if isinstance(error, ForeignNotebookError) and not file.insisted:
                notes.append(str(error))
            else:
                errors.append(FileError(error.path, error.message))
                raws.pop(file.path, None)  # what is of no use may be large
            tick()
    named = {file.path for file in files if file.named}
    sieve = Sieve(catalogue, everything=everything)
    classes = sieve.classes(codes, codes.__getitem__, named)
    seen = lookers.look(sieve, codes)
    failed = {path: one for path, one in seen.items() if isinstance(one, FileError)}
    errors += failed.values()
    sound = {path: one for path, one in seen.items() if isinstance(one, Look)}
    every = together(sound, classes, lambda words: lookers.search(words, codes, codes.get), is_foreign)
    looks = {path: look for path, look in every.items() if look.suspect}
    lookers.expect({word for path, look in looks.items() for word in likely_words(codes[path], look.spots)})
    # What is at hand is never read again, so it cannot join later.
    looks |= {file.path: _WHOLE for file in files if file.raw is not None and file.path in sound}
    sources: dict[str, SourceFile] = {}
    for path, code in codes.items():
        if path in failed:
            tick()
            continue
        source = decoded.get(path)
        if path in looks or (path in named and not parses((source or decode_source(code, path)).text)):
            sources[path] = source or decode_source(code, path)
        else:
            tick()
    waiting = {path: code for path, code in codes.items() if path in sound and path not in sources}
    odd = {path: look.odd for path, look in every.items() if look.odd}
    return Loaded(
        sources,
        looks,
        waiting,
        raws,
        classes.harmless,
        classes.consulted,
        odd=odd,
        errors=tuple(errors),
        notes=tuple(notes),
        helpers=frozenset(one.name for look in every.values() for one in look.helpers),
        lookers=lookers,
    )


def _code(path: str, raw: bytes, decoded: dict[str, SourceFile], *, named: bool) -> bytes:
    """The bytes of a file in which words can be looked for. Where these are not what the file holds, it is kept decoded."""
    is_notebook = path.endswith(NOTEBOOK_SUFFIX)
    if not (named or is_notebook) and is_utf8(raw):
        return raw
    source = decode_source(raw, path)
    if is_notebook:
        decoded[path] = source
    return source.code


def refuse_endless_rows(path: str, code: bytes) -> None:
    """Refuse what the searches of the sieve would take hours for: they look back in the row from each place that names dropout.

    Raises:
        SourceError: the file has such a row.
    """
    at, last = 0, len(code)
    while at + _LONG_ROW < last:
        # The last row that begins within reach of this one; where there is none, this one is long.
        following = code.rfind(b"\n", at, at + _LONG_ROW + 1) + 1
        if following == 0:
            following = code.find(b"\n", at) + 1 or last + 1
            row = code[at : following - 1]
            if (count := row.count(b"rop") + row.count(b"training")) > _MANY_NAMES:
                message = f"has a row of {len(row):,} bytes that names dropout {count:,} times; split it, or exclude the file"
                raise SourceError(path, message)
        at = following
