"""Reading bits of source as bytes, without a parser: what stands before a place, the arguments of a call, the function around."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from keyword import kwlist, softkwlist

from dropcheck.sieve.pattern import pattern

_PLAIN = pattern(rb"\(([^()\[\]{}'\"#\\;]*)\)")
_PIECES = pattern(rb"[^()\[\]{}'\"#\\,;]+|[()\[\]{},]|\"[^\"\\\n]*\"|'[^'\\\n]*'|#[^\n]*")
_COMMENT = pattern(rb"#[^\n]*")
_KEYWORD = pattern(rb"\s*([A-Za-z_]\w*)\s*=(?!=)\s*(.*?)\s*\Z", re.DOTALL)
_CHAIN = pattern(rb"(?:.*[^\w.])?+([\w.]*)\Z", re.DOTALL)
_DEF = pattern(rb"([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)")
_HEADER = pattern(rb"class[ \t]+\w+[ \t]*\([^)]*\)")
#: With the look at what stands before it behind the name: Python finds an expression fast that begins with letters.
_RENAMED = rb"%b(?<!\w%b)[ \t]+as[ \t]+(\w+)"
_IMPORT = pattern(rb"mport(?<=import)\b[ \t]*(\([^)]*\)|[^\n]*)")
_WORD = pattern(rb"\w+")
#: A row of a list of names to import.
_LISTED = pattern(rb"[\w \t,\\]*")
#: An import up to the one name that it binds: another name for a module, or a name from one.
_BINDS = pattern(rb"from[ \t]+(\w[\w.]*)[ \t]+import(?:[ \t]+(\w+)[ \t]+as)?|import[ \t]+(\w[\w.]*)[ \t]+as")
_LESS: dict[int, re.Pattern[bytes]] = {}
#: Calls longer than this are left to the parser.
_MAX_CALL = 4000
_TEXT = pattern(rb"\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*", re.DOTALL)
_QUOTES = b'"""'
_MAY_HIDE = pattern(rb"[\"'#]")
#: No dotted name is longer.
_MAX_CHAIN = 120
#: A word before another one.
_BESIDE = pattern(rb"(?:.*[^\w.\"'])?+([A-Za-z_]\w*)\Z", re.DOTALL)
_TWO_WORDS = pattern(rb":[ \t]+([A-Za-z_]\w*)[ \t]+([A-Za-z_]\w*)")
#: What may stand before a name, or behind one, in Python old and new.
_KEYWORDS = frozenset(word.encode() for word in (*kwlist, *softkwlist, "match", "case", "type", "print", "exec"))


def plain_lines(raw: bytes) -> bytes:
    """A file with plain line ends and without form feeds; every offset stays what it was."""
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b" \n").replace(b"\r", b"\n")
    return raw.replace(b"\f", b" ") if b"\f" in raw else raw


def line_before(raw: bytes, at: int) -> bytes:
    """What stands before a place on its line, without white space around it."""
    return raw[raw.rfind(b"\n", 0, at) + 1 : at].strip()


def is_inside_brackets(raw: bytes, at: int) -> bool:
    """Whether the row above that of a place surely leaves a bracket open: the row is a part of something then.

    Args:
        raw: the file.
        at: the place.
    """
    end = raw.rfind(b"\n", 0, at)
    above = raw[raw.rfind(b"\n", 0, max(end, 0)) + 1 : max(end, 0)].rstrip()
    return above.endswith((b"(", b"[", b"{")) and b"#" not in above


def chain_before(raw: bytes, at: int) -> bytes:
    """The letters, digits and dots right before a place: the first part of the dotted name that goes on there."""
    found = _CHAIN.match(raw, max(0, at - _MAX_CHAIN), at)
    return found[1] if found is not None else b""


def is_in_prose(raw: bytes, at: int) -> bool:
    """Whether a word that is no keyword stands right before a dotted name: side by side they are no Python but a text.

    Args:
        raw: the file.
        at: a place in the name.
    """
    beside = _BESIDE.match(line_before(raw, at - len(chain_before(raw, at))))
    return beside is not None and beside[1] not in _KEYWORDS


def is_in_long_text(raw: bytes, at: int) -> bool:
    """Whether a place surely is in a string of three double quotes, such as a docstring.

    Args:
        raw: the file, with plain line ends.
        at: the place.
    """
    if b"'''" in raw:
        return False
    end = 0
    while (start := raw.find(_QUOTES, end, at)) >= 0:
        row = raw.rfind(b"\n", 0, start) + 1
        before = raw[max(row, end) : start]
        end = raw.find(_QUOTES, start + 3) + 3
        # What looks like quotes may stand in a comment, in another string or in a row that goes on; in an f-string stands code.
        is_odd = _MAY_HIDE.search(before) is not None or raw[max(0, row - 2) : row] == b"\\\n" or raw[end - 4 : end - 3] == b"\\"
        if is_odd or b"f" in before[-2:].lower():
            return False
        if end < 3 or end > at:
            return True
    return False


def is_explained(raw: bytes, end: int) -> bool:
    """Whether behind a name stand a colon and two words side by side, which is no Python unless one is a keyword."""
    found = _TWO_WORDS.match(raw, end)
    return found is not None and found[1] not in _KEYWORDS and found[2] not in _KEYWORDS


def arguments(raw: bytes, opening: int) -> tuple[tuple[tuple[bytes, bytes], ...], int] | None:
    """The arguments of a call.

    Args:
        raw: the file.
        opening: where its ``(`` is.

    Returns:
        Keyword (empty where there is none) and value of each argument, and the offset behind the ``)``; None where
        backslashes, odd strings, or strings next to comments need a parser.
    """
    plain = _PLAIN.match(raw, opening)
    if plain is not None:
        return tuple(_argument(part) for part in plain[1].split(b",") if part.strip()), plain.end()
    parts: list[bytes] = []
    depth, start, at = 0, opening + 1, opening
    while at < opening + _MAX_CALL:
        piece = _PIECES.match(raw, at)
        if piece is None:
            return None
        text, at = piece.group(), piece.end()
        if text in b"([{":
            depth += 1
        elif text == b"," and depth == 1:
            parts.append(raw[start : at - 1])
            start = at
        elif text in b")]}":
            depth -= 1
            if depth == 0:
                parts.append(raw[start : at - 1])
                code = _without_comments(parts)
                return None if code is None else (tuple(_argument(part) for part in code if part.strip()), at)
    return None


def _without_comments(parts: Iterable[bytes]) -> list[bytes] | None:
    """The source of arguments without their comments; None where these cannot be told from strings."""
    plain = []
    for part in parts:
        if b"#" in part and (b'"' in part or b"'" in part):
            return None
        plain.append(_COMMENT.sub(b"", part) if b"#" in part else part)
    return plain


def _argument(part: bytes) -> tuple[bytes, bytes]:
    keyword = _KEYWORD.match(part)
    return (keyword[1], keyword[2]) if keyword is not None else (b"", part.strip())


def function_around(raw: bytes, at: int) -> tuple[bytes, int]:
    """The function that a place is in, as indentation tells.

    Returns:
        Its name and the offset of its ``def``; empty and 0 where there is none.
    """
    indent, place = indent_of(raw, at), at
    while indent:
        at = raw.rfind(b"def ", 0, at)
        if at < 0:
            break
        start = raw.rfind(b"\n", 0, at) + 1
        found = _DEF.match(raw, start)
        if found is not None and len(found[1]) < indent and not _ends_before(raw, len(found[1]), found.end(), place):
            return found[2], start
    return b"", 0


def _ends_before(raw: bytes, indent: int, start: int, place: int) -> bool:
    """Whether a function is over before a place: a line stands no further in than its ``def``."""
    if indent not in _LESS:
        _LESS[indent] = re.compile(rb"\n[ \t]{0,%d}[^\s)\]#]" % indent)
    return _LESS[indent].search(raw, start, raw.rfind(b"\n", 0, place) + 1) is not None


def method_around(raw: bytes, at: int) -> tuple[bytes, int]:
    """The same as :func:`function_around`, faster where the nearest ``def`` is that of a plain method or function."""
    near = raw.rfind(b"def ", 0, at)
    if near >= 0 and raw[near - 5 : near] == b"\n    ":
        found = _WORD.match(raw, near + 4)
        if found is not None and raw.find(b"\nclass ", near, at) < 0:
            return found.group(), near - 4
    return function_around(raw, at)


def indent_of(raw: bytes, at: int) -> int:
    """How far in the row of a place stands."""
    start = raw.rfind(b"\n", 0, at) + 1
    line = raw[start:at]
    return len(line) - len(line.lstrip(b" \t"))


def block(raw: bytes, start: int, indent: int) -> bytes:
    """The source of a function or class.

    Args:
        raw: the file.
        start: where its line begins.
        indent: how far in it stands.
    """
    end = re.compile(rb"\n[ \t]{0,%d}[^\s)\]}#]" % indent).search(raw, raw.find(b"\n", start))
    return raw[start : end.start() if end is not None else len(raw)]


def without_texts(code: bytes) -> bytes:
    """A part of a file without its strings and comments: what these say the code need not do."""
    return _TEXT.sub(b"", code)


def mentions(raw: bytes, word: bytes) -> bool:
    """Whether a file holds a word, not just as a part of a longer one. A word may begin or end with other characters."""
    at = raw.find(word)
    while at >= 0:
        before, behind = raw[at - 1 : at] if at else b"", raw[at + len(word) : at + len(word) + 1]
        if not (_joins(before) and _joins(word[:1])) and not (_joins(behind) and _joins(word[-1:])):
            return True
        at = raw.find(word, at + 1)
    return False


def places(raw: bytes, text: bytes, start: int = 0, end: int | None = None) -> Iterator[int]:
    """The offsets of a text in a file, or in a part of it."""
    last = len(raw) if end is None else end
    at = raw.find(text, start, last)
    while at >= 0:
        yield at
        at = raw.find(text, at + 1, last)


def bare(word: str) -> bytes:
    """The name in a word that files are searched for, without what must stand around it."""
    return word.strip("(.").encode()


def speaks_of(raw: bytes, word: bytes) -> bool:
    """Whether a file holds a word, or, for a word behind an opening parenthesis, a class that has it among its bases."""
    if not word.startswith(b"("):
        return mentions(raw, word)
    if word[1:] not in raw:
        return False
    names = (word[1:], *re.findall(_RENAMED % (word[1:], word[1:]), raw))
    return any(mentions(header.group(), name) for header in _HEADER.finditer(raw) for name in names)


def _joins(char: bytes) -> bool:
    return char.isalnum() or char == b"_" or char > b"\x7f"


def in_import(raw: bytes, at: int) -> bool:
    """Whether a name may stand in an import statement, by its row and those above it."""
    start = raw.rfind(b"\n", 0, at) + 1
    head = raw[start:at]
    while b"import" not in head:
        if start == 0 or _LISTED.fullmatch(head) is None:
            return False
        end = start - 1
        start = raw.rfind(b"\n", 0, end) + 1
        head = raw[start:end].partition(b"#")[0]
    return True


def imported_words(raw: bytes) -> frozenset[bytes]:
    """Every word in the import statements of a file, and so every name that they bind."""
    return frozenset(word for found in _IMPORT.finditer(raw) for word in _WORD.findall(found[1]))


def module_of(raw: bytes, name: bytes) -> bytes:
    """The module that a name of a file surely stands for; empty where it may be something else, or a relative import.

    Args:
        raw: the file.
        name: the name, without dots.
    """
    bound: set[bytes] = set()
    for found in re.finditer(rb"%b(?<![\w.]%b)(?!\w|[ \t]*\.)" % (name, name), raw):
        row = line_before(raw, found.start())
        statement = _BINDS.fullmatch(row)
        behind = raw[found.end() : raw.find(b"\n", found.end())].split(b"#")[0]
        if row.startswith(b"#"):
            continue
        if statement is None or behind.strip():
            return b""
        module, original, imported = statement.groups()
        bound.add(imported or module + b"." + (original or name))
    return bound.pop() if len(bound) == 1 else b""
