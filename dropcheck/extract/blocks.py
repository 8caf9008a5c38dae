"""The classes and functions at the top level of a file, told from its text."""

from __future__ import annotations

import re

from dropcheck.frozen import dataclass
from dropcheck.source.cells import is_notebook

_START = re.compile(r"^(?:@|(?:async[ \t]+)?(def|class)[ \t]+(\w+))", re.MULTILINE)
_NEXT = re.compile(r"\n(?=[^\s)\]}#])")
#: A row that stands neither between decorators and what they decorate nor in them.
_BETWEEN = re.compile(r"\n(?=[^\s)\]}#@])")
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


def blocks_of(text: str) -> tuple[Block, ...] | None:
    """The blocks of a file.

    Args:
        text: the file.

    Returns:
        None for a notebook, and where strings make it unsafe to tell where they end.
    """
    if is_notebook(text):
        return None
    blocks: list[Block] = []
    at = 0
    start: int | None = None
    while (found := _START.search(text, at)) is not None:
        if start is None:
            start = found.start()
        if found[1] is None:
            at = found.end()
            continue
        if start < found.start() and _BETWEEN.search(text, start, found.start()) is not None:
            start = found.start()  # what looked like a decorator was a row of a text
        end = _NEXT.search(text, found.end())
        block = Block(found[2], start, end.start() if end is not None else len(text), found[1] == "class")
        if any(text.count(quotes, block.start, block.end) % 2 for quotes in _QUOTES):
            return None
        blocks.append(block)
        at, start = block.end, None
    return tuple(blocks)
