"""Build and run the model of a fixture; fixtures/README.md tells the convention."""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

FIXTURES = Path(__file__).parents[2] / "fixtures"
#: A coin that comes up the same in so many calls is no coin.
CALLS = 12
RUNNABLE = frozenset({"__future__", "torch", *sys.stdlib_module_names})
#: A coin that comes up the same in so many calls is no coin.
CALLS = 12


class CannotBuildError(Exception):
    """The source does not follow the convention of fixtures/README.md."""


@dataclass(frozen=True, slots=True)
class Built:
    """A model that was made with a known seed, and what to call it with."""

    model: nn.Module
    example: Callable[[], tuple[object, ...]]

    def call(self) -> object:
        """The output for fresh inputs, the random generator being where it is."""
        return self.model(*self.example())


def imported(text: str) -> set[str]:
    """The top-level packages that a source imports; a relative import is an empty name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("" if node.level else (node.module or "").partition(".")[0])
    return found


def load(text: str, name: str) -> dict[str, object]:
    """Run a source in a fresh namespace.

    Raises:
        CannotBuildError: it imports what is neither torch nor the standard library.
    """
    foreign = imported(text) - RUNNABLE
    if foreign:
        raise CannotBuildError(f"imports {', '.join(sorted(foreign))}")
    namespace: dict[str, object] = {"__name__": "fixture"}
    exec(compile(text, name, "exec"), namespace)
    return namespace


def build(text: str, name: str) -> Built:
    """Make the model of a source, its weights drawn from seed 0.

    Raises:
        CannotBuildError: it does not follow the convention.
    """
    namespace = load(text, name)
    make = namespace.get("make") or namespace.get("Net") or last_module_class(namespace)
    example = namespace.get("example") or (lambda: (torch.ones(4, 8),))
    if not callable(make) or not callable(example):
        raise CannotBuildError("defines no model")
    torch.manual_seed(0)
    try:
        return Built(make(), example)
    except TypeError as error:
        raise CannotBuildError(f"cannot be made without arguments: {error}") from error


def last_module_class(namespace: dict[str, object]) -> type[nn.Module] | None:
    """The last Module class that the source defines itself."""
    classes = [value for value in namespace.values() if isinstance(value, type) and issubclass(value, nn.Module)]
    return next((cls for cls in reversed(classes) if cls.__module__ == "fixture"), None)


def tensors(value: object) -> Iterator[torch.Tensor]:
    """Every tensor in an output, in order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors(item)


def same(left: object, right: object) -> bool:
    """Whether two outputs hold the same tensors, to the last bit."""
    ours, theirs = list(tensors(left)), list(tensors(right))
    assert ours, "the model returns no tensor"
    return len(ours) == len(theirs) and all(map(torch.equal, ours, theirs))


def training_step(built: Built) -> tuple[list[torch.Tensor], list[torch.Tensor], torch.Tensor]:
    """Outputs, gradients and the state of the random generator after three steps in training mode."""
    built.model.train()
    torch.manual_seed(1)
    outputs = [tensor for _ in range(3) for tensor in tensors(built.call())]
    torch.stack([output.sum() for output in outputs]).sum().requires_grad_().backward()
    gradients = [item.grad for item in built.model.parameters() if item.grad is not None]
    return [output.detach() for output in outputs], gradients, torch.get_rng_state()


def is_random(built: Built) -> bool:
    """Whether two calls in evaluation mode can differ."""
    built.model.eval()
    torch.manual_seed(1)
    with torch.no_grad():
        first = built.call()
        return any(not same(first, built.call()) for _ in range(CALLS))
