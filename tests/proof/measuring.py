"""What each dropout call of a source truly does, found out by running it under torch in both modes."""

import contextlib
import itertools
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import torch
from torch.nn import functional

from proof.building import load
from proof.expressions import MAX_OPEN

SOURCE_NAME = "<generated>"
PATCHED = (
    *((functional, name) for name in ("dropout", "dropout1d", "alpha_dropout", "feature_alpha_dropout")),
    (functional, "scaled_dot_product_attention"),
    (torch, "dropout"),
)
#: Each model is put through the modes in these orders, so that nothing hides in what one mode leaves to the other.
HISTORIES = ((True, False, True), (False, True, False))

Place = tuple[int, int]
#: A call in the source, the call in which it ended up, and the mode.
Call = tuple[Place, Place, bool]


@dataclass(slots=True)
class Measured:
    """What the calls did.

    Args:
        training: the mode the model is in.
        reached: the calls that led to a call of a function that drops. A place is the row and column of a call's end; a
            call of a helper leads to one in the helper, a direct call to itself.
        active: those that dropped.
    """

    training: bool = True
    reached: set[Call] = field(default_factory=set)
    active: set[Call] = field(default_factory=set)

    def record(self, function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        """The function, watched: it dropped where the random generator moved."""

        def watched(*args: object, **kwargs: object) -> torch.Tensor:
            given = [bool(value.any()) for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor)]
            before = torch.get_rng_state()
            result = function(*args, **kwargs)
            places = list(places_of_calls(sys._getframe(1)))
            calls = [(place, places[0], self.training) for place in places]
            self.reached.update(calls)
            drew = not torch.equal(before, torch.get_rng_state())
            if drew or (all(given) and not result.any()):  # p = 1 zeroes everything and draws nothing
                self.active.update(calls)
            return result

        return watched

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the functions of torch that drop."""
        originals = [getattr(module, name) for module, name in PATCHED]
        for (module, name), original in zip(PATCHED, originals, strict=True):
            setattr(module, name, self.record(original))
        try:
            yield
        finally:
            for (module, name), original in zip(PATCHED, originals, strict=True):
                setattr(module, name, original)


def places_of_calls(frame: FrameType | None) -> Iterator[Place]:
    """Where the calls end that the frames of the source are making, innermost first."""
    while frame is not None:
        if frame.f_code.co_filename == SOURCE_NAME:
            _, end_row, _, end_column = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
            if end_row is not None and end_column is not None:
                yield end_row, end_column
        frame = frame.f_back


def measure(source: str) -> Measured:
    """Run a source with everything that it leaves open tried both ways.

    Args:
        source: defines the class ``Net``, whose constructor takes a bool for each ``open…`` attribute.
    """
    measured = Measured()
    used = [f".open{number}" in source.replace(f"self.open{number} = ", "") for number in range(MAX_OPEN)]
    with measured.watching(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        make = load(source, SOURCE_NAME)["Net"]
        for opens in itertools.product(*((False, True) if one else (False,) for one in used)):
            for history in HISTORIES:
                model = make(*opens)
                for training in history:
                    measured.training = training
                    model.train(training)
                    with contextlib.suppress(AssertionError):  # one that the source writes
                        model(torch.ones(2, 3, 4))
    return measured
