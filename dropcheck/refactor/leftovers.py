"""Local names that only the refactored calls read: ``p = self.p if self.training else 0.0``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from dropcheck.extract.scopes import bindings
from dropcheck.model import Edit, Span
from dropcheck.refactor.tree import Tree, statements, walk, walk_scope

_EFFECTS = (cst.Call, cst.Await, cst.Yield, cst.NamedExpr)


def leftover_edits(tree: Tree, methods: Iterable[cst.FunctionDef], edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Remove the assignments of local names that nothing reads any more.

    Args:
        tree: the file.
        methods: the methods that hold refactored calls.
        edits: the edits of those calls.
    """
    gone = [edit.span for edit in edits if edit.span.end > edit.span.start]
    found: list[Edit] = []
    for method in {id(method): method for method in methods}.values():
        fresh = True
        while fresh:
            fresh = False
            for line, name in _plain_assignments(method):
                span = _lines(tree, line)
                if span not in gone and not tree.has_comment(span) and _is_unread(tree, method, name, gone):
                    found.append(Edit(span, ""))
                    gone.append(span)
                    fresh = True
    return tuple(found)


def _plain_assignments(method: cst.FunctionDef) -> Iterator[tuple[cst.SimpleStatementLine, str]]:
    """Lines that do nothing but assign a local name, and could go without leaving a block empty."""
    parameters = bindings(method).local - bindings(method).assigned
    for block in walk_scope(method):
        if not isinstance(block, cst.IndentedBlock) or len(block.body) < 2:
            continue
        for line in statements(block):
            part = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
            if not isinstance(part, cst.Assign) or len(part.targets) != 1 or not isinstance(part.targets[0].target, cst.Name):
                continue
            name = part.targets[0].target.value
            if name not in parameters and not any(isinstance(node, _EFFECTS) for node in walk(part.value)):
                assert isinstance(line, cst.SimpleStatementLine)
                yield line, name


def _is_unread(tree: Tree, method: cst.FunctionDef, name: str, gone: list[Span]) -> bool:
    """Whether a name was read in what is gone, is bound once, and is read nowhere else."""
    removed = kept = 0
    for node in walk(method):
        if isinstance(node, cst.Name) and node.value == name and not tree.is_label(node):
            span = tree.span(node)
            if any(one.start <= span.start and span.end <= one.end for one in gone):
                removed += 1
            else:
                kept += 1
    return removed > 0 and kept == 1


def _lines(tree: Tree, line: cst.SimpleStatementLine) -> Span:
    """The whole lines of a statement, without the comments and blank lines before it."""
    start = tree.statement_span(line).start
    return Span(start - len(tree.indent(line)), min(tree.span(line).end, len(tree.text)))
