"""What other files can import, by its name."""

from __future__ import annotations

PYTHON_SUFFIX = ".py"


def may_be_imported_from(folder: str) -> bool:
    """Whether files in a folder may belong to a package: not in a hidden one, nor where Python keeps what it has compiled.

    Args:
        folder: its name.
    """
    return not folder.startswith(".") and folder != "__pycache__"
