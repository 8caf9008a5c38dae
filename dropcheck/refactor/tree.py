"""The syntax tree of one file with the offsets and the parents of its nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import libcst as cst

from dropcheck.extract.parse import parse_module
from dropcheck.extract.scopes import children
from dropcheck.extract.spans import locate
from dropcheck.model import Span
from dropcheck.source.excerpt import Excerpt

N = TypeVar("N", bound=cst.CSTNode)

Function = cst.FunctionDef | cst.Lambda
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


#: So many trees are kept: relatives of a class are often in the same few files, and a tree takes a lot of memory.
_KEPT = 16


class Tree:
    """A parsed file.

    Args:
        text: the file.

    Raises:
        libcst.ParserSyntaxError: it does not parse.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.module = parse_module(text)
        self._parents: dict[int, cst.CSTNode] = {}
        nodes = list(self._register(self.module))
        self._spans = locate(self.module, frozenset(map(id, nodes)), Excerpt(text))
        self.comments = self._spans.comments
        self._expressions = {self._spans.outer[id(node)]: node for node in nodes if isinstance(node, cst.BaseExpression)}
        self._classes = {self._header_start(node): node for node in nodes if isinstance(node, cst.ClassDef)}

    def _register(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        pending = [node]
        while pending:
            current = pending.pop()
            yield current
            for child in children(current):
                self._parents[id(child)] = current
                pending.append(child)

    def _header_start(self, node: cst.ClassDef) -> int:
        return self._spans.statement(node.decorators[0] if node.decorators else node).start

    def expression(self, span: Span) -> cst.BaseExpression:
        """The expression of just that span, its parentheses included."""
        return self._expressions[span]

    def class_def(self, header: Span) -> cst.ClassDef:
        """The class whose header, decorators included, starts where ``header`` does."""
        return self._classes[header.start]

    def span(self, node: cst.CSTNode) -> Span:
        """The span of an expression with its parentheses, or of a statement with its whole lines."""
        return self._spans.outer[id(node)]

    def statement_span(self, node: cst.CSTNode) -> Span:
        """The span of a statement without the comments before it and the rest of its last line."""
        return self._spans.statement(node)

    def source(self, node: cst.CSTNode) -> str:
        """The text of an expression, its parentheses included."""
        span = self.span(node)
        return self.text[span.start : span.end]

    def indent(self, node: cst.CSTNode) -> str:
        """The indentation of a statement that begins its line."""
        start = self.statement_span(node).start
        line = max(self.text.rfind("\n", 0, start), self.text.rfind("\r", 0, start)) + 1
        found = self.text[line:start]
        return found[: len(found) - len(found.lstrip())]

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around a node."""
        return self._parents.get(id(node))

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, innermost first."""
        current = self.parent(node)
        while current is not None:
            yield current
            current = self.parent(current)

    def functions_around(self, node: cst.CSTNode) -> tuple[Function, ...]:
        """The functions around a node, innermost first."""
        return tuple(found for found in self.around(node) if isinstance(found, (cst.FunctionDef, cst.Lambda)))

    def method_around(self, node: cst.CSTNode, owner: cst.ClassDef) -> cst.FunctionDef | None:
        """The method of a class around a node."""
        inner: cst.FunctionDef | None = None
        for found in self.around(node):
            if found is owner:
                return inner
            if isinstance(found, cst.FunctionDef):
                inner = found
        return None

    def is_label(self, node: cst.Name) -> bool:
        """Whether a name is an attribute or a keyword of something else."""
        parent = self.parent(node)
        return (isinstance(parent, cst.Attribute) and parent.attr is node) or (
            isinstance(parent, cst.Arg) and parent.keyword is node
        )

    def has_comment(self, span: Span) -> bool:
        """Whether a comment begins inside a span."""
        return any(span.start <= comment.start < span.end for comment in self.comments)


class Trees:
    """The trees of files whose texts may change.

    Args:
        text: gives the text of a file as it is now.
    """

    def __init__(self, text: Callable[[str], str]) -> None:
        self.text = text
        self._kept: dict[str, Tree] = {}

    def tree(self, path: str) -> Tree:
        """The tree of a file as it is now.

        Args:
            path: the file.

        Raises:
            libcst.ParserSyntaxError: it does not parse.
        """
        text = self.text(path)
        tree = self._kept.pop(path, None)
        if tree is None or tree.text != text:
            tree = Tree(text)
        self._kept[path] = tree
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return tree


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and everything in it but white space and punctuation."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))


def walk_scope(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Like :func:`walk`, but the bodies of functions and classes inside are left out."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if current is node or not isinstance(current, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            pending.extend(children(current))


def statements(body: cst.BaseSuite) -> tuple[cst.BaseStatement | cst.BaseSmallStatement, ...]:
    """The statements of a body, whether they stand on lines of their own or behind the colon."""
    return tuple(body.body)


def first_parameter(function: cst.FunctionDef) -> str:
    """The name of the first positional parameter; empty where there is none."""
    positional = (*function.params.posonly_params, *function.params.params)
    return positional[0].name.value if positional else ""


def attribute_path(node: cst.CSTNode) -> tuple[str, ...]:
    """``a.b.c`` as its parts; empty for anything but names and attributes of names."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.insert(0, node.attr.value)
        node = node.value
    return (node.value, *parts) if isinstance(node, cst.Name) else ()


def in_comprehension(tree: Tree, node: cst.CSTNode, name: str) -> bool:
    """Whether a comprehension around a node binds a name."""
    for found in tree.around(node):
        if isinstance(found, _COMPREHENSIONS):
            clause: cst.CompFor | None = found.for_in
            while clause is not None:
                if any(isinstance(part, cst.Name) and part.value == name for part in walk(clause.target)):
                    return True
                clause = clause.inner_for_in
    return False
