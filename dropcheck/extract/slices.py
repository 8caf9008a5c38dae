"""Cuts from a file the classes and functions that do not matter, so that LibCST need not read them.

What is cut becomes white space of the same length: every offset stays what it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from dropcheck.extract.methods import DROPS, MIN_LENGTH, cut_methods
from dropcheck.frozen import dataclass
from dropcheck.source.cells import is_notebook

_START = re.compile(r"^(?:@|(?:async[ \t]+)?(def|class)[ \t]+(\w+))", re.MULTILINE)
_NEXT = re.compile(r"\n(?=[^\s)\]}#])")
_DROPS = re.compile(r"(?i)drop|stochastic")
_WORD = re.compile(r"[A-Za-z_]\w*")
_STRING = re.compile(r"\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'|\"[^\"\n]*\"|\'[^\'\n]*\'|#[^\n]*", re.DOTALL)
_ATTRIBUTE = re.compile(r"^[ \t]*(?:if[ \t]+)?[A-Za-z_]\w*\.[^\n]*", re.MULTILINE)
_BASES = re.compile(r"class[ \t]+\w+[ \t]*\(([^)]*)\)")
#: What a class or function holds that has to do with dropout or with the mode; what it is made of is looked at for itself.
_MATTERS = re.compile(DROPS)
_RENAMED = re.compile(r"\b(\w+)[ \t]+as[ \t]+(\w+)")
_QUOTES = ('"""', "'''")


@dataclass(frozen=True, slots=True)
class Block:
    """A class or function at the top level of a file, its decorators included.

    Args:
        name: its name.
        start: the offset of its first character.
        end: the offset behind its last one.
        is_class: whether it is a class.
    """

    name: str
    start: int
    end: int
    is_class: bool


class Outline:
    """The top level of a file.

    Args:
        text: the file.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks = _blocks(text)
        self._by_name: dict[str, list[int]] = {}
        self._named: dict[int, frozenset[int]] = {}
        for index, block in enumerate(self.blocks):
            self._by_name.setdefault(block.name, []).append(index)

    def at(self, offsets: Iterable[int]) -> set[int]:
        """The blocks that places are in."""
        return {index for index, block in enumerate(self.blocks) for at in offsets if block.start <= at < block.end}

    def hold(self, offsets: Iterable[int]) -> bool:
        """Whether every place is in some block."""
        return all(any(block.start <= at < block.end for block in self.blocks) for at in offsets)

    def at_top(self) -> set[int]:
        """The blocks that the code outside all of them makes something of: a name in a string is nothing, nor is an attribute."""
        parts: list[str] = []
        at = 0
        for block in self.blocks:
            parts.append(self.text[at : block.start])
            at = block.end
        parts.append(self.text[at:])
        words = set(_WORD.findall(_ATTRIBUTE.sub("", _STRING.sub("", "\n".join(parts)))))
        return {index for name in words & self._by_name.keys() for index in self._by_name[name]}

    def named(self, name: str) -> set[int]:
        """The blocks of a name."""
        return set(self._by_name.get(name, ()))

    def mentioning(self, words: Sequence[str]) -> set[int]:
        """The blocks that hold one of some words, or, for a word behind an opening parenthesis, the classes with that base."""
        bases = self._bases_among(words)
        others = [word for word in words if not word.startswith("(")]
        return {
            index
            for index, block in enumerate(self.blocks)
            if self._inherits(block, bases) or any(word in self.text[block.start : block.end] for word in others)
        }

    def _bases_among(self, words: Iterable[str]) -> set[str]:
        """The base classes among some words, also under the names that imports of the file give them."""
        bases = {word[1:] for word in words if word.startswith("(")}
        return bases | {own for name, own in _RENAMED.findall(self.text) if name in bases} if bases else bases

    def _inherits(self, block: Block, bases: Set[str]) -> bool:
        header = _BASES.search(self.text, block.start, block.end) if bases and block.is_class else None
        return header is not None and not bases.isdisjoint(_WORD.findall(header[1]))

    def with_needed(self, kept: Iterable[int]) -> frozenset[int]:
        """Blocks with everything of the file that they name, and that those name in turn, as far as it can matter."""
        wanted = frozenset(kept)
        found: set[int] = set()
        pending = list(wanted)
        while pending:
            index = pending.pop()
            if index not in found:
                found.add(index)
                pending.extend(self._names(index))
        return wanted | self._leading(found, wanted)

    def _leading(self, found: Set[int], wanted: Set[int]) -> frozenset[int]:
        """The blocks that matter by what they hold, those that lead to them, and the bases of all of these."""
        leading = {index for index in found if index in wanted or self._matters(index)}
        fresh = set(leading)
        while fresh:
            bases = {base for index in fresh for base in self._bases(index)}
            fresh = (bases | {index for index in found if not leading.isdisjoint(self._names(index))}) - leading
            leading |= fresh
        return frozenset(leading)

    def _matters(self, index: int) -> bool:
        """Whether a block can matter by itself: short ones may be constants that others read."""
        block = self.blocks[index]
        return block.end - block.start < MIN_LENGTH or _MATTERS.search(self._code(index)) is not None

    def _code(self, index: int) -> str:
        """A block without strings and comments."""
        block = self.blocks[index]
        return _STRING.sub("", self.text[block.start : block.end])

    def _bases(self, index: int) -> set[int]:
        """The classes of the file that a class has as its bases."""
        block = self.blocks[index]
        header = _BASES.search(self.text, block.start, block.end) if block.is_class else None
        return {one for word in _WORD.findall(header[1]) for one in self.named(word)} if header is not None else set()

    def _names(self, index: int) -> frozenset[int]:
        """The blocks that a block names."""
        if index not in self._named:
            words = set(_WORD.findall(self._code(index)))
            self._named[index] = frozenset(one for word in words & self._by_name.keys() for one in self._by_name[word])
        return self._named[index]

    def cut(self, kept: frozenset[int], spots: Iterable[int], words: Sequence[str]) -> str:
        """The file with all other blocks turned into white space, and methods that decide nothing without their bodies.

        Args:
            kept: the blocks to keep.
            spots: places that must stay.
            words: names; methods that hold one must stay, and all those of a class that inherits from one.
        """
        parts: list[str] = []
        at = 0
        places, bases = tuple(spots), self._bases_among(words)
        for index, block in enumerate(self.blocks):
            parts.append(self.text[at : block.start])
            if index not in kept:
                parts.append(" " * (block.end - block.start))
            elif block.is_class and not _DROPS.search(block.name) and not self._inherits(block, bases):
                parts.append(cut_methods(self.text, block.start, block.end, places, words))
            else:
                parts.append(self.text[block.start : block.end])
            at = block.end
        return "".join((*parts, self.text[at:]))


def _blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a file; none in a notebook, and none where strings make it unsafe to tell where they end."""
    if is_notebook(text):
        return ()
    blocks: list[Block] = []
    at = 0
    start: int | None = None
    while (found := _START.search(text, at)) is not None:
        if start is None:
            start = found.start()
        if found[1] is None:
            at = found.end()
            continue
        end = _NEXT.search(text, found.end())
        block = Block(found[2], start, end.start() if end is not None else len(text), found[1] == "class")
        if any(text.count(quotes, block.start, block.end) % 2 for quotes in _QUOTES):
            return ()
        blocks.append(block)
        at, start = block.end, None
    return tuple(blocks)
