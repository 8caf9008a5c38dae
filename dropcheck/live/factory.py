"""Builds and audits the model that ``package.module:factory`` makes; whatever goes wrong in the user's code is one line."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress

from torch import nn

from dropcheck.config.nearest import nearest
from dropcheck.errors import UserError
from dropcheck.live.frames import is_library_file
from dropcheck.live.inputs import Inputs, inputs_from, inputs_of, missing_inputs, own_inputs
from dropcheck.live.network import NoNetworkError, Offline, offline
from dropcheck.live.result import AuditReport
from dropcheck.live.run import audit_model
from dropcheck.live.script import class_name

_DEVICE = re.compile(
    r"not compiled with (?P<compiled>[A-Z]+) enabled|not linked with support for (?P<linked>\w+) devices"
    r"|(?P<cuda>Found no NVIDIA|no NVIDIA|No CUDA GPUs|torch\.cuda\.is_available\(\) is False|invalid device ordinal)"
    r"|Expected one of cpu, .* at start of device string: (?P<unknown>\w+)"
)
_DOWNLOADS = frozenset({"OfflineModeIsEnabled", "LocalEntryNotFoundError"})


def audit_target(target: str, specs: Sequence[str]) -> AuditReport:
    """Import a factory, call it, and audit the model that it returns; without network.

    Args:
        target: ``package.module:factory``.
        specs: descriptions of inputs, where the factory returns none.

    Returns:
        The report.

    Raises:
        UserError: anything at all goes wrong.
    """
    module, name = _parts(target)
    # What the user's code prints must not get into a report.
    with _importable_here(), redirect_stdout(sys.stderr), offline() as guard:
        with _told(f"importing {module} failed", guard):
            factory = _imported(module, name)
        made = _made(target, factory, guard)
        model, inputs = _model_and_inputs(target, made, specs)
        with _told(f"{class_name(model)} failed in evaluation mode", guard):
            return audit_model(model, inputs.args, inputs.kwargs)


@contextmanager
def _importable_here() -> Iterator[None]:
    """Let modules in the current folder be imported, also later by a factory."""
    here = os.getcwd()
    sys.path.insert(0, here)
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(here)


def _parts(target: str) -> tuple[str, str]:
    module, _, name = target.partition(":")
    if os.sep in module or module.endswith(".py"):
        dotted = module.removesuffix(".py").removeprefix("." + os.sep).replace(os.sep, ".")
        raise UserError(f"{target}: name the module, not its file: {dotted}:{name or 'factory'}")
    if not all(part.isidentifier() for part in (*module.split("."), *name.split("."))):
        raise UserError(f"{target}: is no package.module:factory")
    return module, name


def _imported(module: str, name: str) -> object:
    try:
        found: object = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            where = "it is neither in the current folder nor installed"
            raise UserError(f"no module named {error.name}: {where}") from error
        raise
    for part in name.split("."):
        if not hasattr(found, part):
            near = nearest(part, (each for each in vars(found) if not each.startswith("_")))
            raise UserError(f"{module} has no {name}" + (f"; did you mean {near}?" if near else ""))
        found = getattr(found, part)
    return found


def _made(target: str, factory: object, guard: Offline) -> object:
    if isinstance(factory, nn.Module):
        return factory
    if not callable(factory):
        raise UserError(f"{target} is a {type(factory).__name__}, not a function that returns a model")
    needed = ", ".join(_needed(factory))
    if needed:
        how = "name a function without parameters that returns the model"
        raise UserError(f"{target} needs arguments ({needed}), and an audit has none to give: {how}")
    with _told(f"{target} failed", guard):
        return factory()


def _needed(factory: Callable[..., object]) -> Iterator[str]:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return
    for parameter in parameters:
        variadic = parameter.kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
        if parameter.default is inspect.Parameter.empty and not variadic:
            yield parameter.name


def _model_and_inputs(target: str, made: object, specs: Sequence[str]) -> tuple[nn.Module, Inputs]:
    given: object = None
    if isinstance(made, tuple) and len(made) == 2:
        made, given = made
    if not isinstance(made, nn.Module):
        raise UserError(f"{target} returned a {type(made).__name__}: it must return a torch.nn.Module, or (model, inputs)")
    if given is not None and specs:
        raise UserError(f"{target} returns inputs, so --input is not needed: leave one of the two away")
    inputs = inputs_from(specs, made) if specs else own_inputs(made) if given is None else inputs_of(given)
    missing = missing_inputs(made, inputs)
    if missing is not None:
        how = "let the factory return (model, inputs), or describe them, such as --input 2x16:float"
        raise UserError(f"{class_name(made)}.forward cannot be called with these inputs ({missing}): {how}")
    return made, inputs


@contextmanager
def _told(what: str, guard: Offline) -> Iterator[None]:
    """Tell whatever the user's code raises in one line."""
    try:
        yield
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise UserError(_line(what, error, guard)) from error


def _line(what: str, error: BaseException, guard: Offline) -> str:
    chain = tuple(_chain(error))
    where = _where(error)
    if guard.host or any(type(each).__name__ in _DOWNLOADS or isinstance(each, NoNetworkError) for each in chain):
        wanted = f" (it wanted {guard.host})" if guard.host else ""
        how = "build the model from a configuration, or download its weights first"
        return f"{what}: there is no network during an audit{wanted}; {how}{where}"
    device = next((found for each in chain if (found := _DEVICE.search(str(each)))), None)
    if device is not None:
        name = next((word.lower() for word in (device["compiled"], device["linked"], device["unknown"]) if word), "cuda")
        return f"{what}: this machine has no such device ({name}); let the factory build the model on the CPU{where}"
    text = " ".join(str(error).split()) or "no message"
    return f"{what}: {type(error).__name__}: {text}{where}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _where(error: BaseException) -> str:
    """The innermost line of the user's that led to an error."""
    here = os.getcwd() + os.sep
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not is_library_file(frame.filename)]
    own = [frame for frame in frames if frame.filename.startswith(here) and "site-packages" not in frame.filename]
    known = own or [frame for frame in frames if not frame.filename.startswith("<frozen")]
    return f" ({known[-1].filename.removeprefix(here)}:{known[-1].lineno})" if known else ""
