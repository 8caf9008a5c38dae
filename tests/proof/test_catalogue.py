"""The catalogue against the installed torch: names, parameters, defaults, classes."""

import importlib
import inspect
from typing import NamedTuple

import pytest
import torch
from torch import nn
from torch.nn import functional

from dropcheck.catalogue import (
    FUNCTIONS,
    MODULE_PARAMETERS,
    MODULES,
    REQUIRED,
    DropoutFunction,
    DropoutModule,
    build_catalogue,
)

pytestmark = pytest.mark.proof

CATALOGUE = build_catalogue()
TORCH_FUNCTIONS = [entry for entry in FUNCTIONS if entry.name.startswith("torch.")]
SCHEMA_BOOL = "bool"


class Parameter(NamedTuple):
    name: str
    default: object
    keyword_only: bool
    is_flag: bool | None


def locate(name: str) -> object:
    """What a dotted name is: the longest prefix that is a module, then attributes."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


def parameters_of(entry: DropoutFunction) -> list[Parameter]:
    """The parameters that torch itself gives: of the Python function, or of the operator behind a built-in one."""
    function = locate(entry.name)
    if inspect.isfunction(function):
        return [
            Parameter(
                item.name,
                REQUIRED if item.default is item.empty else item.default,
                item.kind is item.KEYWORD_ONLY,
                item.annotation is bool,
            )
            for item in inspect.signature(function).parameters.values()
        ]
    (schema,) = (
        schema
        for schema in torch._C._jit_get_schemas_for_operator(f"aten::{entry.name.rpartition('.')[2]}")
        if not schema.overload_name
    )
    return [
        Parameter(
            "input" if item.name == "self" else item.name,  # as torch's Python bindings call it
            item.default_value if item.has_default_value() else REQUIRED,
            item.kwarg_only,
            SCHEMA_BOOL in str(item.type),
        )
        for item in schema.arguments
    ]


def by_name(entry: DropoutFunction | DropoutModule) -> str:
    return entry.name


def test_there_is_something_to_hold_against_torch():
    assert len(TORCH_FUNCTIONS) >= 17
    assert len(MODULES) >= 6


@pytest.mark.parametrize("entry", TORCH_FUNCTIONS, ids=by_name)
class TestFunction:
    def test_every_name_is_the_same_function(self, entry: DropoutFunction):
        assert callable(locate(entry.name))
        assert {locate(name) for name in entry.names} == {locate(entry.name)}

    def test_parameters_stand_in_this_order(self, entry: DropoutFunction):
        assert entry.parameters == tuple(item.name for item in parameters_of(entry))

    def test_the_last_ones_must_be_named(self, entry: DropoutFunction):
        named = [item.name for item in parameters_of(entry) if item.keyword_only]
        assert named == list(entry.parameters[len(entry.parameters) - entry.keyword_only :])

    def test_p_has_this_default(self, entry: DropoutFunction):
        (p,) = (item for item in parameters_of(entry) if item.name == entry.p)
        assert p.default == entry.p_default
        assert not p.is_flag

    def test_flag_is_a_bool_with_this_default(self, entry: DropoutFunction):
        flags = {item.name: item.default for item in parameters_of(entry) if item.name in {"train", "training"}}
        assert flags == ({} if entry.flag is None else {entry.flag: entry.flag_default})
        assert all(item.is_flag for item in parameters_of(entry) if item.name in flags)

    def test_inplace_is_told(self, entry: DropoutFunction):
        has_parameter = any(item.name == "inplace" for item in parameters_of(entry))
        expected = "inplace" if has_parameter else "always" if entry.name.endswith("_") else None
        assert entry.inplace == expected

    def test_module_calls_it(self, entry: DropoutFunction):
        if entry.module is not None:
            assert f"F.{entry.name.rpartition('.')[2]}(" in inspect.getsource(locate(entry.module).forward)


@pytest.mark.parametrize("entry", [entry for entry in TORCH_FUNCTIONS if entry.flag], ids=by_name)
def test_flag_switches_it(entry: DropoutFunction):
    if entry.name == "torch.nn.functional.multi_head_attention_forward":
        pytest.skip("needs an attention layer around it: test_multi_head_attention_obeys_its_flag")
    function = locate(entry.name)

    def run(on: bool) -> torch.Tensor:
        torch.manual_seed(0)
        result = function(**{entry.parameters[0]: torch.ones(4, 5, 6), entry.p: 0.5, entry.flag: on})
        return result[0] if isinstance(result, tuple) else result

    assert not torch.equal(run(True), torch.ones(4, 5, 6))
    assert torch.equal(run(False), torch.ones(4, 5, 6))


@pytest.mark.parametrize(("flag", "drops"), [({}, True), ({"training": True}, True), ({"training": False}, False)])
def test_multi_head_attention_obeys_its_flag(flag: dict[str, bool], drops: bool):
    x, weight = torch.ones(3, 1, 4), torch.eye(4)
    arguments = (x, x, x, 4, 2, weight.repeat(3, 1), None, None, None, False, 0.5, weight, None)
    torch.manual_seed(0)
    first, second = (functional.multi_head_attention_forward(*arguments, **flag)[0] for _ in range(2))
    assert torch.equal(first, second) is not drops


def test_scaled_dot_product_attention_has_no_flag():
    x = torch.ones(2, 5, 4)
    torch.manual_seed(0)
    assert not torch.equal(
        functional.scaled_dot_product_attention(x, x, x, None, 0.5), functional.scaled_dot_product_attention(x, x, x, None, 0.5)
    )


def test_no_public_dropout_function_of_torch_is_missing():
    public = {
        f"{place}.{name}"
        for place, module in (("torch", torch), ("torch.nn.functional", functional))
        for name in dir(module)
        if "dropout" in name and not name.startswith("_")
    }
    assert public == {name for name in public if name in CATALOGUE.functions}


@pytest.mark.parametrize("entry", MODULES, ids=by_name)
class TestModule:
    def test_every_name_is_the_same_class(self, entry: DropoutModule):
        cls = locate(entry.name)
        assert issubclass(cls, nn.Module)
        assert {locate(name) for name in entry.names} == {cls}

    def test_parameters(self, entry: DropoutModule):
        signature = inspect.signature(locate(entry.name))
        assert tuple(signature.parameters) == MODULE_PARAMETERS
        assert [item.default for item in signature.parameters.values()] == [0.5, False]

    def test_forward_calls_the_function(self, entry: DropoutModule, monkeypatch: pytest.MonkeyPatch):
        calls = []
        monkeypatch.setattr(functional, entry.function, lambda *args: calls.append(args))
        x = torch.ones(2, 3)
        locate(entry.name)(0.25).eval()(x)
        assert [call[:3] for call in calls] == [(x, 0.25, False)]
        assert f"torch.nn.functional.{entry.function}" in CATALOGUE.functions


def test_no_dropout_module_of_torch_is_missing():
    assert {f"torch.nn.{name}" for name in dir(nn) if "Dropout" in name} == {entry.name for entry in MODULES}


def public_names() -> list[str]:
    """The public names of torch.nn and its packages, and the classes that its modules define themselves."""
    packages = ["torch.nn", "torch.nn.modules", "torch.nn.parallel", "torch.nn.parameter"]
    names = [f"{place}.{name}" for place in packages for name in dir(importlib.import_module(place))]
    for place in (f"torch.nn.modules.{name}" for name, value in vars(nn.modules).items() if inspect.ismodule(value)):
        classes = inspect.getmembers(importlib.import_module(place), inspect.isclass)
        names += [f"{place}.{name}" for name, value in classes if value.__module__ == place]
    return [name for name in names if "._" not in name]


@pytest.mark.parametrize("is_module", [True, False])
def test_module_classes_are_recognised(is_module: bool):
    """A name of a Module class counts as one; a function, a parameter, a buffer, a submodule does not."""
    names = [
        name for name in public_names() if (inspect.isclass(locate(name)) and issubclass(locate(name), nn.Module)) is is_module
    ]
    assert len(names) > 50
    assert [name for name in names if CATALOGUE.is_module_class(name) is not is_module] == []


def test_known_classes_outside_torch_nn_are_modules():
    bases = [name for name in CATALOGUE.module_bases if name.startswith("torch.")]
    assert bases
    assert [name for name in bases if not issubclass(locate(name), nn.Module)] == []
