"""Import a project of several files, make its models and run them, leaving no trace in the interpreter."""

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import torch
from torch import nn

from proof.building import Built, is_random, same, training_step

#: What parameters of constructors and of ``forward`` are called, and what to give for them.
RATES = dict.fromkeys(("rate", "p", "dropout"), 0.5)
ARGUMENTS: dict[str, object] = RATES | {"width": 8, "depth": 2, "kind": "eager"}
TENSORS = {"x", "memory"}
#: Folders that lie on the import path, where it is not the project's own; by the case without its ``bad_`` or ``good_``.
ROOTS = {
    "src_layout": ("src",),
    "src_layout_script": ("src", "scripts"),
    "several_roots": ("app", "core"),
    "three_roots": ("app", "core", "ops/src"),
}
#: Base classes of frameworks: their own code is no part of the proof, so a Module with a rate stands in for each.
FRAMEWORK_BASES = ("transformers.PreTrainedModel", "framework.nn.Layer")

#: A class: the file that defines it, and its name as findings have it.
Name = tuple[str, str]


class FrameworkBase(nn.Module):
    """What a class of a framework is to the fixtures."""

    def __init__(self, rate: float = 0.5) -> None:
        super().__init__()
        self.rate = rate


@dataclass(frozen=True, slots=True)
class Ran:
    """What a model did.

    Args:
        classes: what it is an instance of, as far as the project defines that.
        outputs: of three steps in training mode, from a known seed.
        gradients: after them, in the order of the parameters.
        random: the state of the random generator after them.
        parameters: what the model registers.
        evaluation_is_random: whether two calls in evaluation mode can differ.
    """

    classes: frozenset[Name]
    outputs: list[torch.Tensor]
    gradients: list[torch.Tensor]
    random: torch.Tensor
    parameters: tuple[str, ...]
    evaluation_is_random: bool

    def trains_as(self, other: "Ran") -> bool:
        """Whether the outputs are the same to the last bit, and as many random numbers were drawn."""
        return same(self.outputs, other.outputs) and torch.equal(self.random, other.random)

    def learns_as(self, other: "Ran") -> bool:
        """Whether the same parameters are registered and got the same gradients."""
        pairs = zip(self.gradients, other.gradients, strict=True)
        return self.parameters == other.parameters and all(torch.equal(ours, theirs) for ours, theirs in pairs)


def run_project(folder: Path) -> dict[Name, Ran]:
    """Import every file of a project and run every model that it defines and that asks for tensors only."""
    with project_on_path(folder) as roots:
        modules = [importlib.import_module(name) for name in module_names(folder, roots)]
        return dict(run(make, folder) for module in modules for make in makers(module))


@contextmanager
def project_on_path(folder: Path) -> Iterator[tuple[Path, ...]]:
    """Let a project be imported, and forget it afterwards; gives the folders that its modules are named from."""
    roots = tuple(folder / root for root in ROOTS.get(folder.name.partition("_")[2], ("",)))
    known, path, writes = dict(sys.modules), sys.path[:], sys.dont_write_bytecode
    sys.path[:0] = map(str, roots)
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    # Other tests may have left modules of the same names.
    tops = {name.partition(".")[0] for name in module_names(folder, roots)}
    for name, module in known.items():
        # Not by getattr: a library may stand in for a module that it loads, or fails to, when it is asked for anything.
        file = vars(module).get("__file__") or ""
        if name.partition(".")[0] in tops and file.endswith(".py") and "site-packages" not in file:
            del sys.modules[name]
    for base in FRAMEWORK_BASES:
        stand_in(base)
    try:
        yield roots
    finally:
        sys.path[:], sys.dont_write_bytecode = path, writes
        for name in sys.modules.keys() - known.keys():
            del sys.modules[name]
        sys.modules.update(known)


def stand_in(base: str) -> None:
    """Make modules that hold nothing but a base class, known by its qualified name."""
    module, _, name = base.rpartition(".")
    while module:
        made = sys.modules[module] = ModuleType(module)
        setattr(made, name, FrameworkBase)
        module = module.rpartition(".")[0]


def module_names(folder: Path, roots: tuple[Path, ...]) -> list[str]:
    """The dotted name of every file."""
    files = sorted(folder.rglob("*.py"))
    names = [file.relative_to(root).with_suffix("") for file in files for root in roots if file.is_relative_to(root)]
    assert len(names) == len(files), f"a file of {folder.name} lies in no root, or in two"
    return [".".join(name.parts).removesuffix(".__init__") for name in names]


def makers(module: ModuleType) -> Iterator[Callable[..., nn.Module]]:
    """The models that a module defines: its classes, and its functions called ``make``."""
    for value in vars(module).values():
        own = getattr(value, "__module__", None) == module.__name__
        is_model = inspect.isclass(value) and issubclass(value, nn.Module) and can_be_called(value)
        if own and (is_model or (inspect.isfunction(value) and value.__name__.startswith("make"))):
            yield value


def can_be_called(cls: type[nn.Module]) -> bool:
    """Whether a class computes something, and nobody but itself decides whether that drops."""
    if inspect.isabstract(cls) or cls.forward is nn.Module.forward:
        return False
    return RATES.keys().isdisjoint(required(cls.forward))


def run(make: Callable[..., nn.Module], folder: Path) -> tuple[Name, Ran]:
    """Make a model from a known seed and run it in both modes."""
    torch.manual_seed(0)
    model = make(*arguments(make))
    built = Built(model, lambda: arguments(model.forward))
    classes = (cls for cls in type(model).__mro__[:-1] if Path(inspect.getfile(cls)).is_relative_to(folder))
    name, *bases = (name_of(cls, folder) for cls in classes)
    return name, Ran(frozenset((name, *bases)), *training_step(built), tuple(model.state_dict()), is_random(built))


def name_of(cls: type[object], folder: Path) -> Name:
    """A class by its file and its qualified name."""
    return Path(inspect.getfile(cls)).relative_to(folder).as_posix(), cls.__qualname__.replace("<locals>.", "")


def arguments(function: Callable[..., object]) -> tuple[object, ...]:
    """What to give for the parameters that have no default."""
    return tuple(torch.ones(4, 8) if name in TENSORS else ARGUMENTS[name] for name in required(function))


def required(function: Callable[..., object]) -> list[str]:
    """The parameters that have no default."""
    parameters = inspect.signature(function).parameters.values()
    return [item.name for item in parameters if item.default is item.empty and item.kind is item.POSITIONAL_OR_KEYWORD]
