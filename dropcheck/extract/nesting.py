"""How deeply a text is nested, told from its characters. The measure may be too high, never too low."""

from __future__ import annotations

import re
from functools import lru_cache

from dropcheck.frozen import dataclass

MOST_BRACKETS = 200
"""Python's own limit of brackets in each other (MAXLEVEL in CPython's tokenizer)."""
MOST_PATTERNS = 8
"""Brackets in each other in a pattern: at nine, LibCST takes half a second for one pattern, at eleven twelve seconds."""
#: So many levels fit into the stack that Python has by default, also with a program around that is deeply nested itself.
_PLAIN_LEVELS = 100
#: So many ``elif`` are not worth looking at.
_FEW_BRANCHES = 20
#: With more ``lambda`` than this, their parameters are not told from what a comma parts.
_FEW_LAMBDAS = 100
#: Levels are counted up to here.
_MANY = 100_000

_STRING = re.compile(
    rb"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''|"
    rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|'
    rb"'[^'\\\n]*(?:\\.[^'\\\n]*)*'|"
    rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'
    rb"#[^\n]*",
    re.DOTALL,
)
_LAMBDA = re.compile(rb"\blambda\b")
#: A lambda up to the end of its parameters; nested ones, too, as they end later.
_PARAMETERS = re.compile("L[^:]*:")
_FORMATTED = re.compile(rb"[^{}]+|\{\{|[{}]")
_CONTINUED = re.compile(rb"\\\r?\n")
_SPACES = re.compile(rb"[ \t\f]{2,}")
_WORDS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_" + bytes(range(0x80, 0x100))
_SIGNS = {"([{": "(", ")]}": ")", ",": ",", ";\r\n": "\n", ":": ":", "\1": "L"}
#: Brackets, commas and ends of rows stay; every other sign may bind what follows it to what is before it. "L" is a lambda.
_SKELETON = bytes(next((ord(kept) for signs, kept in _SIGNS.items() if chr(code) in signs), ord("+")) for code in range(0x100))
_INNERMOST = re.compile(r"\(([^()]*)\)")
#: Brackets that were measured are replaced by one character that tells their levels.
_MEASURED = 0x10000
_BRANCH = re.compile(rb"^([ \t]*)(elif\b|else\b|[^\s#])", re.MULTILINE)
_CASE = re.compile(rb"^[ \t]*case\b", re.MULTILINE)
_SIGN = re.compile(rb"[()\[\]{}:\n]")


@dataclass(frozen=True, slots=True)
class Nesting:
    """How deeply a text is nested.

    Args:
        levels: at most so many expressions or branches hang on each other.
        brackets: so many brackets stand in each other.
        exact: whether every bracket has its partner, and commas are understood; otherwise ``levels`` may be far too high.
        patterns: so many brackets stand in each other in a pattern of ``match``.
        signs: how many signs there are, brackets and operators: what the tree of it grows with.
    """

    levels: int
    brackets: int
    exact: bool
    patterns: int
    signs: int

    @property
    def is_plain(self) -> bool:
        """Whether any parser can cope with it."""
        return self.levels <= _PLAIN_LEVELS and self.patterns <= MOST_PATTERNS


@lru_cache(maxsize=4)
def nesting(text: str) -> Nesting:
    """Measure a text.

    Args:
        text: Python, or what is taken for it.
    """
    code = _CONTINUED.sub(b" ", _STRING.sub(_without_text, text.encode(errors="replace")))
    code, lambdas = _LAMBDA.subn(b"\1", code)
    skeleton = _SPACES.sub(b" ", code).translate(_SKELETON, _WORDS).decode("ascii")
    parted = _parted if lambdas <= _FEW_LAMBDAS else _parted_outside_lambdas
    signs = len(skeleton)
    brackets = 0

    known: dict[str, str] = {}  # most brackets hold what others hold, too

    def measured(found: re.Match[str]) -> str:
        inner = found[1]
        if inner not in known:
            known[inner] = chr(_MEASURED + min(1 + max(map(_levels, parted(inner.replace("\n", "")))), _MANY))
        return known[inner]

    while brackets <= MOST_BRACKETS:
        skeleton, count = _INNERMOST.subn(measured, skeleton)
        if not count:
            break
        brackets += 1
    balanced = "(" not in skeleton and ")" not in skeleton
    levels = max(_levels(part) for row in set(skeleton.split("\n")) for part in parted(row)) if balanced else _levels(skeleton)
    exact = balanced and parted is _parted
    return Nesting(levels + _longest_branching(code), brackets, exact, _deepest_pattern(code), signs)


def _without_text(found: re.Match[bytes]) -> bytes:
    """A string as a sign; of a formatted one, what is in its braces; of a comment nothing."""
    string = found[0]
    if string[:1] == b"#":
        return b""
    before = found.string[max(0, found.start() - 2) : found.start()].lower()
    if b"{" not in string or not (before.endswith((b"f", b"t")) or before in {b"fr", b"tr"}):
        return b"+"
    parts: list[bytes] = []
    depth = 0
    for part in _FORMATTED.findall(string.strip(string[:1])):
        # Outside all braces, a double one is text, and so is one that closes nothing.
        if depth or part == b"{":
            parts.append(part.replace(b"\n", b" "))
            depth += part.count(b"{") - part.count(b"}")
    return b"+" + b"".join(parts)


def _parted(text: str) -> list[str]:
    """What commas part; those between the parameters of a lambda part nothing."""
    return (_PARAMETERS.sub(lambda found: found[0].replace(",", ""), text) if "L" in text else text).split(",")


def _parted_outside_lambdas(text: str) -> list[str]:
    """The same, but what holds a lambda is not parted."""
    return [text] if "L" in text else text.split(",")


def _levels(segment: str) -> int:
    """The levels of what no comma parts: those of its signs and of the deepest brackets in it."""
    return len(segment) + max(ord(max(segment, default="+")) - _MEASURED, 0)


def _longest_branching(code: bytes) -> int:
    """The most ``elif`` of one ``if``."""
    if code.count(b"elif") <= _FEW_BRANCHES:
        return 0
    counts: dict[int, int] = {}
    longest = 0
    for row in _BRANCH.finditer(code):
        indent = len(row[1])
        if row[2] == b"elif":
            counts[indent] = counts.get(indent, 0) + 1
            longest = max(longest, counts[indent])
        else:
            counts[indent] = 0
    return longest


def _deepest_pattern(code: bytes) -> int:
    """The brackets of the deepest pattern."""
    deepest = 0
    for row in _CASE.finditer(code) if b"case" in code else ():
        depth = 0
        for sign in _SIGN.finditer(code, row.end()):
            depth += (sign[0] in b"([{") - (sign[0] in b")]}")
            deepest = max(deepest, depth)
            if deepest > MOST_PATTERNS or (depth <= 0 and sign[0] in b":\n"):
                break
    return deepest
