"""Cuts from a file the classes and functions that do not matter, so that LibCST need not read them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property

from dropcheck.extract.asked import Asked, Cut
from dropcheck.extract.blocks import Block, blocks_of
from dropcheck.extract.matters import may_matter
from dropcheck.extract.methods import MIN_LENGTH, Sought, idle_methods
from dropcheck.extract.top import AskedFor, Part, Statement, statements, words_of
from dropcheck.source.excerpt import Hole, joined, without

_DROPS = re.compile(r"(?i)drop|stochastic")
_WORD = re.compile(r"[^\W\d]\w*")
_STRING = re.compile(r"\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'|\"[^\"\n]*\"|\'[^\'\n]*\'|#[^\n]*", re.DOTALL)
_ATTRIBUTE = re.compile(r"^[ \t]*(?:if[ \t]+)?[^\W\d]\w*\.[^\n]*", re.MULTILINE)
_OWNER = re.compile(r"\b([^\W\d]\w*)\s*\.")
_GETATTR = re.compile(r"\bgetattr\(\s*(\w+)")
_ON_SELF = re.compile(r"[ \t]*self\.(\w+)[ \t]*(?::[^=\n]*)?[+|]?=(?!=)")
_VARIABLE = re.compile(r"^[ \t]*(\w+)[ \t]*(?::[^=\n]*)?=(?!=)([^\n]*)", re.MULTILINE)
_BASES = re.compile(r"class[ \t]+\w+[ \t]*\(([^)]*)\)")
_CALLED = re.compile(r"[\w.]*[ \t]*\(")
_AS = re.compile(r" as \s*([^\W\d]\w*)")
_LAST = re.compile(r"\b\w+(?=\s*\Z)")
#: No name is longer.
_LONGEST = 120
#: A call of a method, with a dot before its name and perhaps a parenthesis behind it, of another object than the own instance.
_FOREIGN = r"{0}(?<!\bself{0})(?<!\bcls{0})(?:(?<=\()|[ \t]*\()"


def foreign(word: str) -> re.Pattern[str]:
    """What finds the calls of a method or attribute of another object than the own instance.

    Args:
        word: its name behind a dot, perhaps with a parenthesis behind it.
    """
    return re.compile(_FOREIGN.format(re.escape(word)))


class Outline:
    """The top level of a file.

    Args:
        text: the file.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        found = blocks_of(text)
        #: Whether it is safe to tell where things end.
        self.is_plain = found is not None
        self.blocks = found or ()
        ends = [0, *(block.end for block in self.blocks)]
        starts = [*(block.start for block in self.blocks), len(text)]
        self.top = statements(text, zip(ends, starts, strict=True))
        self._by_name: dict[str, list[int]] = {}
        # A file is cut again and again, as more is asked for, and much of it is the same each time.
        self._codes: dict[tuple[int, tuple[Hole, ...]], str] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._used: dict[str, frozenset[int]] = {}
        self._mattering: dict[int, bool] = {}
        self._named_bases: dict[int, tuple[str, ...]] = {}
        for index, block in enumerate(self.blocks):
            self._by_name.setdefault(block.name, []).append(index)

    def at(self, offsets: Collection[int]) -> set[int]:
        """The blocks that places are in."""
        return {index for index, block in enumerate(self.blocks) for at in offsets if block.start <= at < block.end}

    def bound_at(self, offsets: Collection[int]) -> frozenset[str]:
        """The names that statements outside all blocks bind, those that places are in."""
        return frozenset(name for one in self.top for at in offsets if one.start <= at < one.end for name in one.bound_at(at))

    def functions_calling(self, offsets: Iterable[int]) -> tuple[str, ...]:
        """The names of the functions in which something is called at one of some places."""
        called = [at for at in offsets if _CALLED.match(self.text, at) is not None]
        return tuple(sorted({self.blocks[index].name for index in self.at(called) if not self.blocks[index].is_class}))

    def handed_to(self, offsets: Iterable[int]) -> frozenset[str]:
        """The names of the functions that get what others hand out at some places: dropout that is named, not called."""
        handing = self.at([at for at in offsets if _CALLED.match(self.text, at) is None])
        fresh = {self.blocks[index].name for index in handing if not self.blocks[index].is_class}
        found: set[str] = set()
        while fresh:
            users = {self.blocks[index].name for index in self.naming(fresh) if not self.blocks[index].is_class}
            fresh, found = users - found, found | users
        return frozenset(found)

    def standing_for(self, names: Iterable[str]) -> frozenset[int]:
        """The blocks that names stand for: their own, and those that variables are made of."""
        top = self._meaning(set(names), lambda _start, _end: False)
        words = set(names).union(_WORD.findall(self._outside(top.values())))
        return frozenset(index for name in words & self._by_name.keys() for index in self._by_name[name])

    def named(self, name: str) -> set[int]:
        """The blocks of a name."""
        return set(self._by_name.get(name, ()))

    def mentioning(self, words: Sequence[str], seen: Sequence[str]) -> set[int]:
        """The blocks that hold one of some words.

        Args:
            words: names; behind an opening parenthesis those of bases, which make a class count, and behind a dot those of
                attributes, which those of the instance only count for in the classes with such a base or of its name.
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
            or self._asks_others(block, attributes)
        }

    def _asks_others(self, block: Block, attributes: Iterable[str]) -> bool:
        """Whether a block calls a method, or an attribute, of another object than its own instance."""
        held = (word for word in attributes if self.text.find(word, block.start, block.end) >= 0)
        return any(foreign(word).search(self.text, block.start, block.end) for word in held)

    def naming(self, names: Set[str]) -> frozenset[int]:
        """The blocks whose code holds one of some names."""
        if not names:
            return frozenset()
        return frozenset(index for index in range(len(self.blocks)) if not names.isdisjoint(self._words_of(self._code(index))))

    def _holds(self, block: Block, words: Iterable[str]) -> bool:
        return any(self.text.find(word, block.start, block.end) >= 0 for word in words)

    def _bases_among(self, words: Iterable[str]) -> set[str]:
        """The base classes among some words, also under the names that imports of the file give them."""
        bases = {word[1:] for word in words if word.startswith("(")}
        return bases | {own for name, own in self._renamed if name in bases} if bases else bases

    @cached_property
    def _renamed(self) -> tuple[tuple[str, str], ...]:
        """The names that the file gives other names, with these."""
        pairs = (
            (_LAST.search(self.text, max(found.start() - _LONGEST, 0), found.start()), found[1])
            for found in _AS.finditer(self.text)
        )
        return tuple((name[0], own) for name, own in pairs if name is not None)

    def _inherits(self, block: Block, bases: Set[str]) -> bool:
        return bool(bases) and not bases.isdisjoint(self._bases_of(block))

    def _bases_of(self, block: Block) -> tuple[str, ...]:
        """The words between the parentheses behind the name of a class."""
        if block.start not in self._named_bases:
            header = _BASES.search(self.text, block.start, block.end) if block.is_class else None
            self._named_bases[block.start] = tuple(_WORD.findall(header[1])) if header is not None else ()
        return self._named_bases[block.start]

    def cut(self, asked: Asked) -> Cut:
        """The file without what does not matter.

        Args:
            asked: what is asked for of it.
        """
        kept, wide, top = self._kept(asked)
        idle = [one for index, one in enumerate(self.top) if index not in top]
        holes = [*(Hole(one.start, one.end) for one in idle), *(hole for part in top.values() for hole in part.holes)]
        left_out = {name for one in (*(one.binds for one in idle), *(part.left_out for part in top.values())) for name in one}
        for index, block in enumerate(self.blocks):
            holes += kept.get(index, (Hole(block.start, block.end),))
            if index not in wide and (index not in kept or block.is_class):
                left_out.add(block.name)
        gone = tuple(joined(sorted(holes, key=lambda hole: hole.start)))
        return Cut(without(self.text, gone) if gone else None, tuple(sorted(left_out)), gone)

    def shows(self, cut: Cut, words: Sequence[str]) -> bool:
        """Whether a part of the file has every place of some words already, and all of the classes with such bases."""
        bases = self._bases_among(words)
        if any(self._inherits(block, bases) for block in self.blocks):
            return False
        return all(cut.has(at) for word in words for at in self._places(word))

    def _kept(self, asked: Asked) -> tuple[dict[int, tuple[Hole, ...]], Set[int], Mapping[int, Part]]:
        """The blocks that matter with their holes, those that may be asked for anything, and the statements at the top."""
        bases = self._bases_among(asked.words)
        spotted = asked.blocks | self.at(asked.spots)
        # What becomes of a container that is kept in a variable, any method may tell.
        containers = {index for index in spotted if any(map(self._is_loose, self._within(index, asked.spots)))}
        # Dropout may lie deep in what is kept in a container; and what other files name, they may ask for anything.
        wide = self._with_all_named(asked.named | asked.around) | containers
        kept = {index: self._holes(index, asked, bases, narrow=index not in wide) for index in wide | spotted}
        asked_for = self._asked_for(asked)
        fresh = True
        while fresh:
            codes = {index: self._code(index, holes) for index, holes in kept.items()}
            top = self._top_for(asked, asked_for, codes.values())
            needed = self._needed(codes, self._outside(top.values())) - wide
            fresh = bool(needed)
            kept |= {index: self._holes(index, asked, bases, narrow=False) for index in needed}
            wide |= needed
        return kept, wide, top

    def _top_for(self, asked: Asked, asked_for: AskedFor, codes: Iterable[str]) -> Mapping[int, Part]:
        """The statements outside all blocks that give names a meaning which code uses, and those that matter by themselves."""
        return self._meaning(asked.names.union(*map(self._words_of, codes)), asked_for)

    def _meaning(self, names: Set[str], asked_for: AskedFor) -> Mapping[int, Part]:
        """The statements outside all blocks that give a meaning to names, and to the names in these; and others that matter."""
        words = set(names)
        parts: dict[int, Part] = {}
        known = -1
        while known != len(words):
            known = len(words)
            for index, one in enumerate(self.top):
                if index not in parts or parts[index].holes:
                    part = one.part(words, asked_for)
                    if part is not None:
                        parts[index] = part
                        words |= words_of(part.code)
        return parts

    def _is_loose(self, at: int) -> bool:
        """Whether a place is that of a container which is not assigned to an attribute right there."""
        return self.text[at] in "[({" and self._assigned_at(at) is None

    def _assigned_at(self, at: int) -> str | None:
        """The attribute of the instance that is assigned what stands in a place; None where the row does not tell."""
        found = _ON_SELF.match(self.text, self.text.rfind("\n", 0, at) + 1, at)
        return found[1] if found is not None else None

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

    def _asked_for(self, asked: Asked) -> AskedFor:
        """Tells whether some rows hold a place, or a word, that is asked for."""
        places = sorted((*asked.spots, *(at for word in asked.words for at in self._places(word))))

        def is_asked_for(start: int, end: int) -> bool:
            index = bisect_left(places, start)
            return index < len(places) and places[index] < end

        return is_asked_for

    def _places(self, word: str) -> Iterator[int]:
        """Where a word stands."""
        at = self.text.find(word)
        while at >= 0:
            yield at
            at = self.text.find(word, at + 1)

    def _needed(self, codes: Mapping[int, str], top: str) -> frozenset[int]:
        """The blocks from which those kept, and the code outside all blocks, take values or methods.

        Args:
            codes: what is kept of blocks.
            top: the code outside all blocks.
        """
        links = {index: self._uses(code) | self._bases(index) for index, code in codes.items()}
        outside = self._uses(top)
        pending = [*outside, *(one for linked in links.values() for one in linked)]
        while pending:
            index = pending.pop()
            if index not in links:
                links[index] = self._uses(self._code(index)) | self._bases(index)
                pending.extend(links[index])
        kept = self._leading(links, codes.keys())
        used = {*outside, *(one for index in kept & links.keys() for one in links[index] - {index})}
        return kept & used | frozenset(one for index in kept for one in self._bases(index) - {index})

    def _uses(self, code: str) -> frozenset[int]:
        """The functions that code names, and the classes of which it reads members."""
        if code not in self._used:
            named = [(name, index) for name in self._words_of(code) & self._by_name.keys() for index in self._by_name[name]]
            classes = {index for _, index in named if self.blocks[index].is_class}
            owners = {*_OWNER.findall(code), *_GETATTR.findall(code)} if classes else set()
            self._used[code] = frozenset(index for name, index in named if index not in classes or name in owners)
        return self._used[code]

    def _outside(self, kept: Iterable[Part | Statement]) -> str:
        """The code of statements outside all blocks: an attribute is nothing."""
        return _ATTRIBUTE.sub("", "".join(one.code for one in kept))

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
        """Whether a block can matter by itself, not by what it is made of: short ones may be constants that others read."""
        if index not in self._mattering:
            block = self.blocks[index]
            self._mattering[index] = block.end - block.start < MIN_LENGTH or may_matter(self._code(index))
        return self._mattering[index]

    def _code(self, index: int, holes: tuple[Hole, ...] = ()) -> str:
        """What is kept of a block, without strings and comments."""
        if (index, holes) not in self._codes:
            block = self.blocks[index]
            self._codes[index, holes] = _plain(without(self.text, holes, block.start, block.end).text)
        return self._codes[index, holes]

    def _words_of(self, code: str) -> frozenset[str]:
        """The names in code."""
        if code not in self._words:
            self._words[code] = frozenset(_WORD.findall(code))
        return self._words[code]

    def _bases(self, index: int) -> frozenset[int]:
        """The classes of the file that a class has as its bases, or may have where a base is a variable."""
        pending = list(self._bases_of(self.blocks[index]))
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
        for name, value in _VARIABLE.findall(self._outside(self.top)):
            found.setdefault(name, []).extend(_WORD.findall(value))
        return found

    def _names(self, index: int) -> frozenset[int]:
        """The blocks that a block names."""
        words = self._words_of(self._code(index))
        return frozenset(one for word in words & self._by_name.keys() for one in self._by_name[word])

    def _holes(self, index: int, asked: Asked, bases: Set[str], *, narrow: bool) -> tuple[Hole, ...]:
        """What is left out of a block that is kept: of a class, methods that decide nothing."""
        block = self.blocks[index]
        if not block.is_class or _DROPS.search(block.name) or self._inherits(block, bases):
            return ()
        assigned = {at: self._assigned_at(at) for at in self._within(index, asked.spots)}
        words = (*asked.words, *(f".{name}" for name in assigned.values() if name is not None))
        choices = [at for at, name in assigned.items() if name is None]
        return idle_methods(self.text, block.start, block.end, Sought(asked.spots, words, choices), narrow=narrow)


def _plain(text: str) -> str:
    """A text without strings and comments."""
    return _STRING.sub("", text)
