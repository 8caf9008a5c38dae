"""The dotted name of a file, found from the folders around it."""

from __future__ import annotations

import os


def module_name(path: str) -> tuple[str, bool]:
    """The dotted module name of a file.

    Folders count as packages as far up as they hold an ``__init__.py``.

    Args:
        path: the file.

    Returns:
        The name, and whether the file is a package's ``__init__``.
    """
    folder, file = os.path.split(os.path.abspath(path))
    stem = file.rpartition(".")[0] or file
    parts = [] if stem == "__init__" else [stem]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        if not name:
            break
        parts.insert(0, name)
    return ".".join(parts) or stem, stem == "__init__"
