"""Which folder holds the cache of a run."""

from __future__ import annotations

import os
import sys

from dropcheck.cli.streams import write
from dropcheck.config.settings import Settings
from dropcheck.errors import UserError
from dropcheck.report.escape import visible
from dropcheck.source.cache_folder import CACHE_FOLDER, TAG_FILE, can_be_cache_folder


def cache_folder(settings: Settings, *, verbose: bool) -> str | None:
    """The folder of the cache: the one that was named, or the usual one beside the configuration file.

    Args:
        settings: the settings of the run.
        verbose: whether to tell why there is none.

    Returns:
        The folder, which need not exist; None where something else is in the place of the usual one.

    Raises:
        UserError: something else is in the folder that was named.
    """
    if settings.cache_dir is not None:
        # Who names a link means what it leads to.
        folder = os.path.realpath(settings.cache_dir)
        if not can_be_cache_folder(folder):
            raise UserError(f"{settings.cache_dir}: cannot hold the cache: it has no {TAG_FILE} of dropcheck, but is not empty")
        return folder
    folder = os.path.join(settings.root, CACHE_FOLDER)
    if can_be_cache_folder(folder):
        return folder
    if verbose:
        write(f"{visible(folder)}: has no {TAG_FILE} of dropcheck, not used\n", sys.stderr)
    return None
