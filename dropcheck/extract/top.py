"""The statements of a file outside its classes and functions, as far as text tells them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import field
from functools import lru_cache
from itertools import pairwise
from keyword import kwlist

from dropcheck.extract.suites import Chain, chain_of, idle_names, part_of
from dropcheck.frozen import dataclass
from dropcheck.source.excerpt import Hole, without

_STATEMENT = re.compile(r"^(?=[^\s)\]}#])(?!(?:else|elif|except|finally)\b)", re.MULTILINE)
_TEXT = re.compile(r"\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'|\"[^\"\n]*\"|\'[^\'\n]*\'|#[^\n]*", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
#: What binds names, or changes what they stand for: each is one way, and takes in too much rather than too little.
_BINDS = (
    re.compile(r"import\b(?<!\wimport)[ \t]*(\([^)]*\)|[^\n]*)"),
    re.compile(r"^([^\n]*[^\n=!<>])=(?!=)", re.MULTILINE),
    re.compile(r"\b(?:def|class|as|del)[ \t]+([\w, \t]+)"),
    re.compile(r"\bfor\b((?:(?!\bin\b)[^\n])*)"),
)
#: What a row begins with may be bound, or changed, by it.
_BEGINS = re.compile(r"^[ \t]*([^\W\d]\w*)", re.MULTILINE)
#: The rows behind the first one of what does not begin so stand in brackets.
_HOLDS_ROWS = re.compile(
    r"(?:[ \t]*#*[ \t]*\n)*[ \t]*(?:(?:if|elif|else|try|except|finally|with|for|while|match|async|def|class)\b|@)"
)
#: What may matter to other files, whatever it is called here: dropout under another name, and what tells how torch is called.
_ALWAYS = ("drop", "Drop", "tochastic", "dot_product", "efficient_attention", "head_attention_forward")
#: The same with what stands around it: an expression that begins with a word is not tried at every character.
_ALWAYS_WHOLE = (
    *(re.compile(rf"{word}\b(?<!\w{word})") for word in ("__all__", "functional", "nn")),
    re.compile(r"import[ \t]*\*"),
    # ``is_flash_attn_2_available`` tells whether there is such a package.
    re.compile(r"flash_attn(?<!\bis_flash_attn)"),
)
_TORCH = re.compile(r"torch\b")
_BEFORE_TORCH = re.compile(r"[ \t]*(?:from|import)[ \t]+|.*=[ \t]*")
#: A function or class inside a statement: what it binds is its own.
_NESTED = re.compile(r"^([ \t]+)((?:async[ \t]+)?(?:def|class)[ \t]+\w+)[^\n]*\n(?:\1[ \t)][^\n]*\n|[ \t]*\n)*", re.MULTILINE)
_LONG_ROW = 5_000
#: What is shorter is not worth being cut.
_MIN_LENGTH = 300
_QUOTES = ('"""', "'''")
_KEYWORDS = frozenset(kwlist)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement outside all classes and functions, with the comments behind it.

    Args:
        start: the offset of its first character.
        end: the offset behind its last one.
        code: its text without strings and comments.
        binds: the names that it may bind, or change; not told of one that stays.
        stays: whether it is needed by itself.
        chain: the rows in it, where it is an ``if`` or the like that is long.
        rows: what each of these is, by its offset.
    """

    start: int
    end: int
    code: str
    binds: frozenset[str]
    stays: bool
    chain: Chain | None = None
    rows: Mapping[int, Statement] = field(default_factory=dict)

    def part(self, names: Set[str], asked_for: AskedFor) -> Part | None:
        """What of it is needed.

        Args:
            names: the names that are needed.
            asked_for: tells of a part of the file, by its offsets, whether it is needed whatever it binds.

        Returns:
            None where nothing is.
        """
        if self.chain is None:
            return self._without_names([self], [], names, asked_for) if self._matters(names, asked_for) else None
        found = part_of(self.chain, lambda row: self.rows[row.start]._matters(names, asked_for))
        if found is None:
            return None
        kept, holes = found
        return self._without_names([self.rows[row.start] for row in kept], holes, names, asked_for)

    def bound_at(self, at: int) -> frozenset[str]:
        """The names that the row of a place binds, with all that is made of these, and those that its heads bind."""
        around = self.chain.around(at) if self.chain is not None else ()
        names = bound("".join(row.code for row in around) if around else self.code)
        size = 0
        while size != len(names):
            size = len(names)
            rows = (row.code for row in self.rows.values() if not names.isdisjoint(words_of(row.code)))
            names = names.union(*map(bound, rows))
        return names

    def _matters(self, names: Set[str], asked_for: AskedFor) -> bool:
        return self.stays or not self.binds.isdisjoint(names) or asked_for(self.start, self.end)

    def _without_names(self, kept: list[Statement], holes: list[Hole], names: Set[str], asked_for: AskedFor) -> Part:
        """What is kept of it, without the names that imports list in vain."""
        gone = {name for row in self.rows.values() for name in row.binds}.difference(*(row.binds for row in kept))

        def is_idle(start: int, end: int) -> bool:
            words = words_of(self.code[start - self.start : end - self.start])
            return names.isdisjoint(words) and not (_always_matters(" ".join(words)) or asked_for(start, end))

        for row in kept:
            if row.end - row.start >= _MIN_LENGTH and (listed := idle_names(row.code, row.start, is_idle)):
                holes += listed
                gone.update(*(words_of(self.code[hole.start - self.start : hole.end - self.start]) for hole in listed))
        if not holes:
            return Part(self.code, (), frozenset())
        holes.sort(key=lambda hole: hole.start)
        code = without(self.code, [Hole(hole.start - self.start, hole.end - self.start) for hole in holes]).text
        return Part(code, tuple(holes), frozenset(gone - _KEYWORDS))


AskedFor = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """What is needed of a statement.

    Args:
        code: its text without strings and comments.
        holes: what is left out of the statement, in order.
        left_out: the names that only this binds.
    """

    code: str
    holes: tuple[Hole, ...]
    left_out: frozenset[str]


@lru_cache(maxsize=2048)
def words_of(code: str) -> frozenset[str]:
    """The names in code."""
    return frozenset(_WORD.findall(code))


def statements(text: str, gaps: Iterable[tuple[int, int]]) -> tuple[Statement, ...]:
    """The statements in parts of a text.

    Args:
        text: the text.
        gaps: where each part begins and ends: what stands between classes and functions.

    Returns:
        The statements; where it is not safe to tell where they end, everything in a part is one that stays.
    """
    return tuple(found for start, end in gaps for found in _in_gap(text, start, end))


def _in_gap(text: str, start: int, end: int) -> Iterator[Statement]:
    if text.startswith("\n", start):  # the end of the row before
        start += 1
    code = text[start:end]
    if not code.strip():
        if code:
            yield Statement(start, end, code, frozenset(), stays=False)
        return
    code = _TEXT.sub(_mask, code)
    bounds = sorted({0, *(found.start() for found in _STATEMENT.finditer(code)), len(code)})
    pieces = [code[at:until] for at, until in pairwise(bounds)]
    unsafe = any(quotes in code for quotes in _QUOTES) or any(piece.rstrip("\n").endswith("\\") for piece in pieces)
    for piece in [code] if unsafe else pieces:
        yield _statement(start, piece, unsafe=unsafe)
        start += len(piece)


def _always_matters(code: str) -> bool:
    """Whether code may matter to other files, whatever it is called here."""
    return (
        any(word in code for word in _ALWAYS)
        or any(one.search(code) is not None for one in _ALWAYS_WHOLE)
        or any(_BEFORE_TORCH.fullmatch(code, code.rfind("\n", 0, at) + 1, at) for at in _torch_in(code))
    )


def _torch_in(code: str) -> Iterator[int]:
    """Where code says ``torch``."""
    return (found.start() for found in _TORCH.finditer(code))


def _mask(found: re.Match[str]) -> str:
    """What stands for a string or a comment: nothing that is taken for a name or a new row."""
    return ("#" if found[0].startswith("#") else "\0") * len(found[0])


def _statement(start: int, code: str, *, unsafe: bool) -> Statement:
    stays = unsafe or _always_matters(code)
    # What no person writes may be too much to be analysed, which the user is told.
    stays = stays or any(len(row) > _LONG_ROW for row in code.split("\n"))
    chain = chain_of(code, start) if len(code) >= _MIN_LENGTH and not unsafe else None
    rows = {row.start: _statement(row.start, row.code, unsafe=False) for row in chain.rows()} if chain is not None else {}
    return Statement(start, start + len(code), code, frozenset() if stays else bound(code), stays, chain, rows)


def bound(code: str) -> frozenset[str]:
    """The names that code may bind, or change.

    Args:
        code: without strings and comments.
    """
    own = _NESTED.sub(r"\1\2\n", code)
    names = {word for way in _BINDS for text in way.findall(own) for word in _WORD.findall(text)}
    first = _BEGINS.search(own) if _HOLDS_ROWS.match(own) is None else None
    names.update(_BEGINS.findall(own) if first is None else (first[1],))
    return frozenset(names - _KEYWORDS)
