"""What is fuzzed. A target takes any bytes, and fails where something else happens than the one mistake it may tell of."""

from __future__ import annotations

import os
import tempfile
import tomllib
import warnings
from collections.abc import Callable

from dropcheck import check_source, fix_source
from dropcheck.config.load import load_config
from dropcheck.engine.directives import read_directives
from dropcheck.engine.workspace import VOCABULARY, InternalError
from dropcheck.errors import ConfigError, SourceError
from dropcheck.facts import Comment
from dropcheck.model import Span
from dropcheck.report.settings_page import Resolved, render_text
from dropcheck.source.cells import join_cells, split_cells
from dropcheck.source.text import decode_source, encode_source


def source(data: bytes) -> None:
    """The way of a file from its bytes to its findings and its fixes."""
    try:
        read = decode_source(data, "fuzz.py")
    except SourceError:
        return
    try:
        findings = check_source(read.text, read.path)
    except InternalError as refused:
        if refused.trace:  # a bug, not what is too deep, too long or too odd, which is told in one line
            raise
        return
    for finding in findings:
        assert 0 <= finding.span.start <= finding.span.end <= len(read.text)
        assert finding.scope.start <= finding.span.end
    fixed = fix_source(read.text, read.path, unsafe=True)
    if fixed.text != read.text and _compiles(read.text):
        assert _compiles(fixed.text)


def _compiles(text: str) -> bool:
    # What parses need not compile: "return" may stand outside a function.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "fuzz.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def suppressions(data: bytes) -> None:
    """The grammar of the comments that speak to dropcheck."""
    text = "".join(data.decode("utf-8", "replace").splitlines())
    comment = f"# {text}"
    read = read_directives((Comment(Span(7, 7 + len(comment)), comment, False),), "fuzz.py", VOCABULARY)
    for directive in read.valid:
        assert 7 <= directive.span.start < directive.span.end <= 7 + len(comment)
        assert directive.codes
    for problem in read.problems:
        assert 7 <= problem.span.start < problem.span.end <= 7 + len(comment)


def config(data: bytes) -> None:
    """A configuration file; what is shown of its settings can be read again."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "dropcheck.toml")
        with open(path, "wb") as file:
            file.write(data)
        message = ""
        try:
            settings = load_config(path)
        except ConfigError as error:
            message = str(error)
        assert "\n" not in message
        if message:
            return
        shown = render_text((Resolved((path,), settings, {}, ()),))
        assert all(line.isprintable() for line in shown.splitlines())
        tomllib.loads(shown)


def notebook(data: bytes) -> None:
    """The reading of a notebook, and the writing of its cells."""
    try:
        read = decode_source(data, "fuzz.ipynb")
    except SourceError:
        return
    try:
        assert encode_source(read, read.text) == data
        longer = join_cells(f"{cell}\nnew 'row' \\ \u00e9" if cell else cell for cell in split_cells(read.text))
        written = encode_source(read, longer)
    except SourceError:
        return  # told, and left as it is
    assert decode_source(written, "fuzz.ipynb").text == longer


TARGETS: dict[str, Callable[[bytes], None]] = {
    "source": source,
    "suppressions": suppressions,
    "config": config,
    "notebook": notebook,
}
