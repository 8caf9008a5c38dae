"""What holds for every test."""

import pytest


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
