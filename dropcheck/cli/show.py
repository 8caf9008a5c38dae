"""``--show-files`` and ``--show-settings``: what a run would work on, and by which settings, without running."""

from __future__ import annotations

import os
import sys

from dropcheck.cli.exit_code import CLEAN, FAILED
from dropcheck.cli.options import CheckOptions, Overrides
from dropcheck.cli.stdin import STDIN
from dropcheck.cli.streams import write, write_file
from dropcheck.config.resolve import ConfigResolver
from dropcheck.discover import Discovery, discover, discover_text
from dropcheck.engine.select import enabled_codes
from dropcheck.report.escape import visible
from dropcheck.report.settings_page import Resolved, render_json, render_text


def show(options: CheckOptions, given: Overrides) -> int:
    """Print what the options ask for, and check nothing.

    Args:
        options: the command line.
        given: what it says of the keys of a configuration file.

    Returns:
        The exit code.

    Raises:
        UserError: a configuration cannot be used.
    """
    resolver = ConfigResolver(given.values, options["config"], options["isolated"], places=given.places)
    found = _found(options, resolver)
    if options["show_files"]:
        text = "".join(f"{visible(os.path.abspath(file.path))}\n" for file in found.files)
    else:
        resolved = _resolved(found, resolver)
        text = render_json(resolved) if options["output_format"] == ("json",) else render_text(resolved)
    if options["output_file"] is None:
        write(text, sys.stdout)
    else:
        write_file(options["output_file"], text)
    for error in found.errors:
        write(f"error: {visible(f'{error.path}: {error.message}')}\n", sys.stderr)
    return FAILED if found.errors else CLEAN


def _found(options: CheckOptions, resolver: ConfigResolver) -> Discovery:
    name = options["stdin_filename"]
    if name is None and STDIN not in options["paths"]:
        return discover(options["paths"] or (os.curdir,), resolver)
    # What standard input holds does not matter here.
    return discover_text(name or STDIN, b"", resolver)


def _resolved(found: Discovery, resolver: ConfigResolver) -> list[Resolved]:
    """The files, put together where the same settings hold."""
    paths: dict[int, list[str]] = {}
    for file in found.files:
        paths.setdefault(id(file.settings), []).append(file.path)
    groups = list(paths.values()) or [[]]
    return [_one(group, resolver) for group in groups]


def _one(paths: list[str], resolver: ConfigResolver) -> Resolved:
    example = paths[0] if paths else os.path.join(os.curdir, "__init__.py")
    settings = resolver.settings_for(example)
    return Resolved(tuple(paths), settings, resolver.places_for(example), tuple(sorted(enabled_codes(settings))))
