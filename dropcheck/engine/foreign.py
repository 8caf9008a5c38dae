"""Whether a package that a file imports is no part of its project."""

from __future__ import annotations

import os
from functools import lru_cache


def is_foreign(package: str, path: str) -> bool:
    """Whether a package, as a file imports it, surely lies nowhere in the project of the file.

    Args:
        package: its name, or that of a module in it.
        path: the file.
    """
    return not _lies_near(package.partition(".")[0], os.path.dirname(os.path.abspath(path)))


@lru_cache(maxsize=4096)
def _lies_near(package: str, folder: str) -> bool:
    """Whether a folder, or one above it, has or is such a package; modules are looked for nowhere else."""
    above = os.path.dirname(folder)
    if os.path.basename(folder) == package:
        return True
    places = (os.path.join(folder, package), os.path.join(folder, "src", package))
    if any(os.path.isdir(place) or os.path.isfile(f"{place}.py") for place in places):
        return True
    return above != folder and _lies_near(package, above)
