"""Cuts from a file the classes and functions that do not matter, so that LibCST need not read them.

What is cut becomes white space of the same length: every offset stays what it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property

from dropcheck.extract.methods import DROPS, MIN_LENGTH, cut_methods
from dropcheck.frozen import dataclass
from dropcheck.source.cells import is_notebook

_START = re.compile(r"^(?:@|(?:async[ \t]+)?(def|class)[ \t]+(\w+))", re.MULTILINE)
_NEXT = re.compile(r"\n(?=[^\s)\]}#])")
_DROPS = re.compile(r"(?i)drop|stochastic")
_WORD = re.compile(r"[A-Za-z_]\w*")
_STRING = re.compile(r"\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'|\"[^\"\n]*\"|\'[^\'\n]*\'|#[^\n]*", re.DOTALL)
_ATTRIBUTE = re.compile(r"^[ \t]*(?:if[ \t]+)?[A-Za-z_]\w*\.[^\n]*", re.MULTILINE)
_OWNER = re.compile(r"([A-Za-z_]\w*)\s*\.")
_GETATTR = re.compile(r"\bgetattr\(\s*(\w+)")
_VARIABLE = re.compile(r"^[ \t]*(\w+)[ \t]*(?::[^=\n]*)?=(?!=)([^\n]*)", re.MULTILINE)
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for of a file.

    Args:
        spots: places that need to be seen.
        blocks: the blocks that hold a word of ``words``.
        words: names whose places need to be seen; for one behind an opening parenthesis, all of a class with that base.
        named: the blocks that others ask for by their names.
    """

    spots: tuple[int, ...] = ()
    blocks: frozenset[int] = frozenset()
    words: tuple[str, ...] = ()
    named: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a file.

    Args:
        text: the file with the rest of it turned into white space.
        left_out: the names of the classes and functions that are not there, and of the classes that are there in part.
    """

    text: str
    left_out: tuple[str, ...]


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
        """The blocks that the code outside all of them makes something of."""
        words = set(_WORD.findall(self._outside))
        return {index for name in words & self._by_name.keys() for index in self._by_name[name]}

    def named(self, name: str) -> set[int]:
        """The blocks of a name."""
        return set(self._by_name.get(name, ()))

    def mentioning(self, words: Sequence[str], seen: Sequence[str]) -> set[int]:
        """The blocks that hold one of some words.

        Args:
            words: names; behind an opening parenthesis those of bases, which make a class count, and behind a dot those of
                attributes, which only count in the classes with such a base or of its name.
            seen: further words that were asked for; their bases count, too.
        """
        bases, family = self._bases_among(words), self._bases_among(seen)
        others = [word for word in words if not word.startswith(("(", "."))]
        attributes = [word for word in words if word.startswith(".")]
        return {
            index
            for index, block in enumerate(self.blocks)
            if self._inherits(block, bases)
            or self._holds(block, others)
            or ((block.name in family or self._inherits(block, family)) and self._holds(block, attributes))
        }

    def _holds(self, block: Block, words: Iterable[str]) -> bool:
        return any(self.text.find(word, block.start, block.end) >= 0 for word in words)

    def _bases_among(self, words: Iterable[str]) -> set[str]:
        """The base classes among some words, also under the names that imports of the file give them."""
        bases = {word[1:] for word in words if word.startswith("(")}
        return bases | {own for name, own in _RENAMED.findall(self.text) if name in bases} if bases else bases

    def _inherits(self, block: Block, bases: Set[str]) -> bool:
        header = _BASES.search(self.text, block.start, block.end) if bases and block.is_class else None
        return header is not None and not bases.isdisjoint(_WORD.findall(header[1]))

    def cut(self, asked: Asked) -> Cut:
        """The file with what does not matter turned into white space.

        Args:
            asked: what is asked for of it.
        """
        texts, wide = self._sources(asked)
        parts: list[str] = []
        at = 0
        for index, block in enumerate(self.blocks):
            parts += (self.text[at : block.start], texts.get(index, " " * (block.end - block.start)))
            at = block.end
        narrow = (
            block.name for index, block in enumerate(self.blocks) if index not in wide and (index not in texts or block.is_class)
        )
        return Cut("".join((*parts, self.text[at:])), tuple(narrow))

    def _sources(self, asked: Asked) -> tuple[dict[int, str], frozenset[int]]:
        """What is kept of the blocks that matter, and those of them that may be asked for anything."""
        bases = self._bases_among(asked.words)
        spotted = asked.blocks | self.at(asked.spots)
        containers = {index for index in spotted if any(self.text[at] in "[({" for at in self._within(index, asked.spots))}
        # Dropout may lie deep in what is kept in a container; and what other files name, they may ask for anything.
        wide = self._with_all_named(asked.named | containers)
        texts = {index: self._source(index, asked, bases, narrow=index not in wide) for index in wide | spotted}
        needed = self._needed(texts) - wide
        texts |= {index: self._source(index, asked, bases, narrow=False) for index in needed}
        return texts, wide | needed

    def _within(self, index: int, offsets: Iterable[int]) -> Iterator[int]:
        block = self.blocks[index]
        return (at for at in offsets if block.start <= at < block.end)

    def _with_all_named(self, wanted: Set[int]) -> frozenset[int]:
        """Blocks with everything of the file that they name, and that those name in turn, as far as it can matter."""
        found: set[int] = set()
        pending = list(wanted)
        while pending:
            index = pending.pop()
            if index not in found:
                found.add(index)
                pending.extend(self._names(index))
        return frozenset(wanted) | self._leading({index: self._names(index) for index in found}, wanted)

    def _needed(self, texts: Mapping[int, str]) -> frozenset[int]:
        """The blocks from which those kept, and the code outside all blocks, take values or methods."""
        links = {index: self._uses(_plain(text)) | self._bases(index) for index, text in texts.items()}
        outside = self._uses(self._outside)
        pending = [*outside, *(one for linked in links.values() for one in linked)]
        while pending:
            index = pending.pop()
            if index not in links:
                links[index] = self._uses(self._code(index)) | self._bases(index)
                pending.extend(links[index])
        kept = self._leading(links, texts.keys())
        used = {*outside, *(one for index in kept & links.keys() for one in links[index] - {index})}
        return kept & used | frozenset(one for index in kept for one in self._bases(index) - {index})

    def _uses(self, code: str) -> frozenset[int]:
        """The functions that code names, and the classes of which it reads members."""
        words, owners = set(_WORD.findall(code)), {*_OWNER.findall(code), *_GETATTR.findall(code)}
        return frozenset(
            index
            for name in words & self._by_name.keys()
            for index in self._by_name[name]
            if not self.blocks[index].is_class or name in owners
        )

    @cached_property
    def _outside(self) -> str:
        """The code outside all blocks: a name in a string is nothing, nor is an attribute."""
        parts: list[str] = []
        at = 0
        for block in self.blocks:
            parts.append(self.text[at : block.start])
            at = block.end
        parts.append(self.text[at:])
        return _ATTRIBUTE.sub("", _plain("\n".join(parts)))

    def _leading(self, links: Mapping[int, Set[int]], wanted: Set[int]) -> frozenset[int]:
        """The blocks that matter by what they hold, those that lead to them, and the bases of all of these."""
        leading = {index for index in links if index in wanted or self._matters(index)}
        fresh = set(leading)
        while fresh:
            bases = {base for index in fresh for base in self._bases(index)}
            fresh = (bases | {index for index, named in links.items() if not leading.isdisjoint(named)}) - leading
            leading |= fresh
        return frozenset(leading)

    def _matters(self, index: int) -> bool:
        """Whether a block can matter by itself: short ones may be constants that others read."""
        block = self.blocks[index]
        return block.end - block.start < MIN_LENGTH or _MATTERS.search(self._code(index)) is not None

    def _code(self, index: int) -> str:
        """A block without strings and comments."""
        block = self.blocks[index]
        return _plain(self.text[block.start : block.end])

    def _bases(self, index: int) -> frozenset[int]:
        """The classes of the file that a class has as its bases, or may have where a base is a variable."""
        block = self.blocks[index]
        header = _BASES.search(self.text, block.start, block.end) if block.is_class else None
        pending = _WORD.findall(header[1]) if header is not None else []
        words: set[str] = set()
        while pending:
            word = pending.pop()
            if word not in words:
                words.add(word)
                pending += () if word in self._by_name else self._assigned.get(word, ())
        return frozenset(one for word in words for one in self.named(word))

    @cached_property
    def _assigned(self) -> dict[str, list[str]]:
        """The words in what each variable outside all blocks is assigned."""
        found: dict[str, list[str]] = {}
        for name, value in _VARIABLE.findall(self._outside):
            found.setdefault(name, []).extend(_WORD.findall(value))
        return found

    def _names(self, index: int) -> frozenset[int]:
        """The blocks that a block names."""
        if index not in self._named:
            words = set(_WORD.findall(self._code(index)))
            self._named[index] = frozenset(one for word in words & self._by_name.keys() for one in self._by_name[word])
        return self._named[index]

    def _source(self, index: int, asked: Asked, bases: Set[str], *, narrow: bool) -> str:
        """What is kept of a block: of a class, without methods that decide nothing."""
        block = self.blocks[index]
        if not block.is_class or _DROPS.search(block.name) or self._inherits(block, bases):
            return self.text[block.start : block.end]
        return cut_methods(self.text, block.start, block.end, asked.spots, asked.words, narrow=narrow)


def _plain(text: str) -> str:
    """A text without strings and comments."""
    return _STRING.sub("", text)


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
