"""The rows inside an ``if``, ``try`` or ``with`` outside all classes and functions: the few that matter, told from the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from dropcheck.frozen import dataclass
from dropcheck.source.excerpt import Hole

_MARK = re.compile(r"[\[({]|[\])}]|\n")
_BEGIN = re.compile(r"(?:[ \t]*#*[ \t]*\n)*( *)(?=[^\s#])")
_OPENS = re.compile(r"(?:if|elif|else|try|except|finally|with)\b")
_GOES_ON = re.compile(r"(?:elif|else|except|finally)\b")
#: What makes one statement of all rows further in.
_DEFINES = re.compile(r"@|(?:async|def|class)\b")
_REPEATS = re.compile(r"(?:for|while|match)\b")
_LEAVES = re.compile(r"\b(?:raise|return|assert)\b")
_LIST = re.compile(r"[\s#]*from[ \t]+(?!torch\b)[\w.]+[ \t]+import[ \t]*\([ \t]*#*[ \t]*\n")
_LISTED = re.compile(r"[ \t]*\w+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*#*[ \t]*\n")
_STUB = "pass\n"
#: Nobody nests so deeply, and Python's stack ends somewhere.
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A statement without others in it, or one that is left as it is; with the comments before it.

    Args:
        start: the offset of its first character.
        end: the offset behind its last one.
        indent: how far in it stands.
        code: its text without strings and comments.
        first: what the statement itself begins with.
    """

    start: int
    end: int
    indent: int
    code: str
    first: str

    @property
    def leaves(self) -> bool:
        """Whether it may decide what of the rows behind it is reached."""
        return _DEFINES.match(self.first) is None and _LEAVES.search(self.code) is not None


@dataclass(frozen=True, slots=True)
class Chain:
    """An ``if``, ``try`` or ``with`` with all its clauses: the head of each, and what is in it."""

    clauses: tuple[tuple[Row, tuple[Row | Chain, ...]], ...]

    @property
    def leaves(self) -> bool:
        """Whether it may decide what of the rows behind it is reached."""
        return any(node.leaves for _, suite in self.clauses for node in suite)

    @property
    def start(self) -> int:
        """The offset of its first character."""
        return self.clauses[0][0].start

    @property
    def end(self) -> int:
        """The offset behind its last one."""
        return self.clauses[-1][1][-1].end

    def rows(self) -> Iterator[Row]:
        """All rows in it."""
        for head, suite in self.clauses:
            yield head
            for node in suite:
                yield from (node,) if isinstance(node, Row) else node.rows()

    def around(self, at: int) -> tuple[Row, ...]:
        """The row of a place, with the heads of the statements that it is in."""
        for head, suite in self.clauses:
            if head.start <= at < head.end:
                return (head,)
            for node in suite:
                if node.start <= at < node.end:
                    return (head, node) if isinstance(node, Row) else (head, *node.around(at))
        return ()


class _UnclearError(Exception):
    """The rows do not tell what belongs to what."""


def chain_of(code: str, start: int) -> Chain | None:
    """The rows of a statement; None for one without others in it, and where it is not plain which these are.

    Args:
        code: the statement without strings and comments, as long as with them.
        start: its offset in the file.
    """
    if _OPENS.match(code) is None or any(sign in code for sign in "\"'\\\t\f"):
        return None
    try:
        rows = list(_rows(code, start))
        if len({row.indent for row in rows}) > _DEEPEST:
            return None
        nodes, end = _suite(rows, 0)
    except _UnclearError:
        return None
    return nodes[0] if end == len(rows) and len(nodes) == 1 and isinstance(nodes[0], Chain) else None


def _rows(code: str, start: int) -> Iterator[Row]:
    """The rows of code; what a bracket leaves open goes on in the next one."""
    depth, at = 0, 0
    for found in _MARK.finditer(code):
        sign = found[0]
        if sign != "\n":
            depth += 1 if sign in "[({" else -1
        elif depth == 0 and (begin := _BEGIN.match(code, at, found.end())) is not None:
            yield Row(start + at, start + found.end(), len(begin[1]), code[at : found.end()], code[begin.end() : found.end()])
            at = found.end()
    if depth or code[at:].strip("# \n"):
        raise _UnclearError


def _suite(rows: list[Row], at: int) -> tuple[tuple[Row | Chain, ...], int]:
    """The statements that stand as far in as a row, from there on, and the number of the row behind them."""
    indent = rows[at].indent
    nodes: list[Row | Chain] = []
    while at < len(rows) and rows[at].indent >= indent:
        row = rows[at]
        if row.indent > indent or _GOES_ON.match(row.first) is not None:
            raise _UnclearError
        node, at = (_chain if _OPENS.match(row.first) is not None else _closed)(rows, at)
        nodes.append(node)
    return tuple(nodes), at


def _chain(rows: list[Row], at: int) -> tuple[Chain, int]:
    indent = rows[at].indent
    clauses: list[tuple[Row, tuple[Row | Chain, ...]]] = []
    while not clauses or (at < len(rows) and rows[at].indent == indent and _GOES_ON.match(rows[at].first) is not None):
        head = rows[at]
        if at + 1 == len(rows) or rows[at + 1].indent <= indent:
            raise _UnclearError
        suite, at = _suite(rows, at + 1)
        clauses.append((head, suite))
    return Chain(tuple(clauses)), at


def _closed(rows: list[Row], at: int) -> tuple[Row, int]:
    """A row with those further in, which stay with it, as those of decorators and of a loop do."""
    first, last = rows[at], at
    if _DEFINES.match(first.first) is not None or _REPEATS.match(first.first) is not None:
        while rows[last].first.startswith("@") and last + 1 < len(rows):
            last += 1
        while last + 1 < len(rows) and (
            rows[last + 1].indent > first.indent
            or (rows[last + 1].indent == first.indent and _GOES_ON.match(rows[last + 1].first) is not None)
        ):
            last += 1
    code = "".join(row.code for row in rows[at : last + 1])
    return replace(first, end=rows[last].end, code=code), last + 1


def part_of(chain: Chain, wanted: Callable[[Row], bool]) -> tuple[list[Row], list[Hole]] | None:
    """The rows of a statement that are wanted, with all that decides whether they are reached, and what is left out.

    Args:
        chain: the statement.
        wanted: tells of each row.

    Returns:
        None where no row is wanted.
    """
    if not any(map(wanted, chain.rows())):
        return None
    kept: list[Row] = []
    holes: list[Hole] = []
    _keep(chain, wanted, kept, holes)
    return kept, holes


def _keep(chain: Chain, wanted: Callable[[Row], bool], kept: list[Row], holes: list[Hole]) -> None:
    for head, suite in chain.clauses:
        kept.append(head)
        before = len(kept)
        idle: list[Hole] = []
        for node in suite:
            if isinstance(node, Row):
                if node.leaves or wanted(node):
                    kept.append(node)
                    continue
            elif node.leaves or any(map(wanted, node.rows())):
                _keep(node, wanted, kept, idle)
                continue
            idle.append(Hole(node.start, node.end))
        if len(kept) == before:
            idle = [Hole(suite[0].start, suite[-1].end, " " * _indent(suite[0]) + _STUB)]
        holes += idle


def idle_names(code: str, start: int, is_idle: Callable[[int, int], bool]) -> list[Hole]:
    """The rows of a list of imported names that are not needed; none where that would be all of them.

    Args:
        code: the import, without strings and comments.
        start: its offset in the file.
        is_idle: tells of a row, by its offsets, whether it is not needed.
    """
    at = opened.end() if (opened := _LIST.match(code)) is not None else len(code)
    idle: list[Hole] = []
    left = False
    while (found := _LISTED.match(code, at)) is not None:
        if is_idle(start + at, start + found.end()):
            idle.append(Hole(start + at, start + found.end()))
        else:
            left = True
        at = found.end()
    return idle if left or code[at:].strip("#) \n") else []


def _indent(node: Row | Chain) -> int:
    """How far in a node stands."""
    return node.indent if isinstance(node, Row) else node.clauses[0][0].indent
