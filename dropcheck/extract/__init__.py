"""From the text of one file to its facts. The only package that imports LibCST."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dropcheck.errors import SourceError
from dropcheck.extract.loading import load_libcst
from dropcheck.source.cells import is_notebook
from dropcheck.source.excerpt import Excerpt

if TYPE_CHECKING:
    from dropcheck.catalogue import Catalogue
    from dropcheck.facts import FileFacts


def extract(
    text: str, path: str, *, module: str, is_package: bool, catalogue: Catalogue, excerpt: Excerpt | None = None
) -> FileFacts:
    """Extract the facts of a file.

    Args:
        text: the decoded file, without a byte order mark, line endings untouched; of a notebook, its cells.
        path: how the file is named in findings.
        module: its dotted name (:func:`dropcheck.extract.modules.module_name`).
        is_package: whether it is an ``__init__``.
        catalogue: what counts as dropout.
        excerpt: the part of the text to read; by default all of it. Facts tell places in the text.

    Returns:
        The facts; ``syntax_error`` is set where the text does not parse, ``broken_cells`` where cells of a notebook do not.

    Raises:
        SourceError: the text is nested too deeply, too long, or too odd to be analysed.
    """
    with _without_collector(), warnings.catch_warnings():
        # Python's, about escapes in strings of the file: they would stand on stderr, with characters of the file in them.
        warnings.simplefilter("ignore")
        return _extract(text, path, module=module, is_package=is_package, catalogue=catalogue, excerpt=excerpt)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector away from a syntax tree, which it would walk again and again to free nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _extract(text: str, path: str, *, module: str, is_package: bool, catalogue: Catalogue, excerpt: Excerpt | None) -> FileFacts:
    # LibCST takes a while to import, and a run in which no file passes the sieve does without.
    load_libcst()
    from dropcheck.extract.assemble import assemble  # noqa: PLC0415
    from dropcheck.extract.parse import RefusedError, with_room  # noqa: PLC0415

    def facts_of(python: str) -> FileFacts:
        part = Excerpt(python) if excerpt is None else excerpt
        return assemble(python, part, path, module=module, is_package=is_package, catalogue=catalogue)

    try:
        seen = text if excerpt is None else excerpt.text
        return with_room(seen, lambda: _facts_of_cells(text, facts_of) if is_notebook(text) else facts_of(text))
    except RefusedError as error:
        raise SourceError(path, str(error)) from error


def _facts_of_cells(text: str, facts_of: Callable[[str], FileFacts]) -> FileFacts:
    from dropcheck.extract.cells import readable  # noqa: PLC0415  (few runs meet a notebook)

    python, broken = readable(text)
    facts = facts_of(python)
    if facts.syntax_error is not None:
        python, broken = readable(text, thorough=True)
        facts = facts_of(python)
    return replace(facts, broken_cells=broken)
