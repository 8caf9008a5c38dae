"""What every call of a project truly does, found out by running it under torch in both modes."""

import contextlib
import importlib
import itertools
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NamedTuple
from unittest import mock

import torch
from torch import nn
from torch.nn import functional
from torch.nn.modules import dropout as dropout_of_torch

from proof.generated.projects import OPENS, Project
from proof.projects import project_on_path

PATCHED = ((functional, "dropout"), (functional, "scaled_dot_product_attention"), (torch, "dropout"))
#: Each model is put through the modes in these orders, so that nothing hides in what one mode leaves to the other.
HISTORIES = ((True, False, True), (False, True, False))


class Place(NamedTuple):
    """Where a call stands: rows and columns from 1."""

    path: str
    row: int
    column: int
    end_row: int
    end_column: int


#: A call, the function around it, and the Module whose method that is or was called by.
Made = tuple[Place, str, nn.Module | None]


class Call(NamedTuple):
    """A call that was under way, or that made a module.

    Args:
        place: where it stands.
        function: the qualified name of the function around it.
        training: the mode of the Module whose method makes it, or which that was called by.
    """

    place: Place
    function: str
    training: bool


class Event(NamedTuple):
    """A function of torch that drops was called.

    Args:
        calls: what led there, innermost first; for a module also what made it.
        training: the mode of the model.
        active: whether it dropped.
    """

    calls: tuple[Call, ...]
    training: bool
    active: bool

    def places(self) -> Iterator[Place]:
        """Where the calls stand."""
        return (call.place for call in self.calls)


@dataclass(slots=True)
class Watch:
    """Records what happens.

    Args:
        folder: the project; calls elsewhere do not count.
        training: the mode the model is in.
        events: everything that happened.
    """

    folder: Path
    training: bool = True
    events: set[Event] = field(default_factory=set)
    made: dict[nn.Module, tuple[Made, ...]] = field(default_factory=dict)

    def record(self, function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        """The function, watched: it dropped where the random generator moved."""

        def watched(*args: object, **kwargs: object) -> torch.Tensor:
            given = [bool(value.any()) for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor)]
            before = torch.get_rng_state()
            result = function(*args, **kwargs)
            drew = not torch.equal(before, torch.get_rng_state())
            # p = 1 zeroes everything and draws nothing
            active = drew or (all(given) and not result.any())
            self.events.add(Event(tuple(self.calls()), self.training, active))
            return result

        return watched

    def calls(self) -> Iterator[Call]:
        """The calls that are under way, innermost first; then those that made the Modules whose methods these are."""
        frame = _caller()
        calls = list(self.places(frame))
        owners = [owner for _, _, owner in calls]
        if frame is not None and frame.f_code.co_filename == dropout_of_torch.__file__:
            owners.insert(0, frame.f_locals.get("self"))
        for owner in dict.fromkeys(owners):
            calls += self.made.get(owner, ()) if owner is not None else ()
        for place, function, owner in calls:
            yield Call(place, function, self.training if owner is None else owner.training)

    def places(self, frame: FrameType | None) -> Iterator[Made]:
        """Where the frames of the project are, and the Modules whose methods they run."""
        functions: list[tuple[Place, str]] = []
        while frame is not None:
            path = frame.f_code.co_filename
            if path.startswith(str(self.folder)):
                row, end_row, column, end_column = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
                if row and end_row and column is not None and end_column is not None:
                    functions.append((Place(path, row, column + 1, end_row, end_column + 1), frame.f_code.co_qualname))
                owner = frame.f_locals.get("self", frame.f_locals.get("this"))
                if isinstance(owner, nn.Module):
                    yield from ((*call, owner) for call in functions)
                    functions.clear()
            frame = frame.f_back
        yield from ((*call, None) for call in functions)

    def remember(self, made: Callable[..., None]) -> Callable[..., None]:
        """The constructor of Modules, which then also notes where one was made."""

        def constructor(module: nn.Module, *args: object, **kwargs: object) -> None:
            made(module, *args, **kwargs)
            places = self.places(_caller())
            self.made[module] = tuple((place, function, owner) for place, function, owner in places if owner is not module)

        return constructor

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what drops."""
        with contextlib.ExitStack() as stack:
            for module, name in PATCHED:
                stack.enter_context(mock.patch.object(module, name, self.record(getattr(module, name))))
            stack.enter_context(mock.patch.object(nn.Module, "__init__", self.remember(nn.Module.__init__)))
            yield

    def run(self, make: Callable[[], nn.Module], history: tuple[bool, ...]) -> list[torch.Tensor]:
        """Make a model and put it through some modes; gives what it computes in training, from a known seed."""
        torch.manual_seed(0)
        model = make()
        trained: list[torch.Tensor] = []
        for training in history:
            self.training = training
            model.train(training)
            torch.manual_seed(1)
            result = model(torch.ones(2, 3, 4))
            trained += [result] if training else []
        return trained


def _caller() -> FrameType | None:
    """The frame that called what this module wraps."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame


@dataclass(frozen=True, slots=True)
class Ran:
    """What a project did.

    Args:
        events: every call of what drops.
        classes: how many Modules its files define.
        trained: what each model gave in training mode, from a known seed.
    """

    events: frozenset[Event]
    classes: int
    trained: tuple[torch.Tensor, ...]


def run(project: Project, folder: Path) -> Ran:
    """Import a project that lies in a folder, and run its model with everything that it leaves open tried both ways."""
    text = "".join(project.files.values())
    used = [text.count(f"self.{name}") > text.count(f"self.{name} = ") for name in OPENS]
    watch = Watch(folder)
    trained: list[torch.Tensor] = []
    with project_on_path(folder), watch.watching(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        net = importlib.import_module(project.net)
        for opens in itertools.product(*((False, True) if one else (False,) for one in used)):
            for history in HISTORIES:
                trained += watch.run(lambda opens=opens: net.Net(*opens), history)
        classes = tuple(_classes(folder))
        for cls in classes:
            if cls.__name__.startswith("Layer"):
                watch.run(cls, HISTORIES[0])
    return Ran(frozenset(watch.events), len(classes), tuple(trained))


def _classes(folder: Path) -> Iterator[type[nn.Module]]:
    """The Modules that the files of a folder define."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(folder)):
            values = list(vars(module).values())
            yield from (one for one in values if isinstance(one, type) and issubclass(one, nn.Module) and one.__module__ == name)
