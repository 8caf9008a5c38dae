"""Which parts of each file of a run are extracted: those that matter, and more of them when linking asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from dropcheck.engine.pool import Task
from dropcheck.extract.modules import module_name
from dropcheck.extract.slices import Outline
from dropcheck.sieve import Look
from dropcheck.source.text import SourceFile


class Slices:
    """The files that are extracted, as a whole or in part."""

    def __init__(self) -> None:
        self._outlines: dict[str, Outline] = {}
        self._kept: dict[str, frozenset[int]] = {}
        self._whole: set[str] = set()
        self._cuts: dict[str, str] = {}
        self._spots: dict[str, tuple[int, ...]] = {}
        self._words: dict[str, tuple[str, ...]] = {}

    @property
    def cut(self) -> tuple[str, ...]:
        """The files of which only a part is there."""
        return tuple(path for path in self._kept if path not in self._whole)

    def whole(self, source: SourceFile) -> Task:
        """All of a file."""
        self._whole.add(source.path)
        return Task(source.path, source.text, *module_name(source.path))

    def begin(self, source: SourceFile, look: Look) -> Task:
        """What must be seen of a file for what its text says."""
        outline = self._outline(source)
        spots = self._spots[source.path] = tuple(_in_text(source, look.spots))
        # What stands outside all blocks, such as a dropout function under another name, may matter in each of them.
        if look.whole or not outline.blocks or not outline.hold(spots):
            return self.whole(source)
        return self._task(source.path, outline.at(spots))

    def with_names(self, source: SourceFile, names: Iterable[str]) -> Task | None:
        """A file with the classes and functions of some names, too; None where they are there already."""
        return self._more(source, {index for name in names for index in self._outline(source).named(name)})

    def with_words(self, source: SourceFile, words: Sequence[str]) -> Task | None:
        """A file with every class and function that holds one of some words; None where they are there already."""
        known = self._words.get(source.path, ())
        self._words[source.path] = (*known, *words)
        # The blocks may be there already, without a method that holds a word.
        before = self._cuts.get(source.path)
        task = self._more(source, self._outline(source).mentioning(words), again=True)
        return None if task is not None and task.cut is not None and task.cut == before else task

    def _outline(self, source: SourceFile) -> Outline:
        if source.path not in self._outlines:
            self._outlines[source.path] = Outline(source.text)
        return self._outlines[source.path]

    def _more(self, source: SourceFile, wanted: set[int], *, again: bool = False) -> Task | None:
        known = self._kept.get(source.path)
        if source.path in self._whole or (known is not None and wanted <= known and not (again and wanted)):
            return None
        if not self._outline(source).blocks:
            return self.whole(source)
        return self._task(source.path, wanted | (known or frozenset()))

    def _task(self, path: str, wanted: Set[int]) -> Task:
        outline = self._outlines[path]
        kept = self._kept[path] = outline.with_needed(outline.at_top() | wanted)
        left_out = tuple(block.name for index, block in enumerate(outline.blocks) if index not in kept)
        cut = outline.cut(kept, self._spots.get(path, ()), self._words.get(path, ()))
        self._cuts[path] = cut
        same = cut == outline.text
        return Task(path, outline.text, *module_name(path), cut=None if same else cut, left_out=left_out)


def _in_text(source: SourceFile, spots: Iterable[int]) -> Iterable[int]:
    """Offsets in the bytes of a file as offsets in its text."""
    raw, mark = source.raw, 3 if source.bom else 0
    if raw.isascii():
        return spots
    return [len(raw[mark:at].decode(source.encoding, errors="ignore")) for at in spots]
