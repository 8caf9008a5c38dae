"""From the facts of files to a project: classes, attributes, and what every site does."""

from __future__ import annotations

from collections.abc import Iterable

from dropcheck.catalogue import Catalogue
from dropcheck.facts import FileFacts
from dropcheck.link.linked import LinkedProject as Project
from dropcheck.link.modules import Finder, NoFinder


def link(facts: Iterable[FileFacts], catalogue: Catalogue, finder: Finder | None = None) -> Project:
    """Link files into one project.

    Args:
        facts: the facts of each file; the order does not matter.
        catalogue: what counts as dropout.
        finder: finds the files of modules; by default each file stands alone.

    Returns:
        The project.
    """
    return Project(facts, catalogue, finder or NoFinder())


__all__ = ["Finder", "Project", "link"]
