"""What renderers for machines must know that the report does not say."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dropcheck.frozen import dataclass

if TYPE_CHECKING:
    from dropcheck.report.rules_page import RulePage


@dataclass(frozen=True, slots=True)
class Context:
    """Where a run took place, and what it looked for.

    Args:
        base: the absolute folder that relative paths start from.
        root: the absolute folder of the repository.
        rules: the rules there are.
        version: the version of dropcheck.
    """

    base: str
    root: str
    rules: Sequence[RulePage] = ()
    version: str = ""

    def absolute(self, path: str) -> str:
        """The absolute form of a path of the report."""
        # What came from standard input without a name has no folder.
        return path if path == "-" else os.path.normpath(os.path.join(self.base, path))

    def in_repository(self, path: str) -> str | None:
        """A path of the report relative to the repository, with ``/`` between its parts; None where it lies outside."""
        if path == "-":
            return path
        full, root = self.absolute(path), os.path.join(self.root, "")
        return full.removeprefix(root).replace(os.sep, "/") if full.startswith(root) else None
