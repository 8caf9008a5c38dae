"""The names of a module: which stay what they are, and which of them a file spells torch with."""

from __future__ import annotations

import builtins
from collections import Counter

import libcst as cst

from dropcheck.extract.scopes import imported_names
from dropcheck.refactor.result import DeclinedError
from dropcheck.refactor.tree import Tree, walk, walk_scope


class Globals:
    """The names at the top level of one file.

    Args:
        tree: the file.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._bound: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        for node in walk_scope(tree.module):
            for name in _bound(node):
                self._bound[name] += 1
                self._last[name] = max(self._last.get(name, 0), tree.span(node).start)
        self._shared = {item.name.value for node in walk(tree.module) if isinstance(node, cst.Global) for item in node.names}
        self.stars = any(
            isinstance(node, cst.ImportFrom) and isinstance(node.names, cst.ImportStar) for node in walk(tree.module)
        )

    def binds(self, name: str) -> bool:
        """Whether the file binds a name."""
        return name in self._bound

    def require_fixed(self, name: str, position: int) -> None:
        """See to it that a name means the same whenever it is read.

        Args:
            name: it.
            position: where it must be known.

        Raises:
            DeclinedError: it does not, or it is not known.
        """
        if name in self._shared or self._bound[name] > 1:
            raise DeclinedError(f"the global `{name}` is set more than once")
        if name not in self._bound and not hasattr(builtins, name) and not self.stars:
            raise DeclinedError(f"what `{name}` is cannot be seen")
        if self._last.get(name, 0) > position:
            raise DeclinedError(f"the global `{name}` is set after the class")


def _bound(node: cst.CSTNode) -> list[str]:
    if isinstance(node, (cst.Import, cst.ImportFrom)):
        return list(imported_names(node))
    if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        return [node.name.value]
    if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.For, cst.NamedExpr)):
        return [part.value for part in walk(node.target) if isinstance(part, cst.Name)]
    if isinstance(node, cst.WithItem) and node.asname is not None:
        return [part.value for part in walk(node.asname.name) if isinstance(part, cst.Name)]
    return []
