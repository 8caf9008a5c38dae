"""Puts the notes of the two worlds together into the facts of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

import libcst as cst

from dropcheck.catalogue import Catalogue
from dropcheck.extract.collect import Collector
from dropcheck.extract.definitions import ClassRecord, Definitions, FunctionRecord
from dropcheck.extract.frames import Closure, FunctionContext
from dropcheck.extract.kept import leave_unheld
from dropcheck.extract.parse import parse_module
from dropcheck.extract.records import AttributeRecord, CallRecord, FileRecord, Recorder
from dropcheck.extract.scopes import annotation_of, parameters_of
from dropcheck.extract.spans import Spans, locate
from dropcheck.extract.style import insertion
from dropcheck.extract.syntax import syntax_error
from dropcheck.facts import (
    Argument,
    AttributeFact,
    CallFact,
    ClassFacts,
    Comment,
    FileFacts,
    FunctionFacts,
    Parameter,
    RandomFact,
)
from dropcheck.model import LineIndex, Span
from dropcheck.source.excerpt import Excerpt
from dropcheck.worlds import FALSE, Imported, Opaque, Value, World, Worlds

_OWN_COMMENT = re.compile(r"dropcheck|noqa", re.IGNORECASE)
_LOOSE = (cst.IfExp, cst.Lambda, cst.NamedExpr, cst.Yield)
_DOCSTRING_LIMIT = 2000

R = TypeVar("R")


def assemble(text: str, part: Excerpt, path: str, *, module: str, is_package: bool, catalogue: Catalogue) -> FileFacts:
    """Parse a file, run it in both worlds and write down the facts.

    Args:
        text: the file.
        part: what is read of it.
        path: its name in findings, and so on as for ``extract``.
        module: its dotted name.
        is_package: whether it is an ``__init__``.
        catalogue: what counts as dropout.
    """
    try:
        tree = parse_module(part.text)
    except (cst.ParserSyntaxError, cst.CSTValidationError) as error:
        return FileFacts(path, module, syntax_error=syntax_error(part.text, error))
    shared = FileRecord(catalogue)
    definitions = Definitions({}, {})
    train = Collector(World.TRAIN, shared, definitions, path=path, module=module, is_package=is_package)
    train.run(tree)
    other = train
    if "training" in part.text:
        other = Collector(World.EVAL, shared, definitions, path=path, module=module, is_package=is_package)
        other.run(tree, train)
    facts = _Assembly(text, part, tree, shared, definitions, train, other).facts(path, module)
    for collector in (train, other):
        collector.module.close()
    return facts


class _Assembly:
    """The facts of one file in the making."""

    def __init__(
        self,
        text: str,
        part: Excerpt,
        tree: cst.Module,
        shared: FileRecord,
        definitions: Definitions,
        train: Collector,
        other: Collector,
    ) -> None:
        self.text = text
        self.shared = shared
        self.definitions = definitions
        self.collector = train
        self.train: Recorder = train.recorder
        self.eval: Recorder = other.recorder
        leave_unheld(self.train, self.eval)
        self.spans: Spans = locate(tree, frozenset(self._wanted()), part)
        self.index = LineIndex(text)
        self._locals_by_name: dict[str, frozenset[str]] = {}
        env = train.module.state.env
        self.names = [(name, value) for name, value in env.items() if not isinstance(value, Closure)]
        self.functional = _spelling(self.names, "torch.nn.functional")
        self.comments = {self.index.position(span.start).row: span for span in self.spans.comments}

    def facts(self, path: str, module: str) -> FileFacts:
        names = [*self.names, *(("*", Imported(star)) for star in self.collector.star_imports)]
        return FileFacts(
            path=path,
            module=module,
            names=tuple(names),
            classes=tuple(self._class(record) for record in self.definitions.classes.values()),
            functions=tuple(self._function(record) for record in self.definitions.functions.values()),
            calls=tuple(sorted(self._calls(), key=lambda fact: fact.span)),
            comments=tuple(self._own_comments()),
            nn=_spelling(names, "torch.nn"),
        )

    # Spans

    def _wanted(self) -> Iterable[int]:
        for record in (*self.train.calls.values(), *self.eval.calls.values()):
            for call in filter(None, (record.node, record.constructor)):
                yield id(call)
                yield id(call.func)
                for arg in call.args:
                    yield id(arg.value)
                    yield id(arg.keyword)
            yield from _statement_nodes(record.statement)
        for attribute in (*self.train.attributes.values(), *self.eval.attributes.values()):
            yield id(attribute.node)
            yield id(_assigned_value(attribute))
            yield from _statement_nodes(attribute.statement)
        for drawn in self.shared.random.values():
            yield id(drawn.node)
            yield from _statement_nodes(drawn.statement)
        for cls in self.definitions.classes.values():
            yield from _statement_nodes(cls.node)
        for function in self.definitions.functions.values():
            yield from _statement_nodes(function.node)

    def _scope(self, node: cst.CSTNode | None) -> Span:
        """The span of a statement; of a compound one, its header with its decorators."""
        if node is None:
            return Span(0, 0)
        body = _body(node)
        if body is None:
            return self.spans.statement(node)
        span = self.spans.header(node, body)
        decorators = getattr(node, "decorators", ())
        return Span(self.spans.statement(decorators[0]).start, span.end) if decorators else span

    # Comments

    def _own_comments(self) -> Iterable[Comment]:
        for row, span in self.comments.items():
            comment = self.text[span.start : span.end]
            if _OWN_COMMENT.search(comment):
                line = self.index.row_span(row)
                yield Comment(span, comment, own_line=not self.text[line.start : span.start].strip())

    def _comments_at(self, scope: Span) -> tuple[str, ...]:
        """The comments on the rows of a statement and in the block of comment lines right above it."""
        first = self.index.position(scope.start).row
        rows = list(range(first, self.index.position(scope.end).row + 1))
        above = first - 1
        while above in self.comments and self.index.row_text(above).lstrip().startswith("#"):
            rows.insert(0, above)
            above -= 1
        spans = [self.comments[row] for row in rows if row in self.comments]
        return tuple(self.text[span.start : span.end].lower() for span in spans)

    # Calls

    def _calls(self) -> Iterable[CallFact]:
        for key in {**self.train.calls, **self.eval.calls}:
            train, other = self.train.calls.get(key), self.eval.calls.get(key)
            record = train or other
            assert record is not None
            yield self._call(record, train, other)

    def _call(self, record: CallRecord, train: CallRecord | None, other: CallRecord | None) -> CallFact:
        node = record.node
        span = self.spans.expression(node)
        arguments = self._arguments(train, other, self._own_locals(record.context))
        whole = len(arguments) == len(node.args)
        scope = self._scope(record.statement)
        constructor = record.constructor
        return CallFact(
            callee=_pair(train, other, lambda side: side.callee),
            arguments=arguments,
            reach=Worlds(train.reach if train else FALSE, other.reach if other else FALSE),
            span=span,
            callee_span=self.spans.expression(node.func),
            scope=scope if scope.end > scope.start else span,
            function=record.context.name,
            insertion=insertion(self.text, node, span, tuple(argument.span for argument in arguments)) if whole else None,
            constructor=self.spans.expression(constructor) if constructor else None,
            constructor_arguments=self._constructor_arguments(constructor) if constructor else (),
            direct=constructor is not None and node.func is constructor,
            constructor_has_comments=constructor is not None and self._has_comments(constructor),
            discarded=_is_discarded(node, record.statement),
            comments=self._comments_at(scope),
            functional="" if self.functional.partition(".")[0] in self._locals(record.context) else self.functional,
        )

    def _has_comments(self, node: cst.CSTNode) -> bool:
        span = self.spans.expression(node)
        return any(span.start <= comment.start < span.end for comment in self.spans.comments)

    def _constructor_arguments(self, node: cst.Call) -> tuple[Argument, ...]:
        train, other = self.train.calls.get(id(node)), self.eval.calls.get(id(node))
        return self._arguments(train, other, None) if train or other else ()  # a container's do not matter

    def _own_locals(self, context: FunctionContext) -> frozenset[str] | None:
        """The names that the function binds; None outside any function."""
        return self.definitions.functions[id(context.node)].bindings.local if context.node is not None else None

    def _locals(self, context: FunctionContext) -> frozenset[str]:
        """The names that the function, or one around it, binds."""
        if context.name not in self._locals_by_name:
            around = f"{context.name}."
            records = self.definitions.functions.values()
            found = (record.bindings.local for record in records if around.startswith(f"{record.context.name}."))
            self._locals_by_name[context.name] = frozenset[str]().union(*found)
        return self._locals_by_name[context.name]

    def _arguments(
        self, train: CallRecord | None, other: CallRecord | None, local: frozenset[str] | None
    ) -> tuple[Argument, ...]:
        first, second = train or other, other or train
        assert first is not None
        assert second is not None
        values = Worlds(first.values, second.values)
        return tuple(
            Argument(
                keyword=arg.keyword.value if arg.keyword else None,
                star=arg.star,
                value=Worlds(values.train[index], values.eval[index]),
                span=self.spans.expression(arg.value),
                text=self._text(arg.value),
                loose=isinstance(arg.value, _LOOSE) and not arg.value.lpar,
                name=arg.value.value if isinstance(arg.value, cst.Name) else None,
                local=isinstance(arg.value, cst.Name) and (local is None or arg.value.value in local),
                keyword_span=self.spans.expression(arg.keyword) if arg.keyword else None,
            )
            for index, arg in enumerate(first.arguments)
        )

    def _text(self, node: cst.CSTNode) -> str:
        span = self.spans.expression(node)
        return self.text[span.start : span.end]

    # Definitions

    def _function(self, record: FunctionRecord) -> FunctionFacts:
        node, context = record.node, record.context
        train, other = self.train.returns.get(id(node)), self.eval.returns.get(id(node))
        unknown = Opaque("a function that is never run by itself")
        parameters = tuple(
            Parameter(name, record.defaults.get(name), param in node.params.kwonly_params, annotation_of(param))
            for name, param in parameters_of(node)
        )
        modules = [name.name for name in parameters if name.annotation.rpartition(".")[2] == "Module"]
        own = {name.name for name in parameters}
        modules += sorted(record.bindings.mode_owners & own - {context.receiver, *modules})
        return FunctionFacts(
            name=context.name,
            kind=context.kind,
            owner=context.owner,
            parameters=parameters,
            returns=Worlds(train or unknown, other or unknown),
            header=self._scope(node),
            receiver="" if context.receiver in record.bindings.assigned else context.receiver,
            modules=tuple(modules),
            docstring=_docstring(node),
            decorated=record.decorated,
            decorators=record.decorators,
            reads_own_mode=context.receiver in record.bindings.mode_owners,
        )

    def _class(self, record: ClassRecord) -> ClassFacts:
        attributes = sorted(self._attributes(record), key=lambda fact: fact.span)
        reads = self.shared.reads.get(record.name, set())
        return ClassFacts(
            name=record.name,
            bases=record.bases,
            header=self._scope(record.node),
            attributes=tuple(attributes),
            methods=tuple(sorted(record.methods)),
            reads=frozenset(reads),
            dynamic=record.name in self.shared.dynamic,
            reads_mode=record.name in self.shared.mode_readers,
            docstring=_docstring(record.node),
            registered=frozenset(self.shared.registered.get(record.name, ())),
            random=tuple(
                RandomFact(found.context.name, self.spans.expression(found.node), self._scope(found.statement))
                for found in self.shared.random.values()
                if found.context.owner == record.name
            ),
        )

    def _attributes(self, record: ClassRecord) -> Iterable[AttributeFact]:
        for key in {**self.train.attributes, **self.eval.attributes}:
            train, other = self.train.attributes.get(key), self.eval.attributes.get(key)
            known = train or other
            if known is None or known.context.owner != record.name:
                continue
            yield AttributeFact(
                path=known.path,
                value=_pair(train, other, lambda side: side.value),
                reach=Worlds(train.reach if train else FALSE, other.reach if other else FALSE),
                function=known.context.name,
                span=self._scope(known.node) if isinstance(known.node, cst.ClassDef) else self.spans.expression(known.node),
                scope=self._scope(known.statement),
                value_span=self._value_span(known),
            )

    def _value_span(self, record: AttributeRecord) -> Span | None:
        value = _assigned_value(record)
        return None if value is None else self.spans.expression(value)


def _pair(train: R | None, other: R | None, take: Callable[[R], Value]) -> Worlds[Value]:
    """A value of both worlds; where one world has no record, the other's serves (the reach tells)."""
    first, second = train or other, other or train
    assert first is not None
    assert second is not None
    return Worlds(take(first), take(second))


def _body(node: cst.CSTNode) -> cst.CSTNode | None:
    """Where the body of a compound statement begins."""
    if isinstance(node, cst.Match):
        return node.cases[0]
    if isinstance(node, (cst.BaseCompoundStatement, cst.Else, cst.ExceptHandler, cst.Finally)):
        return node.body
    return None


def _statement_nodes(node: cst.CSTNode | None) -> Iterable[int]:
    if node is not None:
        yield id(node)
        yield id(_body(node))
        yield from (id(decorator) for decorator in getattr(node, "decorators", ())[:1])


def _is_discarded(node: cst.Call, statement: cst.CSTNode | None) -> bool:
    parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else (statement,)
    return any(isinstance(part, cst.Expr) and part.value is node for part in parts)


def _assigned_value(record: AttributeRecord) -> cst.CSTNode | None:
    """The right side of an assignment to just this attribute."""
    statement = record.statement
    for part in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
        if isinstance(part, cst.Assign) and len(part.targets) == 1 and part.targets[0].target is record.node:
            return part.value
    return None


def _docstring(node: cst.FunctionDef | cst.ClassDef | cst.Lambda) -> str:
    if isinstance(node, cst.Lambda):
        return ""
    found = node.get_docstring(clean=False)
    return found[:_DOCSTRING_LIMIT].lower() if found else ""


def _spelling(names: Iterable[tuple[str, Value]], path: str) -> str:
    """How the file spells a module of torch; empty where it does not import it."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        for name, value in names:
            if value == Imported(".".join(parts[:length])) and name != "*":
                return ".".join((name, *parts[length:]))
    return ""
