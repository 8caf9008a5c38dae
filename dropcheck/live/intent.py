"""Whether the author marked a line as random on purpose: ``# dropcheck: always-on (reason)``, as for static findings."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import field

from dropcheck.engine.directives import Directive, Word, read_directives
from dropcheck.engine.suppress import suppress
from dropcheck.engine.workspace import VOCABULARY
from dropcheck.errors import SourceError
from dropcheck.facts import Comment
from dropcheck.frozen import dataclass
from dropcheck.levels import Confidence, State
from dropcheck.live.result import Place
from dropcheck.model import Finding, LineIndex, Span
from dropcheck.source.text import read_source


@dataclass(slots=True)
class Intents:
    """The marks of source files, each read once."""

    _files: dict[str, _File | None] = field(default_factory=dict)

    def at(self, place: Place) -> str | None:
        """What the author says of a place.

        Args:
            place: a line that is random.

        Returns:
            The words given with the mark, which may be none; None where there is no mark.
        """
        if place.path not in self._files:
            self._files[place.path] = _read(place.path)
        file = self._files[place.path]
        return None if file is None else file.intent(place.row)


@dataclass(frozen=True, slots=True)
class _File:
    tree: ast.Module
    index: LineIndex
    path: str
    marks: tuple[Directive, ...]

    def intent(self, row: int) -> str | None:
        around = list(_around(self.tree, row))
        if not around:
            return None
        statement = self._span(around[0])
        headers = tuple(self._span(node) for node in around if isinstance(node, _DEFINITIONS))
        # What suppresses a finding there is what speaks of the place.
        stand_in = Finding("DRP102", "", "", "", Confidence.HIGH, self.path, statement, statement, headers)
        (spoken,) = suppress([stand_in], self.marks, self.index.text).findings
        return spoken.state_reason if spoken.state is State.INTENDED else None

    def _span(self, node: ast.stmt) -> Span:
        return Span(self.index.row_span(_first_row(node)).start, self.index.row_span(self._last_row(node)).end)

    def _last_row(self, node: ast.stmt) -> int:
        """The last row of a statement; of one with a body, that of its header."""
        body: list[ast.stmt] = getattr(node, "body", [])
        if not body:
            return node.end_lineno or node.lineno
        row = max(node.lineno, _first_row(body[0]) - 1)
        while row > node.lineno and self.index.row_text(row).strip()[:1] in {"", "#"}:
            row -= 1
        return row


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _read(path: str) -> _File | None:
    """A source file, if there is one that names this tool and parses."""
    try:
        text = read_source(path).text
        if "dropcheck" not in text:
            return None
        index = LineIndex(text)
        comments = tuple(_comments(text, index))
        return _File(ast.parse(text), index, path, _marks(comments, path))
    except (SourceError, SyntaxError, ValueError, tokenize.TokenError):
        return None


def _marks(comments: tuple[Comment, ...], path: str) -> tuple[Directive, ...]:
    return tuple(each for each in read_directives(comments, path, VOCABULARY).valid if each.word is Word.ALWAYS_ON)


def _comments(text: str, index: LineIndex) -> Iterator[Comment]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            start = index.row_span(token.start[0]).start + token.start[1]
            yield Comment(Span(start, start + len(token.string)), token.string, not token.line[: token.start[1]].strip())


def _around(tree: ast.AST, row: int) -> Iterator[ast.stmt]:
    """The statements that hold a row, innermost first."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.expr):
            continue
        yield from _around(node, row)
        if isinstance(node, ast.stmt) and _first_row(node) <= row <= (node.end_lineno or node.lineno):
            yield node


def _first_row(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min((node.lineno, *(each.lineno for each in decorators)))
