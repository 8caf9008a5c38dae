"""The inventory as a map: one self-contained page that needs no network and lets nothing in it be run but its own script."""

from __future__ import annotations

import base64
import hashlib
import os
from html import escape
from importlib.resources import files
from string import Template

from dropcheck.inventory import Inventory
from dropcheck.report.escape import visible
from dropcheck.report.html.chart import Counts, chart, choices, verdict
from dropcheck.report.html.tree import tree
from dropcheck.report.json_text import dumps

_STYLES = ("base.css", "overview.css", "tree.css", "source.css", "print.css")
_SCRIPTS = ("dom.js", "detail.js", "tree.js", "filter.js", "keys.js", "start.js")
# In JSON these occur in strings only, where the escape means the same. Without "<" no text can end the script element.
_IN_SCRIPT = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}


def render(inventory: Inventory, version: str) -> str:
    """The map of an inventory.

    Args:
        inventory: the sites.
        version: the version of dropcheck.

    Returns:
        An HTML document. What came from the scanned files is in it as escaped text and as JSON only.
    """
    style, script = _joined(_STYLES), _joined(_SCRIPTS)
    counts = Counts.of(inventory)
    name = visible(_name([file.path for file in inventory.files]))
    return Template(_resource("page.html")).substitute(
        policy=escape(_policy(style, script)),
        style=style,
        script=script,
        title=escape(f"Dropout map of {name}" if name else "Dropout map"),
        name=f" of <strong>{escape(name)}</strong>" if name else "",
        verdict=escape(verdict(counts)),
        scope=escape(f"{counts.sites:,} sites in {len(inventory.files):,} of {inventory.checked:,} files"),
        version=escape(version),
        chart=chart(counts),
        choices=choices(counts),
        errors=_errors(inventory),
        data=dumps(tree(inventory), indent=None).rstrip().translate(_IN_SCRIPT),
    )


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join(_resource(name) for name in names)


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, and nothing run or styled but these; no text can become markup by any call of the script."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _name(paths: list[str]) -> str:
    """The last folder that all files are in; empty where it has no name, or where there is none."""
    folders = {os.path.dirname(os.path.normpath(path)) for path in paths}
    if not folders or len({os.path.isabs(folder) for folder in folders}) > 1:
        return ""
    common = os.path.basename(os.path.commonpath(folders))
    return "" if common in (os.curdir, os.pardir) else common


def _errors(inventory: Inventory) -> str:
    if not inventory.errors:
        return ""
    lines = "".join(f"<li>{escape(visible(f'{error.path}: {error.message}'))}</li>" for error in inventory.errors)
    return f'<section class="errors" aria-labelledby="errors"><h2 id="errors">Not in the map</h2><ul>{lines}</ul></section>'
