"""From the text of one file to its facts. The only package that imports LibCST."""

from __future__ import annotations

from dropcheck.catalogue import Catalogue
from dropcheck.facts import FileFacts


def extract(text: str, path: str, *, module: str, is_package: bool, catalogue: Catalogue) -> FileFacts:
    """Extract the facts of a file.

    Args:
        text: the decoded file, without a byte order mark, line endings untouched.
        path: how the file is named in findings.
        module: its dotted name (:func:`dropcheck.extract.modules.module_name`).
        is_package: whether it is an ``__init__``.
        catalogue: what counts as dropout.

    Returns:
        The facts; ``syntax_error`` is set where the text does not parse.
    """
    # LibCST takes a while to import, and a run in which no file passes the sieve does without.
    from dropcheck.extract.assemble import assemble  # noqa: PLC0415

    return assemble(text, path, module=module, is_package=is_package, catalogue=catalogue)
