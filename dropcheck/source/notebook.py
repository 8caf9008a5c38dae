"""Jupyter notebooks: from their JSON to the text of their cells.

The format is that of https://nbformat.readthedocs.io/en/latest/format_description.html, version 4.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from dropcheck.errors import ForeignNotebookError, SourceError
from dropcheck.source.cells import join_cells

_FORMAT = 4
_PYTHON = frozenset({"python", "python3", "ipython", "pyspark"})


def notebook_text(document: str, path: str) -> str:
    """The Python of a notebook.

    Args:
        document: its JSON.
        path: the file, for messages.

    Returns:
        Its cells as one text (:func:`dropcheck.source.cells.join_cells`). Cells of Markdown or another language are empty.

    Raises:
        ForeignNotebookError: its kernel runs another language.
        SourceError: it is not a notebook that can be read.
    """
    try:
        data: object = json.loads(document)
    except json.JSONDecodeError as error:
        what = f"{error.msg}, row {error.lineno}, column {error.colno}"
        raise SourceError(path, f"is not a notebook, its JSON is broken ({what}); restore or exclude it") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(path, f"is not a notebook, its JSON cannot be read ({error}); exclude it") from error
    if not isinstance(data, dict) or not isinstance(data.get("cells", data.get("worksheets")), list):
        raise SourceError(path, "is not a notebook, it has no list of cells; restore or exclude it")
    version = data.get("nbformat")
    if version != _FORMAT:
        advice = "convert it with `jupyter nbconvert --to notebook --inplace`, or exclude it"
        raise SourceError(path, f"is a notebook of format {version}, only format {_FORMAT} is supported; {advice}")
    language = _language(data.get("metadata"))
    if language and language.lower() not in _PYTHON:
        raise ForeignNotebookError(path, f"is a notebook in {language}, not in Python; leave it out")
    return join_cells(_sources(data["cells"], path))


def _language(metadata: object) -> str:
    """The language of the kernel; empty where the notebook does not say."""
    for table, key in (("language_info", "name"), ("kernelspec", "language")):
        language = _entry(_entry(metadata, table), key)
        if isinstance(language, str) and language:
            return language
    return ""


def _sources(cells: list[object], path: str) -> Iterator[str]:
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict):
            raise SourceError(path, f"is not a notebook, its cell {number} is not an object; restore or exclude it")
        source = cell.get("source")
        if isinstance(source, list) and all(isinstance(part, str) for part in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise SourceError(path, f"is not a notebook, its cell {number} has no source; restore or exclude it")
        if not _is_python(cell):
            source = ""
        if "\0" in source:
            raise SourceError(path, f"has a NUL character in its cell {number}; remove it")
        yield source


def _is_python(cell: object) -> bool:
    """Whether a cell is code, and in Python: editors let every cell choose its language."""
    language = _entry(_entry(_entry(cell, "metadata"), "vscode"), "languageId")
    return _entry(cell, "cell_type") == "code" and language in (None, "python")


def _entry(table: object, key: str) -> object:
    return table.get(key) if isinstance(table, dict) else None
