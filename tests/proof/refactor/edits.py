"""Hold a refactored text against the text it was made of: nothing may differ but what turns calls into modules."""

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

#: The functional forms with a module twin, and the twins.
TWINS = {
    "dropout": "Dropout",
    "dropout1d": "Dropout1d",
    "dropout2d": "Dropout2d",
    "dropout3d": "Dropout3d",
    "alpha_dropout": "AlphaDropout",
    "feature_alpha_dropout": "FeatureAlphaDropout",
}
FRESH = frozenset(TWINS.values())
#: What methods call the object that they belong to.
OWNERS = ("self", "self", "self", "this")


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_own(node: ast.expr) -> bool:
    """Whether an expression is an attribute of the object itself."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in OWNERS


def is_functional(call: ast.Call) -> bool:
    """Whether a call is of a functional form, however it was imported."""
    return last_name(call.func) in TWINS and not is_own(call.func)


def is_dropout(call: ast.Call) -> bool:
    """Whether a call may be dropout in any form."""
    return is_functional(call) or is_fresh(call) or is_own(call.func)


def is_fresh(call: ast.Call) -> bool:
    """Whether a call is of a dropout module made on the spot."""
    return isinstance(call.func, ast.Call) and last_name(call.func.func) in FRESH


def added_module(statement: ast.stmt) -> str | None:
    """The attribute that a statement of the form ``self.name = nn.Dropout(...)`` sets."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not is_own(statement.targets[0]):
        return None
    value = statement.value
    return last_name(statement.targets[0]) if isinstance(value, ast.Call) and last_name(value.func) in FRESH else None


def is_plain(node: ast.AST) -> bool:
    """Whether a statement gives a local name a value that costs nothing to work out."""
    named = isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    return named and not any(isinstance(item, ast.Call) for item in ast.walk(node))


def plain_assignments(tree: ast.AST, path: str = "") -> Iterator[str]:
    """Every such statement, after the names of the classes and functions that it is in."""
    for node in ast.iter_child_nodes(tree):
        if is_plain(node):
            yield f"{path}: {ast.unparse(node)}"
        named = isinstance(node, ast.FunctionDef | ast.ClassDef)
        yield from plain_assignments(node, f"{path}.{node.name}" if named else path)


def leftovers(before: str, after: str) -> Counter[str]:
    """The assignments of local names that are not there any more: nobody read them once the call was a module."""
    return Counter(plain_assignments(ast.parse(before))) - Counter(plain_assignments(ast.parse(after)))


def is_super(statement: ast.stmt) -> bool:
    """Whether a statement is a plain call of the base's ``__init__``."""
    return isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("super().__init__(")


def constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    """The ``__init__`` that a class defines itself."""
    return next((item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None)


def functional_calls(text: str, name: str) -> list[str]:
    """The calls of functional forms in the class of a name."""
    classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef) and node.name == name]
    calls = [node for item in classes for node in ast.walk(item) if isinstance(node, ast.Call) and is_functional(node)]
    return [ast.unparse(call) for call in calls]


@dataclass(frozen=True, slots=True)
class Shape:
    """What of one class a refactor may have added, by the class's qualified name.

    Args:
        modules: the dropout modules that ``__init__`` sets.
        constructor: whether there is an ``__init__``.
    """

    modules: Counter[str]
    constructor: bool


def shapes(tree: ast.AST, prefix: str = "") -> dict[str, Shape]:
    """The shape of every class."""
    found: dict[str, Shape] = {}
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.ClassDef):
            found.update(shapes(node, prefix))
            continue
        init = constructor(node)
        names = Counter(
            name for item in (ast.walk(init) if init else ()) if isinstance(item, ast.stmt) and (name := added_module(item))
        )
        found[prefix + node.name] = Shape(names, init is not None)
        found.update(shapes(node, f"{prefix}{node.name}."))
    return found


def added_modules(before: str, after: str) -> dict[str, set[str]]:
    """The dropout modules that a refactor added, by class."""
    old, new = shapes(ast.parse(before)), shapes(ast.parse(after))
    return {name: set(shape.modules - old[name].modules) for name, shape in new.items() if shape.modules - old[name].modules}


@dataclass(slots=True)
class Neutral(ast.NodeTransformer):
    """Writes both forms of dropout in the same way, and remembers on which lines they were.

    Args:
        added: the modules to leave out, by class.
        constructors: the classes whose ``__init__`` is to be left out.
        leftovers: the assignments that are to be left out.
        lines: the numbers of the lines that held what was rewritten.
    """

    added: dict[str, set[str]]
    constructors: frozenset[str]
    leftovers: Counter[str]
    lines: set[int] = field(default_factory=set)
    _classes: list[str] = field(default_factory=list)
    _path: str = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer, self._path = self._path, f"{self._path}.{node.name}"
        self.generic_visit(node)
        self._path = outer
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._classes.append(node.name)
        outer, self._path = self._path, f"{self._path}.{node.name}"
        if ".".join(self._classes) in self.constructors:
            init = constructor(node)
            assert init is not None
            assert all(added_module(item) in self.names() or is_super(item) for item in init.body), ast.unparse(init)
            self.note(init)
            node.body.remove(init)
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        self._classes.pop()
        self._path = outer
        return node

    def names(self) -> set[str]:
        return self.added.get(".".join(self._classes), set())

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        if added_module(node) in self.names():
            self.note(node)
            return None
        place = f"{self._path}: {ast.unparse(node)}"
        if is_plain(node) and self.leftovers[place]:
            self.leftovers[place] -= 1
            self.note(node)
            return None
        return self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """The same gate, inline."""
        self.generic_visit(node)
        gate = is_own(node.test) and last_name(node.test) == "training"
        if gate and is_neutral(node.body) and ast.unparse(node.body.args) == ast.unparse(node.orelse):
            self.note(node)
            return node.body
        return node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """A gate with nothing but dropout in it may go, as the module asks the mode itself."""
        self.generic_visit(node)
        gate = is_own(node.test) and last_name(node.test) == "training" and not node.orelse
        if gate and len(node.body) == 1 and is_neutral(getattr(node.body[0], "value", None)):
            self.note(node)
            return node.body
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        own = is_own(node.func) and last_name(node.func) in self.names()
        if not (own or is_functional(node) or is_fresh(node)):
            return node
        self.note(node)
        given = node.args[:1] or [keyword.value for keyword in node.keywords if keyword.arg == "input"]
        return ast.Call(ast.Name("DROPOUT"), given, [])

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        others = [alias for alias in node.names if alias.name.partition(".")[0] != "torch"]
        if len(others) < len(node.names):
            self.note(node)
        node.names = others
        return node if others else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        if (node.module or "").partition(".")[0] != "torch":
            return node
        self.note(node)
        return None

    def note(self, node: ast.stmt | ast.expr) -> None:
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
        self.lines.update(range(first, (node.end_lineno or first) + 1))


def is_neutral(node: ast.AST | None) -> bool:
    """Whether an expression is a dropout call that was rewritten."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DROPOUT"


def lines_of(text: str) -> list[str]:
    """The lines of a text as Python counts them, with their ends."""
    return list(io.StringIO(text, newline=""))


def comments(text: str) -> Counter[str]:
    """Every comment of a text."""
    tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def other_lines(text: str, lines: set[int]) -> list[str]:
    """The lines of a text but the blank ones and those of these numbers."""
    return [line for number, line in enumerate(lines_of(text), 1) if number not in lines and line.strip()]


def blank_lines(text: str) -> int:
    """How many lines of a text are blank."""
    return sum(not line.strip() for line in lines_of(text))


def functional_texts(text: str) -> Counter[str | None]:
    """The calls of functional forms that hold no other dropout, as they are written."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and is_functional(node)]
    inner = [[part for given in call.args for part in ast.walk(given) if isinstance(part, ast.Call)] for call in calls]
    return Counter(
        ast.get_source_segment(text, call) for call, parts in zip(calls, inner, strict=True) if not any(map(is_dropout, parts))
    )


def assert_only_dropout_changed(before: str, after: str) -> None:
    """Fail where a refactor did more than turn calls into modules.

    Whatever the two texts do not share must be a dropout call, a module made for one, an ``__init__`` made for such a
    module, an import, or a local name that nobody reads any more; leaving these out, both must be the same program. No
    comment may be lost.
    """
    old, new = ast.parse(before), ast.parse(after)
    before_shapes, after_shapes = shapes(old), shapes(new)
    made = frozenset(name for name, shape in after_shapes.items() if shape.constructor and not before_shapes[name].constructor)
    neutral_before = Neutral({}, frozenset(), leftovers(before, after))
    neutral_after = Neutral(added_modules(before, after), made, Counter())
    ours, theirs = neutral_before.visit(old), neutral_after.visit(new)
    assert ast.unparse(ours) == ast.unparse(theirs)
    assert other_lines(before, neutral_before.lines) == other_lines(after, neutral_after.lines)
    assert not functional_texts(after) - functional_texts(before)
    assert abs(blank_lines(after) - blank_lines(before)) <= len(made)
    assert not comments(before) - comments(after)
