"""Where in ``__init__`` a module is made: behind everything that it needs, and behind the modules that are already there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from dropcheck.frozen import dataclass
from dropcheck.model import Edit, Span
from dropcheck.refactor.constructor import Constructor
from dropcheck.refactor.family import Path
from dropcheck.refactor.result import DeclinedError
from dropcheck.refactor.tree import Tree, attribute_path, walk, walk_scope

#: How a module gets into a container, or under a computed name.
_ADDING = frozenset({"append", "extend", "insert", "add_module", "register_module"})

#: Methods of a Module that only note what they are given.
_HARMLESS = frozenset(
    "register_buffer register_parameter add_module register_module save_hyperparameters register_to_config __init__".split()  # noqa: SIM905
)


Statement = cst.BaseStatement | cst.BaseSmallStatement
_LOOPS = (cst.For, cst.While, cst.Try, cst.TryStar)


@dataclass(frozen=True, slots=True)
class Placement:
    """Finds the places of new lines in the ``__init__`` of one class.

    Args:
        tree: the file.
        constructor: its ``__init__``, which exists.
        settable: attributes that a base class or the class body sets.
        methods: the methods of the class and its relatives.
        attributes: the attributes that they set.
    """

    tree: Tree
    constructor: Constructor
    settable: frozenset[str]
    methods: frozenset[str]
    attributes: frozenset[str]

    def anchor(self, needed: frozenset[Path]) -> Statement:
        """The statement behind which the line goes.

        Args:
            needed: the attributes of the instance that the line reads.

        Raises:
            DeclinedError: there is no such place.
        """
        body = self.constructor.body
        lowest = self.constructor.ready
        for path in needed:
            last, surely = self._last_set(path)
            if not surely:
                return self._in_branch(path, len(needed))
            lowest = max(lowest, last)
        if any(_leaves(statement) for statement in body[: lowest + 1]):
            raise DeclinedError("`__init__` may return before the module could be made")
        return body[self._behind_modules(body, lowest)]

    def together(self, anchors: Iterable[Statement]) -> dict[int, Statement]:
        """Bring lines to one place, the last, as far as nothing between may run the site.

        Args:
            anchors: statements behind which lines go; those in branches stay.

        Returns:
            For the identity of each statement of the body, the one to take instead.
        """
        body = self.constructor.body
        chosen = {id(anchor) for anchor in anchors}
        positions = [index for index, statement in enumerate(body) if id(statement) in chosen]
        found: dict[int, Statement] = {}
        last = positions[-1] if positions else 0
        for index in reversed(positions):
            if any(self.may_run_the_site(one) or _leaves(one) for one in body[index + 1 : last + 1]):
                last = index
            found[id(body[index])] = body[last]
        return found

    def _behind_modules(self, body: Sequence[Statement], lowest: int) -> int:
        """The position, in a block, of the last statement behind a position that makes a module."""
        best = lowest
        for index in range(lowest + 1, len(body)):
            if self.may_run_the_site(body[index]) or _leaves(body[index]):
                break
            if self._makes_a_module(body[index]):
                best = index
        return best

    def _last_set(self, path: Path) -> tuple[int, bool]:
        """The position of the last statement that sets an attribute, and whether it is set on every way to there."""
        last, surely = -1, path[0] in self.settable
        for index, statement in enumerate(self.constructor.body):
            if any(self._sets(node, path) for node in walk_scope(statement)):
                last = index
                surely = surely or self._always_sets(statement, path)
        return last, surely

    def _in_branch(self, path: Path, needed: int) -> Statement:
        """The one statement that sets an attribute, in a branch: no call can read the attribute where it did not run."""
        name = ".".join(("self", *path))
        found = [
            (index, line)
            for index, statement in enumerate(self.constructor.body)
            for line in walk_scope(statement)
            if isinstance(line, cst.SimpleStatementLine) and any(self._sets(node, path) for node in walk_scope(line))
        ]
        around = [node for _, line in found for node in self.tree.around(line) if isinstance(node, _LOOPS)]
        if len(found) != 1 or needed > 1 or around:
            raise DeclinedError(f"`{name}` is not set in `__init__` on every way")
        index, line = found[0]
        if index <= self.constructor.ready:
            raise DeclinedError(f"`{name}` is set before `super().__init__()`, and not on every way")
        block = self.tree.parent(line)
        body = block.body if isinstance(block, cst.IndentedBlock) else (line,)
        return body[self._behind_modules(body, body.index(line))]

    def _sets(self, node: cst.CSTNode, path: Path) -> bool:
        if isinstance(node, cst.Call) and attribute_path(node.func) == ("setattr",) and node.args:  # by whatever name
            return self._reaches(attribute_path(node.args[0].value), path[:-1]) if len(path) > 1 else False
        if not isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.For, cst.NamedExpr, cst.AsName)):
            return False
        if isinstance(node, cst.AnnAssign) and node.value is None:
            return False
        target = node.name if isinstance(node, cst.AsName) else node.target
        return any(self._reaches(attribute_path(part), path) for part in walk(target))

    def _reaches(self, found: Path, path: Path) -> bool:
        """Whether a name with attributes is an attribute of the instance, or what that is reached through."""
        if found[:1] == (self.constructor.receiver,):
            return len(found) > 1 and found[1:] == path[: len(found) - 1]
        # The parameter ``config`` is the same object as ``self.config``.
        same = len(found) > 1 and found[0] == self.constructor.copies.get(path[0])
        return same and found[1:] == path[1 : len(found)]

    def _always_sets(self, statement: cst.CSTNode, path: Path) -> bool:
        if isinstance(statement, cst.If):
            other = statement.orelse
            if other is None or not self._body_sets(statement.body, path):
                return False
            return self._always_sets(other, path) if isinstance(other, cst.If) else self._body_sets(other.body, path)
        if isinstance(statement, cst.With):
            return self._body_sets(statement.body, path)
        if isinstance(statement, (cst.Try, cst.TryStar)):
            ways = (statement.body, *(handler.body for handler in statement.handlers))
            return all(self._body_sets(way, path) for way in ways)
        if isinstance(statement, cst.SimpleStatementLine):
            return any(self._always_sets(part, path) for part in statement.body)
        if not isinstance(statement, cst.BaseSmallStatement):
            return False
        return any(self._sets(node, path[:1]) for node in walk_scope(statement))

    def _body_sets(self, body: cst.BaseSuite, path: Path) -> bool:
        last = body.body[-1] if body.body else None
        parts = last.body if isinstance(last, cst.SimpleStatementLine) else [last]
        if any(isinstance(part, cst.Raise) for part in parts):
            return True  # this way leads nowhere
        return any(self._always_sets(statement, path) for statement in body.body)

    def may_run_the_site(self, statement: cst.CSTNode) -> bool:
        """Whether a statement may call the methods of the object, which is then not complete."""
        receiver = self.constructor.receiver
        for node in walk(statement):
            if not isinstance(node, cst.Call):
                continue
            path = attribute_path(node.func)
            if path == (receiver,):
                return True
            if path[:1] == (receiver,) and len(path) == 2 and self._is_method(path[1]):
                return True
            if any(attribute_path(arg.value) == (receiver,) for arg in node.args) and not self._is_super(node):
                return True
        return False

    def _is_method(self, name: str) -> bool:
        """Whether ``self.name(...)`` may run a method of the object; what an attribute holds knows nothing of the object."""
        return name not in _HARMLESS and not name[:1].isupper() and (name in self.methods or name not in self.attributes)

    def _is_super(self, node: cst.Call) -> bool:
        path = attribute_path(node.func)
        return path == ("super",) or path[-1:] == ("__init__",)

    def _makes_a_module(self, statement: cst.CSTNode) -> bool:
        """Whether a statement sets an attribute to a new object, or adds one to it; a capitalized name is what makes one."""
        for node in walk_scope(statement):
            made: cst.CSTNode | None = None
            owned: tuple[str, ...] = ()
            if isinstance(node, cst.Assign):
                made, owned = node.value, _stored(node.targets[0].target)
            elif isinstance(node, cst.AnnAssign):
                made, owned = node.value, attribute_path(node.target)
            elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _ADDING:
                made, owned = (node.args[-1].value if node.args else None), attribute_path(node.func.value)
            if owned[:1] == (self.constructor.receiver,) and len(owned) < 3 and _is_new_object(made):
                return True
        return False

    def edit(self, statement: Statement, lines: tuple[str, ...]) -> tuple[Edit, ...]:
        """Put lines behind a statement.

        Args:
            statement: it.
            lines: statements without indentation.
        """
        node = self.constructor.node
        assert node is not None
        newline = self.tree.module.default_newline
        if isinstance(node.body, cst.SimpleStatementSuite):
            return self._unfolded(node, node.body, lines)
        indent = self.tree.indent(statement)
        at = _line_end(self.tree, statement)
        text = "".join(f"{indent}{line}{newline}" for line in lines)
        if at and self.tree.text[at - 1] not in "\r\n":
            text = newline + text.removesuffix(newline)
        return (Edit(Span(at, at), text),)

    def _unfolded(self, node: cst.FunctionDef, body: cst.SimpleStatementSuite, lines: tuple[str, ...]) -> tuple[Edit, ...]:
        """``def __init__(self): ...`` on one line gets lines of its own."""
        newline = self.tree.module.default_newline
        indent = self.tree.indent(node) + self.tree.module.default_indent
        start = self.tree.statement_span(body).start
        colon = self.tree.text.rindex(":", 0, start) + 1
        end = len(self.tree.text[: min(self.tree.span(body).end, len(self.tree.text))].rstrip())
        return (
            Edit(Span(colon, start), newline + indent),
            Edit(Span(end, end), "".join(f"{newline}{indent}{line}" for line in lines)),
        )


def _stored(target: cst.BaseExpression) -> Path:
    """The attribute that an assignment sets, or into which it puts an item."""
    return attribute_path(target.value if isinstance(target, cst.Subscript) else target)


def _is_new_object(node: cst.CSTNode | None) -> bool:
    """Whether an expression makes an object of a class that may be a Module; the other arm of a choice may be None."""
    if isinstance(node, cst.IfExp):
        return _is_new_object(node.body) or _is_new_object(node.orelse)
    name = attribute_path(node.func)[-1:] if isinstance(node, cst.Call) else ()
    return bool(name) and name[0][:1].isupper() and name[0] not in {"Parameter", "Buffer"}


def _line_end(tree: Tree, statement: cst.CSTNode) -> int:
    """Where the lines of a statement end, blank ones behind it left out."""
    end = min(tree.span(statement).end, len(tree.text))
    lines = tree.text[:end].splitlines(keepends=True)
    while lines and not lines[-1].strip() and isinstance(statement, cst.BaseCompoundStatement):
        end -= len(lines.pop())
    return end


def _leaves(statement: cst.CSTNode) -> bool:
    """Whether a statement may end the function without an error."""
    return any(isinstance(node, (cst.Return, cst.Yield)) for node in walk_scope(statement))
