"""A hook of MkDocs: CONTRIBUTING.md and CHANGELOG.md, which lie beside docs/, are pages of the site, too."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_ROOT = Path(__file__).resolve().parents[1]
#: The page on the site, and the file.
PAGES = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)]+)\)")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages.

    Args:
        files: what the site is made of.
        config: of the site.
    """
    for page, source in PAGES.items():
        files.append(File.generated(config, page, content=rooted((_ROOT / source).read_text(encoding="utf-8"))))
    return files


def rooted(text: str) -> str:
    """The text with links as they are from within docs/; what is no page becomes plain text.

    Args:
        text: Markdown of a file beside docs/.
    """
    return _LINK.sub(_link, text)


def _link(match: re.Match[str]) -> str:
    target = match[2].removeprefix("docs/")
    is_page = target != match[2] and target.partition("#")[0].endswith(".md")
    return f"[{match[1]}]({target})" if is_page else match[1]
