"""Places as the protocol counts them: rows from 0, columns in the code units that the client asked for."""

from __future__ import annotations

from lsprotocol import types
from pygls.workspace import PositionCodec

from dropcheck.model import LineIndex, Span


class Positions:
    r"""Converts places in a text to the client's and back.

    Python, this package and the protocol end rows at the same characters (``\n``, ``\r\n``, ``\r``). Columns are
    UTF-16 code units unless the client prefers another encoding.

    Args:
        text: the document.
        codec: counts code units.
    """

    __slots__ = ("_codec", "_index")

    def __init__(self, text: str, codec: PositionCodec) -> None:
        self._index = LineIndex(text)
        self._codec = codec

    def position(self, offset: int) -> types.Position:
        """The client's position of an offset; offsets beyond the text count as its end."""
        place = self._index.position(offset)
        start = self._index.row_span(place.row).start
        before = self._index.text[start : start + place.column - 1]
        return types.Position(place.row - 1, self._codec.client_num_units(before))

    def range(self, span: Span) -> types.Range:
        """The client's range of a span."""
        return types.Range(self.position(span.start), self.position(span.end))

    def offset(self, position: types.Position) -> int:
        """The offset of a client's position; one beyond the end of its row or of the text counts as that end."""
        if position.line >= self._index.rows:
            return len(self._index.text)
        offset = self._index.row_span(position.line + 1).start
        units = 0
        for character in self._index.row_text(position.line + 1):
            if units >= position.character:
                break
            units += self._codec.client_num_units(character)
            offset += 1
        return offset

    def span(self, area: types.Range) -> Span:
        """The span of a client's range."""
        return Span(self.offset(area.start), self.offset(area.end))
