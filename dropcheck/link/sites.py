"""The sites of a file, as other parts ask for them."""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.link.linked import LinkedProject
from dropcheck.link.site import Form, ModeSource, Passed, Site, in_tests


def sites(project: LinkedProject, path: str) -> Iterator[Site]:
    """The sites of a file, in order.

    Args:
        project: the linked files.
        path: one of them.
    """
    yield from project.sites(path)


__all__ = ["Form", "ModeSource", "Passed", "Site", "in_tests", "sites"]
