"""Joins a run with static analysis: what it says of every site in the source files of the model."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Mapping

from torch import nn

from dropcheck.config.resolve import ConfigResolver
from dropcheck.discover import discover
from dropcheck.engine.inventory import take_inventory
from dropcheck.engine.options import RunOptions
from dropcheck.errors import SourceError
from dropcheck.inventory import Entry, Inventory
from dropcheck.live.frames import is_library_file
from dropcheck.live.names import Held, source_file
from dropcheck.live.observe import Observation
from dropcheck.live.result import Outcome, Place, SiteResult
from dropcheck.model import Position
from dropcheck.source.text import read_source

_WHY_ON = "the module's own mode, or what its caller passes, is not that of the model"
_WHY_OFF = "its probability may be 0 in this model"


def source_files(model: nn.Module, places: Iterable[Place]) -> tuple[str, ...]:
    """The source files of a model: those of its modules' classes, bases included, and of the lines that were random.

    Args:
        model: the model.
        places: the lines.
    """
    classes = {cls for module in model.modules() for cls in type(module).__mro__ if issubclass(cls, nn.Module)}
    paths = {os.path.abspath(path) for cls in classes if (path := source_file(cls))} | {place.path for place in places}
    return tuple(sorted(path for path in paths if path.endswith(".py") and os.path.isfile(path) and not is_library_file(path)))


def inventory_of(paths: Iterable[str]) -> Inventory:
    """The static inventory of some files, in this process.

    Args:
        paths: absolute paths.
    """
    return take_inventory(discover(tuple(paths), ConfigResolver()), RunOptions(jobs=1))


def modules_made(inventory: Inventory) -> Mapping[Place, Held]:
    """Where the modules that an inventory lists are held, as the statements that make them say.

    Args:
        inventory: the inventory.

    Returns:
        By the place of the site; without those that go another way into the model.
    """
    found = {}
    for file in inventory.files:
        modules = [entry for entry in file.entries if entry.kind == "module" and entry.owner]
        path = os.path.abspath(file.path)
        tree = _parsed(path) if modules else None
        for entry in modules:
            attribute = _attribute(tree, entry.position) if tree is not None else ""
            if attribute:
                found[place_of(path, entry)] = Held(path, entry.owner, attribute)
    return found


def place_of(path: str, entry: Entry) -> Place:
    """Where a site starts.

    Args:
        path: its file.
        entry: the site.
    """
    return Place(os.path.abspath(path), entry.position.row, entry.position.column)


def was_active(place: Place, observation: Observation, made: Mapping[Place, Held]) -> bool | None:
    """Whether a site dropped in a run.

    Args:
        place: where it starts.
        observation: the run.
        made: where modules are held.

    Returns:
        None where it was not reached.
    """
    if place in observation.active:
        return True
    if place in observation.reached:
        return False
    return observation.modules.get(made[place]) if place in made else None


def has_rate(place: Place, observation: Observation, made: Mapping[Place, Held]) -> bool:
    """Whether the probability of a reached site was other than zero, or could not be seen.

    Args:
        place: where it starts.
        observation: the run.
        made: where modules are held.
    """
    if place in observation.reached:
        return place in observation.rated
    return place not in made or made[place] in observation.rated_modules


def join(inventory: Inventory, observation: Observation, made: Mapping[Place, Held]) -> tuple[SiteResult, ...]:
    """What a run in evaluation mode says to each site.

    Args:
        inventory: what static analysis says.
        observation: what the run showed.
        made: where modules are held.
    """
    return tuple(
        _result(place, entry, was_active(place, observation, made), rated=has_rate(place, observation, made))
        for file in inventory.files
        for entry in file.entries
        for place in [place_of(file.path, entry)]
    )


def _result(place: Place, entry: Entry, active: bool | None, *, rated: bool) -> SiteResult:
    if active is None:
        return SiteResult(place.path, entry, Outcome.NOT_REACHED, None)
    if not (active or rated):
        return SiteResult(place.path, entry, Outcome.RATE_ZERO, active)
    if entry.eval == "open":
        return SiteResult(place.path, entry, Outcome.DECIDED, active)
    if active == (entry.eval == "drops"):
        return SiteResult(place.path, entry, Outcome.CONFIRMED, active)
    return SiteResult(place.path, entry, Outcome.CONTRADICTED, active, _WHY_ON if active else _WHY_OFF)


def _parsed(path: str) -> ast.Module | None:
    try:
        return ast.parse(read_source(path).text)
    except (SourceError, SyntaxError, ValueError):
        return None


def _attribute(tree: ast.Module, position: Position) -> str:
    """The attribute of ``self`` that the statement at a position assigns to, or appends to; empty if it is none."""
    at = (position.row, position.column - 1)
    found = ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) and (node.lineno, node.col_offset) <= at:
            end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
            found = (_name(_target(node)) if at < end else "") or found
    return found


def _target(node: ast.Assign | ast.AnnAssign | ast.Expr) -> ast.expr:
    match node:
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            return target
    return node.value or ast.Constant(None)


def _name(target: ast.expr) -> str:
    match target:
        case ast.Attribute(value=ast.Name(), attr=name) | ast.Subscript(value=ast.Attribute(value=ast.Name(), attr=name)):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(), attr=name))):
            return name
        case ast.Call(func=ast.Attribute(attr="add_module" | "register_module"), args=[ast.Constant(value=str(name)), *_]):
            return name
    return ""
