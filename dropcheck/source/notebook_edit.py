"""Puts edited cells back into the JSON of a notebook; every character outside the edits stays as it is written there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from dropcheck.frozen import dataclass
from dropcheck.model import Edit, Span
from dropcheck.source.cells import split_cells

_SPACE = re.compile(r"[ \t\r\n]*")
_CHAR = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)
_ROW = re.compile(r"[^\n]*\n|[^\n]+")
_decode = json.JSONDecoder().raw_decode


def replace_cells(document: str, before: str, after: str) -> str:
    """The JSON of a notebook with other cells.

    Only string literals of rows that differ are rewritten, and of these only the characters that differ. New rows become
    literals of their own, laid out as their neighbours, where the source is a list.

    Args:
        document: the JSON.
        before: the text of the notebook.
        after: the text it shall have, with as many cells.

    Returns:
        The JSON to write.
    """
    edits: list[Edit] = []
    changes = zip(split_cells(before), split_cells(after), _cell_sources(document), strict=True)
    for old, new, source in changes:
        if old and old != new:
            edits += _Cell(document, old, source).edits(new)
    for edit in reversed(edits):
        document = document[: edit.span.start] + edit.content + document[edit.span.end :]
    return document


def _cell_sources(document: str) -> Iterator[Span]:
    """Where the source of each cell is written."""
    cells = _member(document, _skip(document, 0), "cells")
    for cell in _items(document, cells.start):
        yield _member(document, cell.start, "source")


def _member(document: str, start: int, wanted: str) -> Span:
    """The value of a key in the object that starts there; of a key written twice the last counts, as to any reader."""
    found = Span(start, start)
    at = _skip(document, start + 1)
    while document[at] != "}":
        key, at = _decode(document, at)
        at = _skip(document, _skip(document, at) + 1)
        value = Span(at, _decode(document, at)[1])
        found = value if key == wanted else found
        at = _next(document, value.end)
    return found


def _items(document: str, start: int) -> Iterator[Span]:
    """The items of the array that starts there."""
    at = _skip(document, start + 1)
    while document[at] != "]":
        item = Span(at, _decode(document, at)[1])
        yield item
        at = _next(document, item.end)


def _next(document: str, at: int) -> int:
    """The start of the next item, or the bracket that closes."""
    at = _skip(document, at)
    return _skip(document, at + 1) if document[at] == "," else at


def _skip(document: str, at: int) -> int:
    match = _SPACE.match(document, at)
    return match.end() if match else at


@dataclass(frozen=True, slots=True)
class _Literal:
    """A string literal.

    Args:
        start: the offset of its first character in the source of the cell.
        raw: where each of its characters is written, and its closing quote.
    """

    start: int
    raw: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.raw) - 1


class _Cell:
    """The source of one cell as it is written."""

    def __init__(self, document: str, source: str, written: Span) -> None:
        self.document = document
        self.source = source
        self.in_list = document[written.start] == "["
        self.literals: list[_Literal] = []
        offset = 0
        for span in _items(document, written.start) if self.in_list else (written,):
            inside = _CHAR.finditer(document, span.start + 1, span.end - 1)
            literal = _Literal(offset, (*(char.start() for char in inside), span.end - 1))
            self.literals.append(literal)
            offset = literal.end
        self.separator = self._separator(written)

    def edits(self, new: str) -> Iterator[Edit]:
        """The edits of the document that make the source another one, in order."""
        for change in _changes(self.source, new):
            yield self._rewritten(change)

    def _separator(self, written: Span) -> str:
        """What stands between two literals of the list."""
        if len(self.literals) > 1:
            return self.document[self.literals[0].raw[-1] + 1 : self.literals[1].raw[0] - 1]
        return f",{self.document[written.start + 1 : _skip(self.document, written.start + 1)] or ' '}"

    def _rewritten(self, change: Edit) -> Edit:
        """An edit of the source as an edit of the document."""
        start, end = change.span.start, change.span.end
        first = self._holding(start)
        last = first if start == end else self._holding(end - 1)
        if self.in_list and start == self.literals[first].start and end in (start, self.literals[last].end):
            whole = self._whole_rows(change, first, last)
            if whole is not None:
                return whole
        left = self.literals[first].raw[start - self.literals[first].start]
        right = self.literals[last].raw[end - self.literals[last].start]
        inside = end < self.literals[last].end
        if self.in_list and not inside and start < end and not change.content.endswith("\n") and last + 1 < len(self.literals):
            # The row goes on in the next literal now.
            right = self.literals[last + 1].raw[0]
        behind = start == len(self.source) and self.source.endswith("\n")
        return Edit(Span(left, right), self._encoded(change.content, behind=behind, go_on=inside))

    def _whole_rows(self, change: Edit, first: int, last: int) -> Edit | None:
        """The edit that inserts or removes whole literals; None where it does neither."""
        opening = self.literals[first].raw[0] - 1
        if change.span.start == change.span.end:
            if not change.content.endswith("\n"):
                return None
            rows = "".join(f'"{self._encoded(row)}"{self.separator}' for row in _ROW.findall(change.content))
            return Edit(Span(opening, opening), rows)
        if change.content:
            return None
        if last + 1 < len(self.literals):
            return Edit(Span(opening, self.literals[last + 1].raw[0] - 1), "")
        if first:
            return Edit(Span(self.literals[first - 1].raw[-1] + 1, self.literals[last].raw[-1] + 1), "")
        return None

    def _holding(self, offset: int) -> int:
        """The number of the literal that holds a character; at the end of the source, the last one."""
        return next((n for n, literal in enumerate(self.literals) if offset < literal.end), len(self.literals) - 1)

    def _encoded(self, text: str, *, behind: bool = False, go_on: bool = False) -> str:
        """Characters as they are written in a literal; in a list, every row in its own.

        Args:
            text: the characters.
            behind: whether they follow a complete row.
            go_on: whether characters of the same literal follow them.
        """
        ascii_only = self.document.isascii()
        if not self.in_list:
            return json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        rows = [json.dumps(row, ensure_ascii=ascii_only)[1:-1] for row in _ROW.findall(text)]
        if behind:
            rows.insert(0, "")
        if go_on and text.endswith("\n"):
            rows.append("")
        return f'"{self.separator}"'.join(rows)


def _changes(old: str, new: str) -> Iterator[Edit]:
    """The edits that make one text of another: only rows that differ, and only what differs in them."""
    rows, others = _ROW.findall(old), _ROW.findall(new)
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    for _, i1, i2, j1, j2 in _unequal(rows, others):
        if i2 - i1 == j2 - j1:
            for number, row in enumerate(others[j1:j2], i1):
                yield _trimmed(starts[number], rows[number], row)
        else:
            yield _trimmed(starts[i1], "".join(rows[i1:i2]), "".join(others[j1:j2]))


def _unequal(rows: list[str], others: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    matcher = SequenceMatcher(None, rows, others, autojunk=False)
    return (code for code in matcher.get_opcodes() if code[0] != "equal")


def _trimmed(start: int, old: str, new: str) -> Edit:
    """The edit between two texts without what they begin and end with alike."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    return Edit(Span(start + head, start + len(old) - tail), new[head : len(new) - tail])


def _alike(left: str, right: str) -> int:
    """How many characters two texts begin with alike."""
    return next((n for n, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), min(len(left), len(right)))
