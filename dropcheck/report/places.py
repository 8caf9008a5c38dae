"""Turn offsets into rows and columns, over all files of a report."""

from __future__ import annotations

from collections.abc import Mapping

from dropcheck.model import LineIndex, Position, Span
from dropcheck.source.cell_index import line_index


class Places:
    """The line index of each file, made when it is first asked for.

    Args:
        sources: the text of each file, by path.
    """

    __slots__ = ("_indexes", "_sources")

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._indexes: dict[str, LineIndex] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._sources

    def __getitem__(self, path: str) -> LineIndex:
        """The line index of a file.

        Raises:
            KeyError: the report does not hold the text of this file.
        """
        index = self._indexes.get(path)
        if index is None:
            index = self._indexes[path] = line_index(self._sources[path])
        return index

    def region(self, path: str, span: Span) -> tuple[Position, Position] | None:
        """Where a span starts in its file and the place behind its last character; None in a notebook.

        The rows of a notebook's JSON say nothing to anybody, and those of a cell would be taken for them.

        Raises:
            KeyError: the report does not hold the text of this file.
        """
        index = self[path]
        start, end = index.position(span.start), index.position(span.end)
        return (start, end) if start.cell is None else None

    def remark(self, path: str, span: Span) -> str:
        """What must stand before a message where there is no region: ``cell N:row:column: ``; else nothing."""
        start = self[path].position(span.start)
        return "" if start.cell is None else f"{start}: "

    def label(self, path: str, offset: int) -> str:
        """``path:row:column`` as editors and terminals link it, ``path:cell N:row:column`` in a notebook.

        Only the path where its text is not at hand.
        """
        return f"{path}:{self[path].position(offset)}" if path in self else path
