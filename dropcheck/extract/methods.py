"""Cuts the bodies of long methods that decide nothing about dropout out of a class that is otherwise kept.

The method stays, with its parameters; its body becomes one statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dropcheck.extract.matters import may_matter
from dropcheck.frozen import dataclass
from dropcheck.source.excerpt import Hole

_METHOD = re.compile(r"^([ \t]+)(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*(\()", re.MULTILINE)
_BRACKET = re.compile(r"[()\[\]{}]|\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*")
_HEADER_END = re.compile(r"[^\n:]*(?:\[[^\n\]]*\][^\n:]*)*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*\r?\n)*([ \t]+)(?=\S)")
#: Containers that hold modules.
_CONTAINERS = re.compile(r"nn\.(?<!\wnn\.)(?:Seq|Mod)")
_NAMED = re.compile(r"\.(\w+)")
#: The same, where it is more than assigned to.
_READ = re.compile(r"\.(\w+)\b(?![ \t]*=(?!=))")
#: Texts that are a row of their own, strings, and comments.
_SAID = re.compile(
    r"^[ \t]*[rR]?(?:\"\"\".*?\"\"\"|'''.*?''')"
    r"|(\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*dropcheck)|#[^\n]*",
    re.DOTALL | re.MULTILINE,
)
_SET = re.compile(r"self\.(\w+)[ \t]*(?::[^=\n]*)?[-+*/|]?=(?!=)")
_UNPACKED = re.compile(r"self\.(\w+)[ \t]*,[^\n]*=(?!=)")
_DYNAMIC = re.compile(r"setattr|__dict__|vars\(|_module\(")
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
_DECIDING = _CONSTRUCTORS | {"train", "eval"}
#: Who calls these tells nothing of when they run.
_CALLED_BY_OTHERS = _CONSTRUCTORS | {"forward", "__call__"}
#: An unbound name: nothing is known of what the method returns.
_STUB = "return __"
#: Shorter methods are not worth it, and may be constants that others read.
MIN_LENGTH = 500
_QUOTES = ('"""', "'''")


@dataclass(frozen=True, slots=True)
class Method:
    """A method whose body can be cut.

    Args:
        name: its name.
        start: the offset of its ``def``.
        body: the offset of its first statement.
        end: the offset behind its last line.
    """

    name: str
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in a class.

    Args:
        spots: places that must stay.
        words: names; methods that hold one must stay.
        choices: those of the places at which, in a constructor, something may be chosen for all methods.
    """

    spots: Sequence[int]
    words: Sequence[str]
    choices: Sequence[int]


def idle_methods(text: str, start: int, end: int, sought: Sought, *, narrow: bool) -> tuple[Hole, ...]:
    """The bodies of methods of a class that decide nothing.

    Args:
        text: the file.
        start: where the class begins.
        end: where it ends.
        sought: what is looked for.
        narrow: whether the class is there for that alone. Otherwise it is there for others, which may ask for any of its methods
            that has to do with dropout.

    Returns:
        What can be left out, in order.
    """
    methods = _methods(text, start, end)
    narrow = narrow and not any(method.name in _CONSTRUCTORS and _holds(method, sought.choices) for method in methods)
    stays = _is_asked_for if narrow else _may_matter
    kept = {index for index, method in enumerate(methods) if stays(text, method, sought)}
    if len(kept) < len(methods):
        kept = _with_needed(text, start, end, methods, kept, narrow=narrow)
    return tuple(Hole(method.body, method.end, _STUB) for index, method in enumerate(methods) if index not in kept)


def _methods(text: str, start: int, end: int) -> list[Method]:
    """The long methods of a class that can be cut; none where strings make it unsafe to tell where they end."""
    methods: list[Method] = []
    indent: str | None = None
    at = start
    while (found := _METHOD.search(text, at, end)) is not None:
        at = found.end()
        indent = found[1] if indent is None else indent
        if found[1] != indent:
            continue
        closing = _closing(text, found.start(3), end)
        header = _HEADER_END.match(text, closing, end) if closing else None
        after = re.compile(rf"\n(?=[ \t]{{0,{len(indent)}}}[^\s)\]}}#])").search(text, header.end() if header else at, end)
        stop = after.start() if after is not None else end
        if any(text.count(quotes, found.start(), stop) % 2 for quotes in _QUOTES):
            return []
        if header is not None and len(header[1]) > len(indent) and stop - found.start() >= MIN_LENGTH:
            methods.append(Method(found[2], found.start(), header.end(), stop))
        at = stop
    return methods


def _closing(text: str, opening: int, end: int) -> int:
    """The offset behind the bracket that closes one; 0 where there is none."""
    depth = 0
    for found in _BRACKET.finditer(text, opening, end):
        char = found.group()
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth == 0:
                return found.end()
    return 0


def _holds(method: Method, spots: Iterable[int]) -> bool:
    return any(method.start <= spot < method.end for spot in spots)


def _is_asked_for(text: str, method: Method, sought: Sought) -> bool:
    """Whether a method holds what is looked at, or decides for all others of its class."""
    if method.name in _DECIDING or _holds(method, sought.spots):
        return True
    source = text[method.start : method.end]
    return _DYNAMIC.search(source) is not None or any(word in source for word in sought.words)


def _may_matter(text: str, method: Method, sought: Sought) -> bool:
    """Whether a method has to do with dropout in any way."""
    source = text[method.start : method.end]
    if method.name.startswith("__") or method.name in _DECIDING or _holds_dropout(text, method):
        return True
    return _holds(method, sought.spots) or any(word in source for word in sought.words)


def _holds_dropout(text: str, method: Method) -> bool:
    if not _speaks_of_dropout(text, method.start, method.end):
        return False
    code = _SAID.sub(lambda found: found[1] or "", text[method.start : method.end])  # what is said of it makes no method matter
    return _speaks_of_dropout(code, 0, len(code))


def _speaks_of_dropout(text: str, start: int, end: int) -> bool:
    return may_matter(text, start, end) or _CONTAINERS.search(text, start, end) is not None


def _with_needed(text: str, start: int, end: int, methods: Sequence[Method], kept: set[int], *, narrow: bool) -> set[int]:
    """Methods with those that they call, that call them, and that set the attributes that they read."""
    outside: list[str] = []
    at = start
    for method in methods:
        outside.append(text[at : method.start])
        at = method.end
    outside.append(text[at:end])
    pattern, rest = _READ if narrow else _NAMED, "\n".join(outside)
    read = set(pattern.findall(rest))
    sets = [_sets(text, method) for method in methods]
    if narrow:  # what is assigned here may be read in other classes
        assigned = set[str]().union(*sets).intersection(_NAMED.findall(rest)) - read
        read.update(name for name in assigned if text.find(f".{name}", 0, start) >= 0 or text.find(f".{name}", end) >= 0)
    reads = [set(pattern.findall(text, method.start, method.end)) for method in methods]
    # What a method gives back can only matter if it has to do with dropout, or leads to one that has.
    giving = _leading(text, methods, reads) if narrow else set(range(len(methods)))
    # What is short stays anyway, and reads attributes, too.
    kept = kept | {index for index, names in enumerate(sets) if not names.isdisjoint(read)}
    fresh = set(kept)
    while fresh:
        for index in fresh:
            read |= reads[index]
        names = {methods[index].name for index in kept} - _CALLED_BY_OTHERS
        fresh = {
            index
            for index, method in enumerate(methods)
            if index not in kept
            and (
                (method.name in read and index in giving)
                or not names.isdisjoint(reads[index])
                or not sets[index].isdisjoint(read)
            )
        }
        kept |= fresh
    return kept


def _leading(text: str, methods: Sequence[Method], reads: Sequence[set[str]]) -> set[int]:
    """The methods that have to do with dropout, and those that name them, directly or not."""
    found = {index for index, method in enumerate(methods) if _holds_dropout(text, method)}
    fresh = found
    while fresh:
        names = {methods[index].name for index in fresh}
        fresh = {index for index, read in enumerate(reads) if index not in found and not names.isdisjoint(read)}
        found |= fresh
    return found


def _sets(text: str, method: Method) -> set[str]:
    """The attributes of the instance that a method sets."""
    return {*_SET.findall(text, method.start, method.end), *_UNPACKED.findall(text, method.start, method.end)}
