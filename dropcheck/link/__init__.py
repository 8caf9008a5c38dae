"""From the facts of files to a project: classes, attributes, and what every site does."""

from __future__ import annotations

from collections.abc import Iterable

from dropcheck.catalogue import Catalogue
from dropcheck.facts import FileFacts
from dropcheck.link.project import Project


def link(facts: Iterable[FileFacts], catalogue: Catalogue) -> Project:
    """Link files into one project.

    Args:
        facts: the facts of each file; the order does not matter.
        catalogue: what counts as dropout.

    Returns:
        The project.
    """
    return Project(facts, catalogue)


__all__ = ["Project", "link"]
