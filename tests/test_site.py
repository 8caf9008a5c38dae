"""The site as it is built: it is complete, search finds things, and every link leads somewhere."""

import json
import re
import socket
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from markdown import ROOT, read
from site_helper import build

from dropcheck.report.links import SITE, rule_url
from dropcheck.rules import ALL_RULES

pytest.importorskip("material", reason="needs the extra 'docs'")
lunr = pytest.importorskip("lunr", reason="needs the extra 'docs'")

_LINK = re.compile(r"https?://[^\s)>\"'`\]]+")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


def test_every_rule_has_the_page_that_findings_link_to(site: Path) -> None:
    for rule in ALL_RULES:
        assert (site / rule_url(rule.name).removeprefix(SITE).strip("/") / "index.html").is_file()


def test_what_is_no_page_is_left_out(site: Path) -> None:
    names = {path.name for path in site.rglob("*")}
    assert not {"generate.py", "screens.py", "root_pages.py", "performance_table", "accuracy_table"} & names
    assert {"contributing", "changelog", "check.svg", "two-worlds.svg"} <= names


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("DRP105", "rules/ungated-attention-dropout/"),
        ("Monte-Carlo", "monte-carlo/"),
        ("ungated attention", "rules/ungated-attention-dropout/"),
        ("baseline", "baseline/"),
        ("pre-commit", "ci/"),
        ("Neovim", "editors/"),
        ("semgrep", "comparison/"),
        ("min-confidence", "configuration/"),
    ],
)
def test_search_finds(site: Path, query: str, page: str) -> None:
    documents = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
    index = lunr.lunr(ref="location", fields=("title", "text"), documents=documents)
    hits = [hit["ref"].partition("#")[0] for hit in index.search(query)]
    assert page in list(dict.fromkeys(hits))[:5]


class _Loaded(HTMLParser):
    """What a page loads as soon as it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "img", "iframe", "source"):
            self.found.append(values.get("src") or "")
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preconnect", "preload"):
            self.found.append(values.get("href") or "")


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        loaded = _Loaded()
        loaded.feed(path.read_text(encoding="utf-8"))
        assert loaded.found
        assert not [name for name in loaded.found if name.startswith(("http:", "https:", "//"))], path


def test_links_to_the_own_site_lead_to_pages(site: Path) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "dropcheck/cli").glob("*.py")]
    own = {link for page in pages for link in _LINK.findall(page.read_text(encoding="utf-8")) if link.startswith(SITE)}
    assert f"{SITE}/editors/" in own
    for link in own:
        target = site / link.removeprefix(SITE).partition("#")[0].strip("/")
        assert target.is_file() or (target / "index.html").is_file(), link


def _external() -> list[str]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    links = {link.rstrip(".,;") for page in pages for link in _LINK.findall(page.read_text(encoding="utf-8"))}
    return sorted(link for link in links if not link.startswith((SITE, "http://127.", "http://localhost")))


def _online() -> bool:
    try:
        socket.create_connection(("github.com", 443), timeout=3).close()
    except OSError:
        return False
    return True


def test_external_links_answer() -> None:
    links = _external()
    assert len(links) > 20
    if not _online():
        pytest.skip("no network")
    dead = []
    for link in links:
        request = Request(link, headers={"User-Agent": "Mozilla/5.0 (dropcheck link check)"})
        try:
            urlopen(request, timeout=20).close()
        except HTTPError as error:
            # Others mean that the page is there but not for programs, or not so often.
            if error.code in (404, 410):
                dead.append(link)
        except URLError:
            dead.append(link)
    assert dead == []


def test_the_navigation_has_every_page() -> None:
    named = set(re.findall(r": ([\w/-]+\.md)$", read("mkdocs.yml"), re.MULTILINE))
    docs = ROOT / "docs"
    pages = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md") if not path.name.endswith("_table.md")}
    assert named == pages | {"contributing.md", "changelog.md"}
