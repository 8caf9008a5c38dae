"""``match`` patterns: the condition under which one matches, and what it binds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from dropcheck.extract.scopes import children
from dropcheck.worlds import FALSE, TRUE, Const, Display, Opaque, Value, binary, both, either, operation

Captures = tuple[tuple[str, Value], ...]


def matches(pattern: cst.MatchPattern, subject: Value, evaluate: Callable[[cst.CSTNode], Value]) -> tuple[Value, Captures]:
    """Match a pattern in one world.

    Args:
        pattern: the pattern of a case.
        subject: what is matched.
        evaluate: gives the value of an expression in the pattern.

    Returns:
        The condition under which it matches, and the names it binds.
    """
    if isinstance(pattern, cst.MatchValue):
        return binary("==", subject, evaluate(pattern.value)), ()
    if isinstance(pattern, cst.MatchSingleton):
        return binary("is", subject, evaluate(pattern.value)), ()
    if isinstance(pattern, cst.MatchAs):
        condition, captured = (TRUE, ()) if pattern.pattern is None else matches(pattern.pattern, subject, evaluate)
        return condition, captured if pattern.name is None else (*captured, (pattern.name.value, subject))
    if isinstance(pattern, cst.MatchOr):
        result: Value = FALSE
        names: Captures = ()
        for element in pattern.patterns:
            condition, captured = matches(element.pattern, subject, evaluate)
            result = either(result, condition)
            names = (*names, *captured)
        return result, tuple((name, Opaque(f"{name}, which a pattern binds")) for name, _ in names)
    if isinstance(pattern, cst.MatchSequence) and isinstance(subject, Display) and subject.keys is None:
        return _sequence(pattern, subject, evaluate)
    captured = tuple((name, Opaque(f"{name}, which a pattern binds")) for name in _names(pattern))
    return operation("matches", subject, Opaque("a pattern", id(pattern))), captured


def _sequence(pattern: cst.MatchSequence, subject: Display, evaluate: Callable[[cst.CSTNode], Value]) -> tuple[Value, Captures]:
    elements = pattern.patterns
    starred = any(isinstance(element, cst.MatchStar) for element in elements)
    if starred or len(elements) != len(subject.items):
        answer = operation("matches", subject, Opaque("a pattern", id(pattern))) if starred else Const(False, subject.mode)
        return answer, tuple((name, Opaque(f"{name}, which a pattern binds")) for name in _names(pattern))
    result: Value = TRUE
    names: Captures = ()
    for element, item in zip(elements, subject.items, strict=True):
        if isinstance(element, cst.MatchSequenceElement):
            condition, captured = matches(element.value, item, evaluate)
            result = both(result, condition)
            names = (*names, *captured)
    return result, names


def _names(pattern: cst.CSTNode) -> Iterator[str]:
    """Every name a pattern binds."""
    if isinstance(pattern, (cst.MatchAs, cst.MatchStar)) and pattern.name is not None:
        yield pattern.name.value
    if isinstance(pattern, cst.MatchMapping) and pattern.rest is not None:
        yield pattern.rest.value
    for child in children(pattern):
        yield from _names(child)
