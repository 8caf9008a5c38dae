"""Source files as text: decoded as Python decodes them, and encoded back byte for byte."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import islice

from dropcheck.errors import SourceError
from dropcheck.frozen import dataclass
from dropcheck.reading import read_bytes
from dropcheck.source.cells import NOTEBOOK_SUFFIX

_MOST_SHOWN = 100  # of what a file says
_HEAD = 400
#: Rows are looked at in parts of about as many bytes.
_CHUNK = 4_000
_ROW = re.compile(rb"[^\r\n]*(?:\r\n?|\n)?")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was read.

    Args:
        path: the file, as the user named it or as the walk found it.
        raw: its bytes.
        text: its characters, without a byte order mark and with the newlines as they are; of a notebook, its Python
            (:mod:`dropcheck.source.cells`).
        encoding: the codec that turns ``raw`` into ``text`` and back.
        bom: whether ``raw`` starts with a UTF-8 byte order mark.
        outside: whether it is a symbolic link that leads out of what the user named, so that it must not be written.
    """

    path: str
    raw: bytes
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    outside: bool = False

    @property
    def is_notebook(self) -> bool:
        """Whether it is a notebook, which its name says."""
        return self.path.endswith(NOTEBOOK_SUFFIX)

    @property
    def code(self) -> bytes:
        """Bytes in which words of the program can be looked for: ``raw``, but of a notebook only its Python."""
        return self.text.replace("\0", " ").encode(errors="replace") if self.is_notebook else self.raw


def read_source(path: str) -> SourceFile:
    """Read and decode a file.

    Args:
        path: the file.

    Returns:
        The file as text, with what is needed to write it back.

    Raises:
        SourceError: it cannot be read, is binary, or is not in the encoding it declares.
    """
    return decode_source(read_bytes(path), path)


def read_code(path: str) -> bytes:
    """The ``code`` of a file, which need not be decoded unless it is a notebook.

    Args:
        path: the file.

    Returns:
        Bytes in which words of the program can be looked for.

    Raises:
        SourceError: it cannot be read, or is not the notebook that its name promises.
    """
    return read_source(path).code if path.endswith(NOTEBOOK_SUFFIX) else read_bytes(path)


def decode_source(raw: bytes, path: str) -> SourceFile:
    """Decode source by its byte order mark or coding comment (PEP 263), else as UTF-8.

    Args:
        raw: the bytes of the file.
        path: the file, for the result and for messages; its suffix tells a notebook.

    Returns:
        The file as text; newlines are not translated.

    Raises:
        SourceError: the bytes are binary, not in the encoding they declare, or not the notebook that the name promises.
    """
    if b"\0" in raw:
        raise SourceError(path, "is binary or UTF-16 (it holds a NUL byte); exclude it, or save it as UTF-8")
    encoding = _declared_encoding(raw, path)
    bom = raw.startswith(codecs.BOM_UTF8)
    body = raw[len(codecs.BOM_UTF8) :] if bom else raw
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(path, _undecodable(body, encoding, error)) from error
    except (LookupError, UnicodeError) as error:
        # Codecs such as rot13 exist but do not make text of bytes.
        raise SourceError(path, f"declares the encoding {encoding}, which cannot hold source; use UTF-8") from error
    if path.endswith(NOTEBOOK_SUFFIX):
        from dropcheck.source.notebook import notebook_text  # noqa: PLC0415  (few runs meet a notebook)

        text = notebook_text(text, path)
    return SourceFile(path, raw, text, encoding, bom)


def is_utf8(raw: bytes) -> bool:
    """Whether bytes surely are what :func:`decode_source` decodes as UTF-8; the rows of ASCII in them are not decoded for that.

    Args:
        raw: the bytes of a file.
    """
    if raw.isascii():
        return b"\0" not in raw and b"coding" not in raw[:_HEAD]
    # A coding comment is in one of the first two rows.
    if b"\0" in raw or b"coding" in raw[: max(_HEAD, raw.find(b"\n", raw.find(b"\n") + 1))]:
        return False
    at = 0
    while at < len(raw):
        # No character of UTF-8 holds the byte of a line feed.
        end = raw.find(b"\n", at + _CHUNK) + 1 or len(raw)
        part = raw[at:end]
        try:
            if not part.isascii():
                part.decode()
        except UnicodeDecodeError:
            return False
        at = end
    return True


def encode_source(source: SourceFile, text: str) -> bytes:
    """Encode a new text as the file was encoded.

    Args:
        source: the file as it was read.
        text: the text it shall hold.

    Returns:
        The bytes to write: same encoding, same byte order mark.

    Raises:
        SourceError: the encoding has no bytes for a character, or more than one way to write the old text, so that
            bytes outside the edits could change.
    """
    if source.is_notebook:
        return _encode_notebook(source, text)
    mark = codecs.BOM_UTF8 if source.bom else b""
    try:
        if mark + source.text.encode(source.encoding) != source.raw:
            raise SourceError(source.path, f"its encoding {source.encoding} cannot be written back unchanged; use UTF-8")
        return mark + text.encode(source.encoding)
    except UnicodeError as error:
        raise SourceError(source.path, f"the new text cannot be written as {source.encoding}; use UTF-8") from error


def _encode_notebook(source: SourceFile, text: str) -> bytes:
    from dropcheck.source.notebook import notebook_text  # noqa: PLC0415  (as above)
    from dropcheck.source.notebook_edit import replace_cells  # noqa: PLC0415

    mark = codecs.BOM_UTF8 if source.bom else b""
    document = replace_cells(source.raw[len(mark) :].decode(source.encoding), source.text, text)
    if notebook_text(document, source.path) != text:
        raise SourceError(source.path, "its cells cannot be written back unchanged; left as it is")
    return mark + document.encode(source.encoding)


def _declared_encoding(raw: bytes, path: str) -> str:
    if not any(b"coding" in row for row in islice(_rows(raw), 2)):
        return "utf-8"
    from tokenize import detect_encoding  # noqa: PLC0415  (few files declare an encoding)

    try:
        encoding, _ = detect_encoding(_rows(raw).__next__)
    except SyntaxError as error:
        if str(error).startswith("unknown encoding"):
            raise SourceError(
                path, f"declares an {str(error)[:_MOST_SHOWN]}; correct its coding comment or save it as UTF-8"
            ) from error
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as failure:
            raise SourceError(path, _undecodable(raw, "utf-8", failure)) from error
        raise SourceError(path, "starts with a UTF-8 byte order mark but declares another encoding; remove one") from error
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _rows(raw: bytes) -> Iterator[bytes]:
    # Rows may end in a lone "\r", which ``BytesIO.readline`` does not know.
    offset = 0
    while (match := _ROW.match(raw, offset)) is not None and match[0]:
        yield match[0]
        offset = match.end()


def _undecodable(body: bytes, encoding: str, error: UnicodeDecodeError) -> str:
    row = len((body[: error.start] + b".").splitlines())
    what = f"byte 0x{body[error.start]:02x} in row {row}" if error.start < len(body) else f"in row {row}"
    if encoding == "utf-8":
        return f"is not UTF-8 ({what}); save it as UTF-8 or declare its encoding in the first line"
    return f"is not {encoding} as it declares ({what}); save it as UTF-8 or correct its coding comment"
