"""What containers hold, and of which class of the project an object is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dropcheck.facts import FunctionFacts
from dropcheck.link.made import TORCH_CONTAINERS, made_in
from dropcheck.link.project import Owner, Project
from dropcheck.link.resolve import Resolvers
from dropcheck.worlds import Attr, CallOf, Const, Display, Imported, Op, Param, Receiver, Value, World, arms, item_of

#: Functions that make an object by calling functions that do are followed this deep.
_MAX_DEPTH = 3


class Held:
    """What the objects of a project hold.

    Args:
        project: the linked files.
        resolvers: put in what is known.
    """

    def __init__(self, project: Project, resolvers: Resolvers) -> None:
        self.project = project
        self.resolvers = resolvers

    def entries(self, table: Value, index: Value, owner: Owner | None) -> Iterator[Value]:
        """What a container may hold under an index, as far as it is visible.

        Args:
            table: the container: a display, a container of torch, or an attribute that is assigned one.
            index: the index.
            owner: the class whose instance is at hand.
        """
        tables: tuple[Value, ...] = (table,)
        added: tuple[Value, ...] = ()
        if isinstance(table, Op) and table.name == "item":  # a container in a container
            tables = tuple(self.entries(table.args[0], table.args[-1], owner))
        if isinstance(table, Attr) and isinstance(table.base, Receiver) and owner is not None:
            tables = self.project.attribute_values(owner, table.name, World.TRAIN) or ()
            added = self.project.added_values(owner, table.name)
            index = self.resolvers.of(owner).train.resolve(index)
        for found in (arm for value in tables for arm in arms(value)):
            if isinstance(found, Display) or _holds_modules(found):
                known = _item(found, index)
                if known is None:
                    yield from (*_items(found), *(one for value in added for one in made_in(value)))
                elif not added:
                    yield known

    def classes(self, value: Value, owner: Owner | None, path: str, depth: int = 0) -> Iterator[Owner]:
        """The classes of the project of which a value may be an instance.

        Args:
            value: the object, resolved.
            owner: the class whose instance is at hand.
            path: the file of the value.
            depth: how many functions were followed.
        """
        match value:
            case CallOf(callee=made):
                found = self.project.class_of(made)
                yield from (found,) if found is not None else self._made_by(made, owner, depth)
            case Attr(base=Receiver(), name=name) if owner is not None:
                yield from self._of_made(self.project.attribute_values(owner, name, World.TRAIN) or (), owner, path, depth)
            case Op(name="item", args=(table, *_, index)):
                yield from self._of_made(self.entries(table, index, owner), owner, path, depth)
            case Param(function=name):
                annotated = self._annotated(self.project.function(path, name), value, path)
                yield from () if annotated is None else (annotated,)

    def _of_made(self, values: Iterable[Value], owner: Owner | None, path: str, depth: int) -> Iterator[Owner]:
        """The classes of those values that are made where they are seen."""
        for arm in (arm for value in values for arm in arms(value)):
            if isinstance(arm, CallOf):
                yield from self.classes(arm, owner, path, depth)

    def _made_by(self, maker: Value, owner: Owner | None, depth: int) -> Iterator[Owner]:
        """The classes of what a function or method of the project makes."""
        if isinstance(maker, Attr) and isinstance(maker.base, Receiver):
            found = self.project.method(owner, maker.name) if owner is not None else None
        else:
            found = self.project.function_of(maker)
        if found is not None and not found[1].decorated and depth < _MAX_DEPTH:
            path, function = found
            returned = self.project.localize(function.returns.train, path)
            yield from self._of_made((returned,), owner, path, depth + 1)

    def _annotated(self, function: FunctionFacts | None, parameter: Param, path: str) -> Owner | None:
        """The class that the annotation of a parameter names."""
        for known in function.parameters if function is not None else ():
            if known.name == parameter.name and known.annotation:
                return self.project.class_of(self.project.named(known.annotation, path))
        return None


def _holds_modules(value: Value) -> bool:
    return isinstance(value, CallOf) and isinstance(value.callee, Imported) and value.callee.path in TORCH_CONTAINERS


def _items(container: Value) -> Iterator[Value]:
    if isinstance(container, Display):
        yield from container.items
    elif isinstance(container, CallOf):
        for value in container.args:
            yield from made_in(value)


def _item(container: Value, index: Value) -> Value | None:
    """What a container holds under an index; None where that is not visible."""
    if isinstance(container, CallOf):
        container = container.args[0] if len(container.args) == 1 else Display("list", container.args)
    return item_of(container, index) if isinstance(container, Display) and isinstance(index, Const) else None


__all__ = ["Held"]
