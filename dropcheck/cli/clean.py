"""``dropcheck clean``: remove the folders of the cache."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from dropcheck.cli.command import TableCommand
from dropcheck.cli.exit_code import FAILED
from dropcheck.cli.streams import write
from dropcheck.cli.table_option import TableOption
from dropcheck.config.option import Group, Kind, run_option
from dropcheck.errors import UserError
from dropcheck.report.escape import visible
from dropcheck.source.cache_folder import CACHE_FOLDER, TAG_FILE, is_cache_folder

_CACHE_DIR = run_option("cache-dir", Group.FILES, "Remove this cache instead.", Kind.PATH, metavar="DIR")


@click.command(
    cls=TableCommand,
    params=[TableOption(_CACHE_DIR)],
    epilog=f"""
    Only a folder whose {TAG_FILE} says that it is a cache of dropcheck is removed.

    \b
    Examples:
      dropcheck clean
      dropcheck clean --cache-dir /tmp/dropcheck
    """,
)
@click.pass_context
def clean(ctx: click.Context, cache_dir: str | None) -> None:
    """Remove the caches in this folder and in those below it."""
    if cache_dir is not None and not is_cache_folder(cache_dir):
        raise UserError(f"{cache_dir}: has no {TAG_FILE} of dropcheck, so it is left alone; remove it yourself if it is a cache")
    import shutil  # noqa: PLC0415  (it brings the readers of archives, which --help need not wait for)

    failed = False
    for folder in _caches() if cache_dir is None else (cache_dir,):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            failed = True
            write(f"error: {visible(folder)}: cannot be removed: {error.strerror or error}\n", sys.stderr)
        else:
            write(f"Removed {visible(folder)}\n", sys.stderr)
    ctx.exit(FAILED if failed else 0)


def _caches() -> Iterator[str]:
    """The caches below the current folder."""
    for folder, names, _ in os.walk(os.curdir):
        if CACHE_FOLDER in names:
            names.remove(CACHE_FOLDER)
            path = os.path.normpath(os.path.join(folder, CACHE_FOLDER))
            if is_cache_folder(path):
                yield path
            else:
                write(f"{visible(path)}: has no {TAG_FILE} of dropcheck, left alone\n", sys.stderr)
