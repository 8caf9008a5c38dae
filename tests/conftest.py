"""What holds for every test."""

import pytest
from hypothesis import HealthCheck, settings

# What passes today passes tomorrow. "pytest --hypothesis-profile explore" tries ever new examples, and many more of them.
settings.register_profile("same", max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
settings.register_profile("explore", settings.get_profile("same"), max_examples=2_000, derandomize=False)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests run in CI, too, but what they expect is what a user sees at a desk."""
    for name in ("CI_PROJECT_DIR", "DROPCHECK_OUTPUT_FILE", "DROPCHECK_OUTPUT_FORMAT", "FORCE_HYPERLINK"):
        monkeypatch.delenv(name, raising=False)
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The key that seals caches is not that of whoever runs the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / ".user-cache"))
