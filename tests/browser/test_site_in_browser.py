"""The site in a real browser: on a phone, in the dark, and searched."""

import functools
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from site_helper import build

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra 'browser'")
pytest.importorskip("material", reason="needs the extra 'docs'")

PHONE = {"width": 390, "height": 844}
#: What reaches beyond the screen and is not in a box of its own that scrolls.
BEYOND = """() => [...document.querySelectorAll('.md-content *')].filter(element => {
  const box = element.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1) return false;
  for (let at = element; at; at = at.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(at).overflowX)) return false;
  return true;
}).map(element => element.outerHTML.slice(0, 80))"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request: pytest.FixtureRequest, address: str) -> Iterator[object]:
    """A page on a phone, in which nothing may go wrong and nothing may be loaded from elsewhere."""
    program = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"))), None
    )
    wrong: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shown = browser.new_context(viewport=PHONE, color_scheme=request.param).new_page()
        shown.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        shown.on("pageerror", lambda error: wrong.append(str(error)))
        shown.on("request", lambda sent: wrong.append(sent.url) if not sent.url.startswith((address, "data:", "blob:")) else None)
        yield shown
        browser.close()
    assert wrong == []


def test_no_page_is_wider_than_a_phone(page, folder: Path, address: str) -> None:
    pages = sorted(path.parent.relative_to(folder).as_posix() for path in folder.rglob("index.html"))
    assert len(pages) > 30
    for name in pages:
        page.goto(f"{address}{name}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        assert page.evaluate(BEYOND) == [], name


def test_every_picture_is_shown(page, address: str) -> None:
    for name in ("", "why/"):
        page.goto(address + name)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("[...document.images].length > 0 && [...document.images].every(image => image.naturalWidth > 0)")


@pytest.mark.parametrize(("query", "title"), [("DRP105", "ungated-attention-dropout"), ("Monte-Carlo", "Monte-Carlo dropout")])
def test_search_shows_the_page(page, address: str, query: str, title: str) -> None:
    page.goto(f"{address}?q={query}")
    page.wait_for_selector(".md-search-result__item h1")
    assert title in page.locator(".md-search-result__item h1").first.inner_text()
