"""The proofs need torch: without it they are skipped, but never where everything must be proved."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest


class _WithoutTorch(pytest.Module):
    def collect(self):
        if os.environ.get("CI"):
            pytest.fail("torch is not installed, and CI skips no proof: install the extra 'torch'", pytrace=False)
        pytest.skip("torch is not installed: install the extra 'torch'", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return _WithoutTorch.from_parent(parent, path=module_path) if find_spec("torch") is None else None
