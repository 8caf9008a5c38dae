"""Which parts of each file of a run are extracted: those that matter, and more of them when linking asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dropcheck.engine.pool import Task
from dropcheck.extract.asked import Asked, Cut
from dropcheck.extract.modules import module_name
from dropcheck.extract.slices import Outline
from dropcheck.sieve import Look
from dropcheck.source.text import SourceFile


class Slices:
    """The files that are extracted, as a whole or in part."""

    def __init__(self) -> None:
        self._outlines: dict[str, Outline] = {}
        self._asked: dict[str, Asked] = {}
        self._whole: set[str] = set()
        self._cuts: dict[str, Cut] = {}

    @property
    def cut(self) -> tuple[str, ...]:
        """The files of which only a part is there."""
        return tuple(path for path in self._asked if path not in self._whole)

    def whole(self, source: SourceFile) -> Task:
        """All of a file."""
        self._whole.add(source.path)
        return Task(source.path, source.text, *module_name(source.path))

    def begin(self, source: SourceFile, look: Look) -> Task:
        """What must be seen of a file for what its text says."""
        outline = self._outline(source)
        if look.whole or not outline.blocks:
            return self.whole(source)
        spots = tuple(_in_text(source, look.spots))
        containers = {at: names for at, names in look.kept if at in look.spots}
        made = {name for names in containers.values() for name in names}
        # Where it is not plain what is in a container, it may be anything that is named around it.
        blind = {at for at, names in containers.items() if not names}
        asked = Asked(
            spots,
            named=frozenset().union(*(outline.named(name.decode()) for name in made)),
            around=frozenset(outline.at([here for here, at in zip(spots, look.spots, strict=True) if at in blind])),
        )
        # What stands outside all blocks, such as a dropout function under another name, may matter wherever it is named.
        names = outline.bound_at(spots)
        # What becomes of dropout in a function, mostly its callers tell. Linking would ask for them, and all be read again.
        helpers = outline.functions_calling(spots)
        blocks = outline.naming(names) | outline.mentioning(helpers, ())
        handed = outline.handed_to(spots)
        named = asked.named | outline.standing_for(handed)
        return self._task(source.path, replace(asked, blocks=blocks, words=(*names, *helpers), named=named, names=handed))

    def with_names(self, source: SourceFile, names: Iterable[str]) -> Task | None:
        """A file with the classes and functions of some names, too; None where they are there already."""
        known = self._asked.get(source.path, Asked())
        names = known.names.union(names)
        named = known.named | self._outline(source).standing_for(names)
        return self._more(source, replace(known, named=named, names=names))

    def with_words(self, source: SourceFile, words: Sequence[str], seen: Sequence[str]) -> Task | None:
        """A file with every class and function that holds one of some words; None where they are there already.

        Args:
            source: the file.
            words: the words.
            seen: all words that were asked for in any file, these included: they tell which classes belong together.
        """
        outline = self._outline(source)
        known = self._asked.get(source.path, Asked())
        asked = replace(known, blocks=known.blocks | outline.mentioning(words, seen), words=(*known.words, *words))
        if source.path in self._cuts and outline.shows(self._cuts[source.path], words):
            self._asked[source.path] = asked
            return None
        return self._more(source, asked)

    def _outline(self, source: SourceFile) -> Outline:
        if source.path not in self._outlines:
            self._outlines[source.path] = Outline(source.text)
        return self._outlines[source.path]

    def _more(self, source: SourceFile, asked: Asked) -> Task | None:
        if source.path in self._whole:
            return None
        if not self._outline(source).is_plain:
            return self.whole(source)
        before = self._cuts.get(source.path)
        task = self._task(source.path, asked)
        return None if before is not None and before.excerpt == task.excerpt else task

    def _task(self, path: str, asked: Asked) -> Task:
        outline = self._outlines[path]
        self._asked[path] = asked
        cut = outline.cut(asked)
        self._cuts[path] = cut
        return Task(path, outline.text, *module_name(path), excerpt=cut.excerpt, left_out=cut.left_out)


def _in_text(source: SourceFile, spots: Iterable[int]) -> Iterable[int]:
    """Offsets in the bytes of a file as offsets in its text."""
    raw, mark = source.raw, 3 if source.bom else 0
    if raw.isascii():
        return spots
    return [len(raw[mark:at].decode(source.encoding, errors="ignore")) for at in spots]
