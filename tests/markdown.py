"""Read the pages that tests hold against the program."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(text: str, language: str) -> list[str]:
    """The bodies of the code blocks in one language."""
    return [match["body"] for match in _FENCE.finditer(text) if match["language"] == language]


def sections(text: str, level: int) -> dict[str, str]:
    """The text below each heading of a level, by heading."""
    parts = re.split(rf"^{'#' * level} (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def table(text: str) -> list[list[str]]:
    """The rows of the first table in a text, its header first."""
    rows = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert rows is not None
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[0].splitlines()]
    return [row for row in cells if not set("".join(row)) <= set("-: ")]


def tables(text: str) -> list[list[list[str]]]:
    """Every table in a text."""
    return [table(match[0]) for match in re.finditer(r"(?:^\|.*\n)+", text, re.MULTILINE)]
