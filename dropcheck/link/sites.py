"""The sites of a file: calls that drop, and calls of helpers that do."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.link.linked import LinkedProject
from dropcheck.link.linker import Linker
from dropcheck.link.site import Form, ModeSource, Passed, Site


def sites(project: LinkedProject, path: str) -> Iterator[Site]:
    """The sites of a file, in order.

    Args:
        project: the linked files.
        path: one of them.
    """
    for call in project.files[path].calls:
        site = Linker(project, project.calls, path, call).site() or project.helpers.site(path, call)
        if site is not None:
            yield site


__all__ = ["Form", "ModeSource", "Passed", "Site", "sites"]
