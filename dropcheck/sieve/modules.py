"""Dropout modules that are surely made where they belong, and classes that may drop by hand, told by the text of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from dropcheck.catalogue import Catalogue
from dropcheck.sieve.pattern import pattern
from dropcheck.sieve.rates import is_plain, names_in
from dropcheck.sieve.scan import (
    arguments,
    block,
    chain_before,
    function_around,
    imported_words,
    indent_of,
    is_explained,
    is_in_prose,
    line_before,
    places,
    without_texts,
)

_DROP = pattern(rb"Drop(\w*)([ \t]*\()?")
_DROPS = pattern(rb"(?i)drop|stochastic_?depth")
_RANDOM = pattern(rb"rand|bernoulli|uniform|sample")
_ON_SELF = pattern(rb"self\.(\w+)[ \t]*(?::[^=\n]*)?=[^=(\[{]*")
#: What makes a colon that of an annotation, not of a table: what stands before it, or behind the class.
_ANNOTATED = pattern(rb"\bdef\b.*\w[ \t]*:\Z")
_ANNOTATES = pattern(rb"[ \t]*(?:\|[ \t]*[\w. \t|]+)?(?:=|\n|#|\Z)")
#: A variable that is assigned right here, and one that is assigned this class or another.
_LOCAL = pattern(rb"(\w+)[ \t]*=")
_CHOSEN = pattern(rb"(\w+)[ \t]*=[ \t]*[\w.]+ if \w+ else")
#: The same in rows of its own, perhaps with arguments for the other one.
_CHOSEN_IN_ROWS = pattern(
    rb"[ \t]*(\w+)[ \t]*=[ \t]*\(\s*(?:[\w.]+|partial\([\w.]+(?:,[ \t]*\w+=[\w.]+)*\))\s+if\s+\w+\s+else\s+"
)
_CLOSING = pattern(rb"[ \t]*\n[ \t]*\)(?=[ \t]*\n)")
_REST = pattern(rb"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
#: What registers what a variable holds, or what its class makes; and other rows that do nothing with it.
_REGISTERS = rb"self\.register_module\([ \t]*[\"'](\w+)[\"'],[ \t]*%b[ \t]*\)|self\.(\w+)[ \t]*(?::[^=\n]*)?=[ \t]*%b(?=[ \t]*\n)"
_MAKES = rb"self\.(\w+)[ \t]*=[ \t]*%b\((?P<p>[\w.]+)\)(?=[ \t]*(?:if\b[^\n]*)?\n)"
_MENTIONS = rb"(?<![\w.])(?:%b(?![ \t]*(?:=(?!=)|:[ \t]*[\w.]+(?:[ \t]*\|[ \t]*\w+)?[ \t]*\n))\b|locals\b)"
_VARIABLE = pattern(rb"(\w+)[ \t]*(?::[^=\n]*)?=[ \t]*[\w.]*")
_NAME_END = pattern(rb"([\w.]*)[ \t]*\Z")
_REGISTERING = frozenset({b"Sequential", b"ModuleList", b"ModuleDict"})
_ADDING = frozenset({b"append", b"extend", b"insert"})
_EXTENDS = pattern(rb"self\.(\w+)[ \t]*\+=")
#: What an attribute is assigned, not what it is extended by.
_ASSIGNED = rb"\bself\.%b\b[^\n=(]*(?<!\+)=(?!=)[ \t]*([^\n(]*)"
_TORCH_CONTAINER = pattern(rb"(?:torch\.)?nn\.(?:ModuleList|Sequential)")
_QUOTE = pattern(rb"[\"']")
#: A word behind a name, which is no operator.
_BESIDE = pattern(rb"[ \t]+(?!(?:if|else|for|in|is|and|or|not|as|async)\b)[A-Za-z]")
_PLAIN = frozenset({b"list", b"dict", b"tuple", b"set", b"OrderedDict", b"defaultdict", b"append", b"extend", b"insert", b"add"})
_MAX_BACK = 3000
_MAX_CHOICE = 400


class ModuleSieve:
    """Looks for dropout modules that may be made where ``eval()`` does not reach them.

    Args:
        catalogue: the entries in force.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._names = frozenset(path.rpartition(".")[2].encode() for path in catalogue.modules)

    def look(self, raw: bytes, drops: Sequence[int], rates: list[tuple[bytes, int]]) -> list[int]:
        """Where a file needs the full analysis for its dropout modules; adds the names that they take as p to ``rates``."""
        hits = filter(None, (_DROP.match(raw, at - 1) for at in drops))
        return [hit.start() for hit in hits if self._is_suspect(raw, hit, rates) and not is_in_prose(raw, hit.start())]

    def _is_suspect(self, raw: bytes, hit: re.Match[bytes], rates: list[tuple[bytes, int]]) -> bool:
        chain = chain_before(raw, hit.start())
        _, dot, prefix = chain.rpartition(b".")
        name = prefix + b"Drop" + hit[1]
        if name not in self._names:
            return False
        start = hit.start() - len(chain)
        before = line_before(raw, start)
        if before.startswith(b"#"):
            return False
        chosen = _chosen(raw, start, hit.end(), before) if hit[2] is None else None
        if chosen is not None:
            return not _is_only_used(raw, start, chosen, _MAKES, rates)
        if hit[2] is None:
            return _is_passed_on(raw, before, hit.end(), bare=name if not dot else b"")
        passed = arguments(raw, hit.end() - 1)
        if passed is None or _is_called(raw, passed[1]) or not _takes_plain_rate(passed[0], start, rates):
            return True
        attribute_on_self = _ON_SELF.fullmatch(before)
        if attribute_on_self is not None:
            # Names with the whole word are looked at where they are called.
            return b"dropout" not in attribute_on_self[1] and _is_thrown_away(raw, attribute_on_self[1])
        local = _LOCAL.fullmatch(before) if _REST.match(raw, passed[1]) is not None else None
        if local is not None:
            return not _is_only_used(raw, start, local[1], _REGISTERS, rates)
        return not _is_registered(raw, start)


def _chosen(raw: bytes, start: int, end: int, before: bytes) -> bytes | None:
    """The variable that is assigned either this class or another.

    Args:
        raw: the file.
        start: where the class is named.
        end: where its name ends.
        before: what stands before it on its row.
    """
    found = _CHOSEN.fullmatch(before) if _REST.match(raw, end) is not None else None
    if found is None and _CLOSING.match(raw, end) is not None:
        opening = raw.rfind(b"= (", max(0, start - _MAX_CHOICE), start)
        found = _CHOSEN_IN_ROWS.fullmatch(raw, raw.rfind(b"\n", 0, max(opening, 0)) + 1, start) if opening >= 0 else None
    return found[1] if found is not None else None


def _is_passed_on(raw: bytes, before: bytes, end: int, *, bare: bytes) -> bool:
    """Whether a class that is not called here may be called elsewhere, under another name or none."""
    if before.startswith((b"from ", b"import ")):
        return raw[end : end + 4] == b" as "
    if bare and bare not in imported_words(raw):
        return False  # a word in a text
    if is_explained(raw, end) or _BESIDE.match(raw, end) is not None or before.endswith(b"/"):
        return False  # a word in a text: side by side with another, or with a stroke between
    if before.endswith(b":") and not before.endswith((b'":', b"':")):
        return _ANNOTATED.search(before) is None and _ANNOTATES.match(raw, end) is None
    return not (b"isinstance(" in before or before.endswith(b"->"))


def _is_only_used(raw: bytes, at: int, name: bytes, way: bytes, rates: list[tuple[bytes, int]]) -> bool:
    """Whether all that a function does with a variable is to register what it holds or makes, and that is used.

    Args:
        raw: the file.
        at: where the variable is assigned.
        name: the variable.
        way: what it does with it.
        rates: the names that are passed as p, to be added to.
    """
    _, start = function_around(raw, at)
    if not start:
        return False
    body = block(raw, start, indent_of(raw, raw.find(b"def", start)))
    search = re.compile(way.replace(b"%b", name))
    uses = list(search.finditer(body))
    left = without_texts(search.sub(b"", body))
    if not uses or re.search(_MENTIONS % name, left[left.find(b"\n") :]) is not None:
        return False
    passed = [use["p"] for use in uses if "p" in search.groupindex]
    if not all(map(is_plain, passed)):
        return False
    rates += ((rate, at) for p in passed for rate in names_in(p))
    attributes = {use[1] or use[2] for use in uses}
    return not any(_is_thrown_away(raw, attribute) for attribute in attributes if b"dropout" not in attribute)


def _takes_plain_rate(passed: tuple[tuple[bytes, bytes], ...], at: int, rates: list[tuple[bytes, int]]) -> bool:
    for place, (keyword, value) in enumerate(passed):
        if value.startswith(b"*"):
            return False
        if keyword == b"p" or (not keyword and (place == 0 or value not in {b"True", b"False"})):
            if not is_plain(value):
                return False
            rates += ((name, at) for name in names_in(value))
    return True


def _is_called(raw: bytes, end: int) -> bool:
    """Whether what was made is called on the spot, or has a method called."""
    return raw[end : end + 40].lstrip(b" \t")[:1] in {b"(", b"."}


def _is_thrown_away(raw: bytes, name: bytes) -> bool:
    """Whether a statement calls the module and uses nothing of it."""
    return any(not line_before(raw, at) for at in places(raw, b"self.%b(" % name))


def _is_registered(raw: bytes, start: int) -> bool:
    """Whether a module made inside brackets surely ends up as a child of another one, by the brackets around it."""
    for opening in _openings(raw, start):
        if raw[opening] == ord("(") and _ON_SELF.fullmatch(line_before(raw, opening)):
            return True
        if raw[opening] == ord("[") and (extended := _EXTENDS.fullmatch(line_before(raw, opening))) is not None:
            return _is_torch_container(raw, extended[1], opening)
        named = _NAME_END.search(raw[max(0, opening - 120) : opening])
        name = named[1].rpartition(b".")[2] if named is not None and raw[opening] == ord("(") else b""
        if name in _ADDING and named is not None and named[1].startswith(b"self."):
            return _is_torch_container(raw, named[1].split(b".")[1], opening)
        if name in _PLAIN:
            return False
        if name in _REGISTERING:
            return not _is_container_called(raw, opening)
        if name:
            return name[:1].isupper()
    return False


def _is_container_called(raw: bytes, opening: int) -> bool:
    """Whether a container is called where it is made, or by the name of a variable that it is given."""
    passed = arguments(raw, opening)
    if passed is None or _is_called(raw, passed[1]):
        return True
    named = _VARIABLE.fullmatch(line_before(raw, opening))
    return named is not None and re.compile(rb"\b%b(?:\(|\.train|\.eval)" % named[1]).search(raw, passed[1]) is not None


def _is_torch_container(raw: bytes, name: bytes, at: int) -> bool:
    """Whether an attribute is only ever a container that registers what is in it, or None, in the class around a place."""
    start, end = max(0, raw.rfind(b"\nclass ", 0, at)), raw.find(b"\nclass ", at)
    assigned = re.compile(_ASSIGNED % name).finditer(raw, start, end if end >= 0 else len(raw))
    values = [found[1] for found in assigned if found[1].rstrip() != b"None"]
    return bool(values) and all(_TORCH_CONTAINER.fullmatch(value) for value in values)


def _openings(raw: bytes, start: int) -> Iterator[int]:
    """The brackets that are open at a place, innermost first; ends at what needs a parser."""
    depth, at = 0, start
    if b"#" in line_before(raw, start):
        return
    while at > max(0, start - _MAX_BACK):
        at -= 1
        char = raw[at]
        if char in b")]}":
            depth += 1
        elif char in b"([{":
            if depth == 0:
                yield at
            else:
                depth -= 1
        elif char in b"\"'":
            at = raw.rfind(char, raw.rfind(b"\n", 0, at) + 1, at)
            if at < 0:
                return
        elif char == ord("\n"):
            row = raw.rfind(b"\n", 0, at) + 1
            comment = raw.find(b"#", row, at)
            if comment >= 0 and _QUOTE.search(raw, row, at) is not None:
                return
            at = comment if comment >= 0 else at
        elif char == ord("\\"):
            return


def drops_by_hand(raw: bytes, classes: Iterable[tuple[bytes, int]]) -> Iterator[int]:
    """Where a class whose name speaks of dropping draws random numbers and may not know the mode.

    Args:
        raw: the file.
        classes: the names of its classes, and where they stand.
    """
    for name, at in classes:
        if _DROPS.search(name) is None:
            continue
        end = raw.find(b"\nclass ", at)
        if _RANDOM.search(raw, at, end if end >= 0 else len(raw)) is None:
            continue
        if b"self.training" not in without_texts(block(raw, raw.rfind(b"\n", 0, at) + 1, indent_of(raw, at))):
            yield at
