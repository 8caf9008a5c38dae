"""Facts: what one file says, as plain data.

Extraction makes facts, linking reads them. They hold no syntax nodes and no judgement: they cross process borders, can be
cached, and stay true whatever the configuration says. Values are two-world values (:mod:`dropcheck.worlds`).
"""

from __future__ import annotations

import re
from enum import Enum

from dropcheck.frozen import dataclass
from dropcheck.model import Span
from dropcheck.worlds import Value, Worlds

_NUMBER = re.compile(r"@\d+")


def numbered(name: str, number: int) -> str:
    """The name of a definition that a later one of the same name replaces: its facts are not to be mixed up with those.

    Args:
        name: the name, as written.
        number: tells it from others.
    """
    return f"{name}@{number}"


def as_written(name: str) -> str:
    """A qualified name without the numbers of :func:`numbered`, for people.

    Args:
        name: the qualified name of a class or function.
    """
    return _NUMBER.sub("", name)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that names this tool or ``noqa``.

    Args:
        span: from the ``#`` to the end of its text.
        text: the comment, ``#`` included.
        own_line: whether nothing but white space stands before it.
    """

    span: Span
    text: str
    own_line: bool


@dataclass(frozen=True, slots=True)
class SyntaxErrorFact:
    """Where and why a file does not parse."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call.

    Args:
        keyword: its name; None where it is positional.
        star: ``""``, ``"*"`` or ``"**"``.
        value: what is passed.
        span: the characters of the value.
        text: the source of the value.
        loose: whether the value needs parentheses before an operator can follow it.
        name: the variable, where the value is nothing but a name.
        local: whether that variable belongs to the function (or to the module, outside any).
        keyword_span: the characters of the keyword, without the ``=``.
    """

    keyword: str | None
    star: str
    value: Worlds[Value]
    span: Span
    text: str
    loose: bool = False
    name: str | None = None
    local: bool = False
    keyword_span: Span | None = None


@dataclass(frozen=True, slots=True)
class Insertion:
    """Where and how a further argument goes into a call in its author's style."""

    at: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call that drops, or that may once its callee is known.

    Args:
        callee: what is called.
        arguments: what is passed.
        reach: the condition under which the call is reached, in each world.
        span: the whole call.
        callee_span: the characters of what is called.
        scope: the statement (for a compound statement, its header).
        function: qualified name of the function that holds it; empty at module or class level.
        insertion: where a further argument goes; None where there is no room for one.
        constructor: for the call of an object made in the same function, the span of the call that made it.
        constructor_arguments: what was passed to that call.
        direct: whether the object is called where it is made, without a name in between.
        constructor_has_comments: whether comments stand inside the call that made the object.
        discarded: whether the result is thrown away (the call is a statement of its own).
        comments: the comments at the statement and right above it, lower case.
        functional: how torch.nn.functional is spelt here; empty where it cannot be.
    """

    callee: Worlds[Value]
    arguments: tuple[Argument, ...]
    reach: Worlds[Value]
    span: Span
    callee_span: Span
    scope: Span
    function: str
    insertion: Insertion | None = None
    constructor: Span | None = None
    constructor_arguments: tuple[Argument, ...] = ()
    direct: bool = False
    constructor_has_comments: bool = False
    discarded: bool = False
    comments: tuple[str, ...] = ()
    functional: str = ""


class FunctionKind(Enum):
    """How a function is bound."""

    FUNCTION = "function"
    METHOD = "method"
    STATIC = "staticmethod"
    CLASS = "classmethod"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: ``name`` carries its stars; ``default`` is None where there is none."""

    name: str
    default: Value | None = None
    keyword_only: bool = False
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A function, method or lambda.

    Args:
        name: qualified name in the file, such as ``Net.forward`` or ``Net.forward.drop`` for one nested in it.
        kind: how it is bound.
        owner: qualified name of the class whose method it is (or is nested in a method of); empty for others.
        parameters: in order, the receiver included.
        returns: what it returns.
        header: the span from ``def`` (or its first decorator) to the colon.
        receiver: the name under which the instance is at hand, also through closures; empty where it is not.
        modules: other names in scope whose ``training`` can be read: parameters annotated as a Module, or whose
            ``training`` the function itself reads.
        docstring: its docstring, lower case, at most 2,000 characters.
        decorated: whether it has decorators other than the ones that ``kind`` tells.
        decorators: those of them that may be functions of the project; for one that is called first, what is called.
        reads_own_mode: whether it reads ``training`` of the receiver.
    """

    name: str
    kind: FunctionKind
    owner: str
    parameters: tuple[Parameter, ...]
    returns: Worlds[Value]
    header: Span
    receiver: str
    modules: tuple[str, ...] = ()
    docstring: str = ""
    decorated: bool = False
    decorators: tuple[Value, ...] = ()
    reads_own_mode: bool = False


@dataclass(frozen=True, slots=True)
class AttributeFact:
    """An assignment to an attribute of the instance, or to one below it.

    Args:
        path: the attribute names, such as ``("p",)`` or ``("dropout", "p")``; ``("xs", "*")`` where an element is added.
        value: what is assigned.
        reach: the condition under which it is.
        function: qualified name of the method; empty for an assignment in the class body.
        span: the assignment.
        scope: the statement.
        value_span: what is assigned, where one value is assigned to one target.
    """

    path: tuple[str, ...]
    value: Worlds[Value]
    reach: Worlds[Value]
    function: str
    span: Span
    scope: Span
    value_span: Span | None = None


@dataclass(frozen=True, slots=True)
class RandomFact:
    """A call that draws random numbers.

    Args:
        function: qualified name of the method.
        span: the call.
        scope: the statement.
    """

    function: str
    span: Span
    scope: Span


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A class.

    Args:
        name: qualified name in the file.
        bases: its base classes.
        header: the span from ``class`` (or its first decorator) to the colon.
        attributes: assignments in the class body and to ``self.…`` in its methods, in source order.
        methods: the names it defines with ``def``.
        reads: names of attributes of the instance that its methods read, constructors excepted.
        dynamic: whether attributes are set by computed names (``setattr``, ``__dict__``).
        reads_mode: whether a method reads ``self.training``.
        docstring: its docstring, lower case, at most 2,000 characters.
        registered: names of attributes that are always passed to what registers them (``nn.ModuleList(self.xs)``), or may: a
            method that the constructor calls, or a function that it gives the instance.
        random: calls in its methods that draw random numbers; only for a class whose name speaks of dropping.
    """

    name: str
    bases: tuple[Value, ...]
    header: Span
    attributes: tuple[AttributeFact, ...]
    methods: tuple[str, ...]
    reads: frozenset[str]
    dynamic: bool
    reads_mode: bool
    docstring: str = ""
    registered: frozenset[str] = frozenset()
    random: tuple[RandomFact, ...] = ()


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Everything that linking needs to know about one file.

    Args:
        path: the file, as found.
        module: its dotted name; the stem of a file outside any package.
        names: what the names of the module are in the end; ``*`` lists star imports, in order.
        classes: every class, nested ones included.
        functions: every function, nested ones included.
        calls: calls that drop or may.
        comments: comments that name this tool or ``noqa``.
        nn: how torch.nn is spelt in this file; empty where it is not imported.
        syntax_error: set, and all else empty, where the file does not parse.
        left_out: the names of classes and functions of the file that these facts say nothing of, or not all.
        broken_cells: for each cell of a notebook that does not parse, where and why; the facts are those of the others.
    """

    path: str
    module: str
    names: tuple[tuple[str, Value], ...] = ()
    classes: tuple[ClassFacts, ...] = ()
    functions: tuple[FunctionFacts, ...] = ()
    calls: tuple[CallFact, ...] = ()
    comments: tuple[Comment, ...] = ()
    nn: str = ""
    syntax_error: SyntaxErrorFact | None = None
    left_out: tuple[str, ...] = ()
    broken_cells: tuple[SyntaxErrorFact, ...] = ()
