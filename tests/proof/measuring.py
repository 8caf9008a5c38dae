"""What each dropout call of a source truly does, found out by running it under torch in both modes."""

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
from proof.generator import MAX_OPEN

SOURCE_NAME = "<generated>"
PATCHED = (
    *((functional, name) for name in ("dropout", "dropout1d", "alpha_dropout", "feature_alpha_dropout")),
    (functional, "scaled_dot_product_attention"),
    (torch, "dropout"),
)
#: Each model is put through the modes in these orders, so that nothing hides in what one mode leaves to the other.
HISTORIES = ((True, False, True), (False, True, False))

Place = tuple[int, int]


@dataclass(slots=True)
class Measured:
    """What the calls did.

    Args:
        training: the mode the model is in.
        reached: the calls that were made, by the row and column of their end and the mode.
        active: those of them that drew random numbers.
    """

    training: bool = True
    reached: set[tuple[Place, bool]] = field(default_factory=set)
    active: set[tuple[Place, bool]] = field(default_factory=set)

    def record(self, function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        """The function, watched: it was active where the random generator moved."""

        def watched(*args: object, **kwargs: object) -> torch.Tensor:
            given = kwargs["input"] if "input" in kwargs else args[0]
            before = torch.get_rng_state()
            result = function(*args, **kwargs)
            call = (place_of_call(sys._getframe(1)), self.training)
            self.reached.add(call)
            drew = not torch.equal(before, torch.get_rng_state())
            if drew or (given.any() and not result.any()):  # p = 1 zeroes everything and draws nothing
                self.active.add(call)
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


def place_of_call(frame: FrameType | None) -> Place:
    """Where the call ends that a frame of the source is making."""
    while frame is not None and frame.f_code.co_filename != SOURCE_NAME:
        frame = frame.f_back
    assert frame is not None
    positions = itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
    _, end_row, _, end_column = next(positions)
    assert end_row is not None
    assert end_column is not None
    return end_row, end_column


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
                    try:
                        model(torch.ones(2, 3, 4))
                    except AssertionError:
                        pass  # one that the source writes
    return measured
