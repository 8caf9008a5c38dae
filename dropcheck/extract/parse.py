"""Parses with LibCST what LibCST can parse.

It recurses in native code. Where its stack ends, the process dies; where patterns of ``match`` nest, its time grows by a
factor with each level; and its tree takes a thousand times the space of the text. So no text reaches it unmeasured.
"""

from __future__ import annotations

import ast
import sys
import threading
import warnings
from collections.abc import Callable
from typing import TypeVar

import libcst as cst
from libcst import native  # type: ignore[attr-defined]  # compiled, without types

from dropcheck.extract.nesting import MOST_BRACKETS, MOST_PATTERNS, Nesting, nesting

R = TypeVar("R")

MOST_LEVELS = 1_000
"""What is nested deeper is not analysed: calls, operators or ``elif`` that hang on each other."""
MOST_SIGNS = 600_000
"""A text with more brackets, operators and spaces is not analysed; LibCST would take more than 2 GB for it."""
_MARK = "\ufeff"
# LibCST takes up to 4 kB for a level, and a stack is only taken up as far as it is used.
_STACK = 256 * 1024 * 1024
_LEVELS_OF_STACK = 50_000
_RECURSION_LIMIT = 200_000


class RefusedError(Exception):
    """A text that is nested too deeply, too long, or too odd to be analysed. ``str(error)`` says so, for the user."""


def parse_module(text: str) -> cst.Module:
    """Parse a text with LibCST, unless that would end the process or never end.

    Args:
        text: Python.

    Raises:
        libcst.ParserSyntaxError: it does not parse.
        RefusedError: it is nested too deeply, or too long.
    """
    if text.startswith(_MARK):  # a second one, behind that of the file; LibCST drops it, and every place is off by one
        raise cst.ParserSyntaxError("invalid non-printable character U+FEFF", lines=[text], raw_line=1, raw_column=0)
    found = nesting(text)
    if found.signs > MOST_SIGNS:
        raise RefusedError(f"too long to be analysed ({found.signs:,} signs; {MOST_SIGNS:,} are supported); split or exclude it")
    if found.levels > MOST_LEVELS or found.brackets > MOST_BRACKETS or found.patterns > MOST_PATTERNS:
        _refuse(text, found)
    try:
        parsed: cst.Module = native.parse_module(text, "utf-8")
        return parsed
    except BaseException as error:
        # A panic of LibCST's native part is not an Exception, so that it would end the run.
        if type(error).__name__ == "PanicException":
            raise RuntimeError(f"LibCST: {error}") from error
        raise


def with_room(text: str, work: Callable[[], R]) -> R:
    """Do something with the syntax tree of a text, with as much stack as its nesting may take.

    Args:
        text: Python.
        work: parses the text, and walks the tree by recursion.

    Returns:
        What ``work`` returns.

    Raises:
        RefusedError: it is nested too deeply even so.
    """
    if nesting(text).is_plain:
        return work()
    done: list[R] = []
    failed: list[BaseException] = []
    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        thread = threading.Thread(target=_keep, args=(work, done, failed), daemon=True)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    for error in failed:
        if isinstance(error, RecursionError):
            raise RefusedError(_too_deep(f"{nesting(text).levels:,} levels")) from error
        raise error
    return done[0]


def _keep(work: Callable[[], R], done: list[R], failed: list[BaseException]) -> None:
    try:
        done.append(work())
    except BaseException as error:  # it is raised again in the thread that waits
        failed.append(error)


def _refuse(text: str, found: Nesting) -> None:
    """Tell what is wrong with a text that is nested too deeply; return where only the measure was too high."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        row, column = error.lineno or 1, max((error.offset or 1) - 1, 0)
        raise cst.ParserSyntaxError(error.msg, lines=[text], raw_line=row, raw_column=column) from error
    except (ValueError, RecursionError, MemoryError):
        pass
    else:
        # Strings of Python 3.12 in strings hide brackets, and many lambdas commas; then the tree tells better.
        if not found.exact and found.levels <= _LEVELS_OF_STACK and _levels_of(tree) <= MOST_LEVELS:
            return
    if found.patterns > MOST_PATTERNS:
        raise RefusedError(_too_deep(f"a pattern of 'match' with {found.patterns} levels; {MOST_PATTERNS} are supported"))
    raise RefusedError(_too_deep(f"up to {found.levels:,} levels; {MOST_LEVELS:,} are supported"))


def _too_deep(what: str) -> str:
    return f"too deeply nested to be analysed ({what}); simplify or exclude it"


def _levels_of(tree: ast.AST) -> int:
    """The depth of a syntax tree."""
    deepest = 0
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        below = depth + (len(node.values) if isinstance(node, ast.BoolOp) else 1)
        pending.extend((child, below) for child in ast.iter_child_nodes(node))
    return deepest
