"""Draw the picture of a dropout map that the README shows. Needs the extra ``browser`` and a Chromium.

python docs/map_picture.py [--browser /usr/bin/chromium]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

_ROOT = Path(__file__).resolve().parents[1]
_MODEL = _ROOT / "fixtures/map"
_PICTURE = _ROOT / "docs/images/map.png"


def main(argv: Sequence[str] | None = None) -> int:
    """Draw it.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", default=shutil.which("chromium"), help="the Chromium to use")
    browser = parser.parse_args(argv).browser
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "map.html")
        options = ("--isolated", "--output-format", "html", "--output-file", str(page))
        subprocess.run([sys.executable, "-m", "dropcheck", "inventory", *options, "gpt"], cwd=_MODEL, check=True)
        _draw(page, browser)
    return 0


def _draw(page: Path, browser: str | None) -> None:
    # The page is our own, and a container has no right to set up a sandbox.
    options = ["--no-sandbox"]
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=browser, args=options) as chromium:
        view = chromium.new_page(viewport={"width": 1084, "height": 1048}, color_scheme="light")
        view.goto(page.as_uri())
        view.locator(".site.is-always-on > summary").first.click()
        view.mouse.move(0, 0)
        view.screenshot(path=_PICTURE)


if __name__ == "__main__":
    sys.exit(main())
