"""The imports of a file: how it spells torch.nn, which import it needs, and which it needs no more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set

import libcst as cst

from dropcheck.extract.scopes import dotted, imported_names
from dropcheck.facts import FileFacts
from dropcheck.frozen import dataclass
from dropcheck.model import Edit, Span
from dropcheck.refactor.globals import Globals
from dropcheck.refactor.result import DeclinedError
from dropcheck.refactor.surroundings import Surroundings
from dropcheck.refactor.tree import Tree, walk
from dropcheck.worlds import Imported

Import = cst.Import | cst.ImportFrom


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a class of torch.nn is written.

    Args:
        text: its name, with what stands before it.
        edits: the import that is needed for it.
    """

    text: str
    edits: tuple[Edit, ...] = ()

    @property
    def root(self) -> str:
        """The name that must mean what it means at the top of the file where the class is used."""
        return self.text.partition(".")[0]


def spell(tree: Tree, facts: FileFacts, kind: str, scope: Globals) -> Spelling:
    """Find out how to write a class of torch.nn in a file.

    Args:
        tree: the file.
        facts: its facts.
        kind: the class.
        scope: its names.

    Raises:
        DeclinedError: no import can be added.
    """
    for name, value in facts.names:
        if value == Imported(f"torch.nn.{kind}"):
            return Spelling(name)
    stars = [value.path for name, value in facts.names if name == "*" and isinstance(value, Imported)]
    if "torch.nn" in stars and all(path.partition(".")[0] == "torch" for path in stars) and not scope.binds(kind):
        return Spelling(kind)
    if facts.nn:
        return Spelling(f"{facts.nn}.{kind}")
    listed = _class_imports(tree)
    if listed is not None and not scope.binds(kind):
        return Spelling(kind, (_listed(tree, listed, kind),))
    if scope.binds("nn"):
        raise DeclinedError("the name `nn` is taken, and torch.nn is not imported")
    last: tuple[Import, cst.SimpleStatementLine] | None = None
    for node, line in top_level_imports(tree):
        if _module(node).partition(".")[0] == "torch":
            return Spelling(f"nn.{kind}", (_before(tree, line, _in_style(node)),))
        last = (node, line)
    if last is None or _module(last[0]) == "__future__":
        raise DeclinedError("the file imports nothing beside which torch.nn could be imported")
    end = tree.span(last[1]).end
    return Spelling(f"nn.{kind}", (Edit(Span(end, end), f"from torch import nn{tree.module.default_newline}"),))


def _class_imports(tree: Tree) -> list[cst.ImportAlias] | None:
    """The names of an import that takes classes out of torch.nn: ``from torch.nn import Linear, Module``."""
    for node, _ in top_level_imports(tree):
        if not isinstance(node, cst.ImportFrom) or _module(node) != "torch.nn" or isinstance(node.names, cst.ImportStar):
            continue
        if any(dotted(alias.name)[:1].isupper() for alias in node.names):
            return list(node.names)
    return None


def _listed(tree: Tree, aliases: list[cst.ImportAlias], kind: str) -> Edit:
    """Add a name to an import, in order where the names are in order."""
    names = [dotted(alias.name) for alias in aliases]
    in_order = names == sorted(names) or [name.lower() for name in names] == sorted(name.lower() for name in names)
    later = [at for at, name in enumerate(names) if name > kind] if in_order else []
    starts = [tree.span(alias.name).start for alias in aliases]
    lead = tree.text[tree.text.rfind("\n", 0, starts[-1]) + 1 : starts[-1]]
    between = f",{tree.module.default_newline}{lead}" if not lead.strip() else ", "
    if later and later[0] == 0:
        return Edit(Span(starts[0], starts[0]), f"{kind}{between}")
    previous = aliases[(later[0] if later else len(aliases)) - 1]
    end = tree.span(previous.asname.name if previous.asname is not None else previous.name).end
    return Edit(Span(end, end), f"{between}{kind}")


def _module(node: Import) -> str:
    if isinstance(node, cst.ImportFrom):
        return dotted(node.module) if not node.relative else "."
    return dotted(node.names[0].name)


def _in_style(node: Import) -> str:
    return "from torch import nn" if isinstance(node, cst.ImportFrom) else "import torch.nn as nn"


def _before(tree: Tree, line: cst.SimpleStatementLine, text: str) -> Edit:
    start = tree.statement_span(line).start
    return Edit(Span(start, start), text + tree.module.default_newline)


def top_level_imports(tree: Tree) -> list[tuple[Import, cst.SimpleStatementLine]]:
    """The imports on lines of their own at the top level of a file."""
    return [
        (part, line)
        for line in statements_of(tree)
        for part in line.body
        if isinstance(part, (cst.Import, cst.ImportFrom)) and len(line.body) == 1
    ]


def statements_of(tree: Tree) -> list[cst.SimpleStatementLine]:
    """The simple statements at the top level of a file."""
    return [statement for statement in tree.module.body if isinstance(statement, cst.SimpleStatementLine)]


def unused_after(tree: Tree, removed: Iterable[cst.CSTNode]) -> tuple[str, ...]:
    """The imported names that nothing uses any more.

    Args:
        tree: the file.
        removed: the callees that go.
    """
    distinct = {id(node): node for node in removed}.values()
    gone = Counter(name for node in distinct if (name := dotted(node).partition(".")[0]))
    used = Counter(node.value for node in walk(tree.module) if isinstance(node, cst.Name) and not tree.is_label(node))
    imports = Counter(name for node, _ in top_level_imports(tree) for name in imported_names(node))
    return tuple(name for name in gone if imports[name] == 1 and used[name] == gone[name] + _in_import(tree, name))


def _in_import(tree: Tree, name: str) -> int:
    """How often a name occurs in the import that binds it."""
    for node, _ in top_level_imports(tree):
        if name in imported_names(node):
            names = (part for part in walk(node) if isinstance(part, cst.Name) and part.value == name)
            return sum(not tree.is_label(part) for part in names)
    return 0


def removal(tree: Tree, path: str, names: Iterable[str], around: Surroundings) -> tuple[Edit, ...]:
    """Edits that drop imports.

    Args:
        tree: the file.
        path: where it lies.
        names: imported names that nothing in it uses any more.
        around: the files of the run.

    Returns:
        The edits; none for an import that others may use, or that a comment or a list of exports speaks of.
    """
    file = re.split(r"[\\/]", path)[-1]
    if file == "__init__.py":
        return ()
    module = file.removesuffix(".py")
    gone = {name for name in names if not _is_quoted(tree, name) and not around.imports(module, name, path)}
    return tuple(edit for node, line in top_level_imports(tree) for edit in _drop(tree, node, line, gone))


def _is_quoted(tree: Tree, name: str) -> bool:
    """Whether a name stands as a string, as in ``__all__``."""
    return re.search(rf"[\"']{re.escape(name)}[\"']", tree.text) is not None


def _drop(tree: Tree, node: Import, line: cst.SimpleStatementLine, gone: Set[str]) -> Iterator[Edit]:
    """Drop names of one import, or all of it; a comment on an import has its reason, and keeps it."""
    aliases = () if isinstance(node.names, cst.ImportStar) else node.names
    removed = [_bound(alias) in gone for alias in aliases]
    statement, end = tree.statement_span(line), min(tree.span(line).end, len(tree.text))
    if not any(removed) or tree.has_comment(Span(statement.start, end)):
        return
    if all(removed):
        yield Edit(Span(statement.start, end), "")
        return
    spans = [tree.span(alias) for alias in aliases]
    last = max(index for index, goes in enumerate(removed) if not goes)
    for index, goes in enumerate(removed[:last]):
        if goes:
            yield Edit(Span(spans[index].start, spans[index + 1].start), "")
    if last + 1 < len(spans):  # the end of the list goes, with the comma before it
        comma = tree.text.rindex(",", spans[last].start, spans[last + 1].start)
        stop = len(tree.text[: spans[-1].end].rstrip())  # the comma of a name owns the line break behind it
        yield Edit(Span(comma, stop), "," if tree.text[stop - 1 : stop] == "," else "")


def _bound(alias: cst.ImportAlias) -> str:
    """The name that one of several imports binds."""
    return dotted(alias.asname.name) if alias.asname is not None else dotted(alias.name).partition(".")[0]
