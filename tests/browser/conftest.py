"""A real browser for the tests in this folder: without one they are skipped, but never where everything must be shown to work."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcheck.inventory import Inventory
from dropcheck.report import html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_WHY = "no browser: install the extra 'browser' and Chromium (a package of the system, or playwright install chromium)"


def installed() -> str | None:
    """The Chromium of the system, or the one that playwright brought."""
    if find_spec("playwright") is None or find_spec("axe_playwright_python") is None:
        return None
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  (an extra)

        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    return found if os.path.exists(found) else None


class _WithoutBrowser(pytest.Module):
    def collect(self):
        if os.environ.get("CI"):
            pytest.fail(f"{_WHY}; CI skips none of these", pytrace=False)
        pytest.skip(_WHY, allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return _WithoutBrowser.from_parent(parent, path=module_path) if installed() is None else None


# Not for longer than a module: playwright leaves an event loop behind that tests of other modules must not meet.
@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (an extra)

    with sync_playwright() as playwright:
        # Without a sandbox, which a container has no right to set up; the page is our own.
        browser = playwright.chromium.launch(executable_path=installed(), args=["--no-sandbox"])
        yield browser
        browser.close()


class Map:
    """The map of an inventory in a browser, with everything that went wrong in it."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._on_request)
        page.add_init_script(
            "window.violations = [];"
            "document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));"
        )

    def _on_console(self, message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def _on_request(self, request: "Request") -> None:
        self.requests.append(request.url)

    @property
    def violations(self) -> list[str]:
        return self.page.evaluate("violations")

    @property
    def count(self) -> str:
        return self.page.locator("#count").inner_text()

    def wait_for_count(self, start: str) -> None:
        self.page.wait_for_function("(start) => document.getElementById('count').textContent.startsWith(start)", arg=start)

    def visible_sites(self) -> list[str]:
        return [site.inner_text() for site in self.page.locator(".site > summary").all() if site.is_visible()]

    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.textContent || document.activeElement.name || ''")


@pytest.fixture
def draw(browser: "Browser", tmp_path: Path) -> "Iterator[Callable[..., Map]]":
    """Open the map of an inventory; at the end nothing may have gone wrong, and nothing been loaded."""
    drawn: list[Map] = []

    def open_map(inventory: Inventory, *, width: int = 1200, dark: bool = False, address: str = "", bypass: bool = False) -> Map:
        file = tmp_path / "map.html"
        file.write_text(html.render(inventory, "1.2.3"), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 3000}, color_scheme="dark" if dark else "light", bypass_csp=bypass
        )
        context.set_default_timeout(20_000)
        made = Map(context.new_page())
        made.page.goto(file.as_uri() + address)
        # What is far below the window is not drawn, and has no text to read until it is near.
        made.page.evaluate("document.styleSheets[0].insertRule('* { content-visibility: visible !important }')")
        drawn.append(made)
        return made

    yield open_map
    for made in drawn:
        assert made.problems == []
        assert [url for url in made.requests if not url.startswith("file:")] == []
        assert len(made.requests) == 1
        assert made.violations == []
        made.page.context.close()
