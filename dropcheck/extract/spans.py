"""Offsets of chosen nodes and all comments, from one pass of LibCST's code generation.

LibCST nodes carry no positions, and its PositionProvider records one for every node at many times the cost. Printing the tree
while counting characters gives the offsets of just the nodes that are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from dropcheck.extract.parse import RefusedError
from dropcheck.frozen import dataclass
from dropcheck.model import LineIndex, Span
from dropcheck.source.excerpt import Excerpt, Hole, without

#: What may be lost at the end of a text: rows that say nothing. They stand before a blank row without an
#: end, or before a comment that is set in, but less than any block.
_FOOTER = re.compile(r"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n))*[ \t\f]*")
_COMMENT = re.compile(r"#[^\r\n]*")
#: What else may be lost: rows of only a backslash, and then the blanks behind them, too.
_LOST = tuple(re.compile(rf"(?:[ \t\f]*\\(?:\r\n?|\n))*{blanks}") for blanks in ("", r"[ \t\f]*"))


class SpanRecorder(CodegenState):
    """Counts characters while LibCST prints, and remembers where the wanted nodes begin and end."""

    def __init__(self, module: cst.Module, wanted: frozenset[int], part: Excerpt | _Printed | None) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self._part = part
        self.offset = 0
        self.outer: dict[int, Span] = {}
        self.inner: dict[int, Span] = {}
        self.comments: list[Span] = []
        self.wanted = wanted
        self._starts: list[int] = []
        # For what is not asked for: to take a lock of one's own does nothing, in less time than ``nullcontext``.
        self._ignored: AbstractContextManager[Any] = RLock()

    def add_indent_tokens(self) -> None:
        """Print the indentation of a line."""
        for token in self.indent_tokens:
            self.offset += len(token)

    def add_token(self, value: str) -> None:
        """Print a token; only its length is kept."""
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        """Nothing to do: no span ends behind the last newline of a file."""

    def before_codegen(self, node: cst.CSTNode) -> None:
        """Note where a node starts, with all it owns."""
        if id(node) in self.wanted or type(node) is cst.Comment:
            self._starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        """Note where a node ends, with all it owns."""
        if type(node) is cst.Comment:
            self.comments.append(self._span(self._starts.pop()))
        elif id(node) in self.wanted:
            self.outer[id(node)] = self._span(self._starts.pop())

    def record_syntactic_position(  # type: ignore[override]  # any context manager will do
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,  # noqa: ARG002
        end_node: cst.CSTNode | None = None,  # noqa: ARG002
    ) -> AbstractContextManager[Any]:
        """Note where a node is without the white space and parentheses around it.

        LibCST offers ``end_node`` for statements whose last line ends with white space; no span here needs it.
        """
        return self._noted(node) if id(node) in self.wanted else self._ignored

    @contextmanager
    def _noted(self, node: cst.CSTNode) -> Iterator[None]:
        start = self.offset
        yield
        self.inner[id(node)] = self._span(start)

    def _span(self, start: int) -> Span:
        """The span from an offset to here, in the text that the module is a part of."""
        if self._part is None:
            return Span(start, self.offset)
        return Span(self._part.start(start), self._part.end(self.offset))


@dataclass(frozen=True, slots=True)
class Spans:
    """Offsets of the wanted nodes, by ``id``, and of every comment, in order.

    Args:
        outer: with everything a node owns: for an expression, its parentheses.
        inner: without white space and parentheses around it.
        comments: every comment, from its ``#``.
    """

    outer: dict[int, Span]
    inner: dict[int, Span]
    comments: tuple[Span, ...]

    def expression(self, node: cst.CSTNode) -> Span:
        """The span of an expression, its parentheses included."""
        return self.outer[id(node)]

    def statement(self, node: cst.CSTNode) -> Span:
        """The span of a statement without the comments before it."""
        return self.inner.get(id(node)) or self.outer[id(node)]

    def header(self, node: cst.CSTNode, body: cst.CSTNode) -> Span:
        """The span of a compound statement up to its body."""
        return Span(self.statement(node).start, self.outer[id(body)].start)


def locate(module: cst.Module, wanted: frozenset[int], part: Excerpt) -> Spans:
    """Find the offsets of nodes.

    Args:
        module: the whole parsed file.
        wanted: ``id`` of each node whose span is needed.
        part: what was parsed, which may be a part of a text.

    Returns:
        Spans in characters of the text.

    Raises:
        RefusedError: the tree is not the text, so that places in it are not known.
    """
    recorder = SpanRecorder(module, wanted, part if part.ends else None)
    module._codegen(recorder)
    # One newline is too many: as no token is kept, LibCST adds one, or has one taken back that was printed.
    printed = max(recorder.offset - len(module.default_newline), 0)
    if printed > len(part.text) or part.text[printed:] not in ("", "\r"):  # a lone "\r" at the end is lost, but harmless
        known = _Printed(part, module.code)
        recorder = SpanRecorder(module, wanted, known)
        module._codegen(recorder)
        recorder.comments = sorted([*recorder.comments, *known.comments])
    return Spans(recorder.outer, recorder.inner, tuple(recorder.comments))


class _Printed:
    """A text as LibCST prints it: without the blank of ``except E :``, some rows of only a backslash and some at the end.

    Args:
        part: what was parsed.
        printed: what is printed.

    Raises:
        RefusedError: more than blanks are lost.
    """

    def __init__(self, part: Excerpt, printed: str) -> None:
        # Nor is a lone "\r" at the end printed.
        holes = tuple(_lost(part.text if printed.endswith("\r") else part.text.removesuffix("\r"), printed))
        lost = (found.span() for hole in holes for found in _COMMENT.finditer(part.text, hole.start, hole.end))
        self._part = part
        self._kept = without(part.text, holes)
        #: The comments in what is lost, in the whole.
        self.comments = [Span(part.start(start), part.end(end)) for start, end in lost]

    def start(self, offset: int) -> int:
        """The offset in the whole of the character at an offset."""
        return self._part.start(self._kept.start(offset))

    def end(self, offset: int) -> int:
        """The offset in the whole behind the character before an offset."""
        return self.start(offset - 1) + 1 if offset else 0


def _lost(text: str, printed: str) -> Iterator[Hole]:
    """The parts of a text that are not printed."""
    since = at = 0
    for place, char in enumerate(printed):
        if text[at : at + 1] != char:
            # A row that is lost may begin like the one that is printed in its place.
            begin = max(text.rfind("\n", since, at) + 1, text.rfind("\r", since, at) + 1, since)
            footer = _footer(text, printed[place - (at - begin) :], begin) or _footer(text, printed[place:], at)
            if footer is not None:
                yield footer
                return
            ends = [found.end() for lost in _LOST if (found := lost.match(text, at))]
            end = next((end for end in ends if text[end : end + 1] == char), None)
            if end is None:
                row = LineIndex(text).position(at).row
                raise RefusedError(f"cannot be analysed from row {row} of its code on (an odd backslash?); rewrite or exclude it")
            yield Hole(at, end)
            since = at = end
        at += 1


def _footer(text: str, rest: str, at: int) -> Hole | None:
    """The rows from an offset of a text on that are lost if only the rest after them is printed."""
    end = len(text) - len(rest)
    lost = end > at and text.endswith(rest) and _FOOTER.fullmatch(text, at, end)
    return Hole(at, end) if lost else None
