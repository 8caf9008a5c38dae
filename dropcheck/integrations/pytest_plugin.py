"""The pytest plugin: a fixture for tests of models. It loads nothing until a test asks for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def assert_eval_deterministic() -> Callable[..., None]:
    """``dropcheck.assert_eval_deterministic``: fails the test if a model is random in evaluation mode."""
    from dropcheck import assert_eval_deterministic as check  # noqa: PLC0415  (only where a test asks for it)

    return check
