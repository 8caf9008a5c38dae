"""The models of fixtures/audit, loaded from there, and libraries that may not be installed."""

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

NETS = Path(__file__).parents[3] / "fixtures/audit/nets.py"
_spec = spec_from_file_location("audit_nets", NETS)
assert _spec is not None
assert _spec.loader is not None
nets = module_from_spec(_spec)
sys.modules["audit_nets"] = nets  # classes find their source through it
_spec.loader.exec_module(nets)


def made(name: str) -> nn.Module:
    """A model, in training mode as it is made."""
    torch.manual_seed(0)
    model: nn.Module = getattr(nets, name)()
    return model


def rows(text: str) -> list[int]:
    """The rows of the fixture that hold a text."""
    return [row for row, line in enumerate(NETS.read_text(encoding="utf-8").splitlines(), 1) if text in line]


def library(name: str) -> ModuleType:
    """An installed library; the test is skipped without it, but never where everything must be proved."""
    if os.environ.get("CI"):
        return import_module(name)
    module: ModuleType = pytest.importorskip(name)
    return module
