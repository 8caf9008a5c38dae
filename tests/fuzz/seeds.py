"""What the fuzzer begins with: files of the fixtures, cut to a size that is worth changing at random."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures"
FOUND = Path(__file__).parent / "found"
LARGEST = 4096

#: Words that bytes changed at random would hardly ever come to.
WORDS = {
    "source": (
        *(
            "F.dropout(",
            "nn.Dropout(",
            "F.scaled_dot_product_attention(",
            "training=",
            "self.training",
            "p=",
            "dropout_p=",
            "not ",
        ),
        *(
            "if ",
            "else:",
            "def f(self, x=1):",
            "class A(nn.Module):",
            "return ",
            "lambda x: ",
            "for x in y:",
            "with x:",
            "try:",
            "yield ",
        ),
        *(
            "await ",
            "async def ",
            "match x:",
            "case ",
            ":=",
            "*",
            "**",
            "[",
            "]",
            "{",
            "}",
            "(",
            ")",
            '"""',
            "f'{",
            "\\\n",
            "\n    ",
            "@",
        ),
        *(
            "# dropcheck: ignore[",
            "# noqa",
            "# -*- coding: utf-8 -*-",
            "\\N{DASH}",
            "0x",
            "1e",
            "\t",
            "\f",
            "\r",
            "del ",
            "global ",
        ),
    ),
    "suppressions": (
        "dropcheck:",
        "noqa:",
        "ignore[",
        "file-ignore[",
        "always-on",
        "DRP101",
        "missing-training-flag",
        "ALL",
        "#",
        "]",
    ),
    "config": (
        "[[functions]]",
        "extend",
        "per-file-ignores",
        "**/",
        "[!a]",
        '"""',
        "\\u0000",
        "1979-05-27",
        "inf",
        "nan",
        "=",
        "[",
        "{",
    ),
    "notebook": (
        '"cells"',
        '"source"',
        '"nbformat": 4',
        '"code"',
        '"cell_type"',
        "%%",
        "%",
        "!",
        "?",
        "\\n",
        "\\u0000",
        "\\ud800",
        "[",
        "{",
    ),
}

_COMMENT = re.compile(r"#\s*((?:dropcheck|noqa)\b.*)")
_SETTINGS = """\
select = ["DRP1", "invalid-dropout-probability", "ALL"]
extend-select = ["DRP203"]
ignore = []
per-file-ignores = { "tests/**" = ["DRP1"], "!a[bc]/" = ["ALL"] }
exclude = ["*.py", "a/**/b", "[!x]?"]
output-format = ["full", "sarif:a/b.sarif"]
min-confidence = "low"
baseline = "known.json"
cache-dir = "$X/~/y"
fix-style = "module"
fix = true
functions = [{ name = "a.b", parameters = ["x", "p"], p = "p", flag = "f", p-default = 0.5, flag-default = true }]
module-bases = ["a.b"]
intent-words = ["\\u00e9"]
"""


def seeds(target: str) -> Iterator[bytes]:
    """The seeds of a target, the ones that once made it fail first.

    Args:
        target: its name.
    """
    for path in sorted((FOUND / target).glob("*")):
        yield path.read_bytes()
    yield from _SEEDS[target]()


def _source() -> Iterator[bytes]:
    # The smallest of each rule: each input is analysed and fixed, which takes a while.
    for folder in sorted(FIXTURES.glob("rules/*")):
        for path in sorted(folder.glob("*_*.py"), key=lambda path: (path.stat().st_size, path.name))[:4]:
            yield path.read_bytes()[:LARGEST]


def _suppressions() -> Iterator[bytes]:
    words = {match[1] for path in FIXTURES.glob("rules/*/*.py") for match in _COMMENT.finditer(path.read_text(errors="ignore"))}
    return (word.encode() for word in sorted(words))


def _config() -> Iterator[bytes]:
    yield _SETTINGS.encode()
    yield from (f"{line}\n".encode() for line in _SETTINGS.splitlines())
    yield from (path.read_bytes() for path in sorted(FIXTURES.glob("projects/*/*.toml")))


def _notebook() -> Iterator[bytes]:
    for path in sorted(FIXTURES.rglob("*.ipynb")):
        if path.stat().st_size <= LARGEST:
            yield path.read_bytes()
    cell = {
        "cell_type": "code",
        "source": ["import torch\n", "%time x = '\\u00e9'\n", "!ls"],
        "metadata": {"vscode": {"languageId": "python"}},
    }
    for indent in (None, 1):
        yield json.dumps(
            {"nbformat": 4, "metadata": {"language_info": {"name": "python"}}, "cells": [cell, cell]}, indent=indent
        ).encode()
    yield json.dumps(
        {"nbformat": 4, "cells": [{**cell, "source": "a = 1\r\nb\n"}, {"cell_type": "markdown", "source": []}]}
    ).encode()


_SEEDS = {"source": _source, "suppressions": _suppressions, "config": _config, "notebook": _notebook}
