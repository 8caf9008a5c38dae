"""The user's own dropout functions and Module classes join the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from dropcheck.catalogue import REQUIRED, Catalogue, DropoutFunction, Kind, build_catalogue
from dropcheck.config.settings import FunctionEntry, Settings


def catalogue_for(settings: Iterable[Settings]) -> Catalogue:
    """The catalogue of a run.

    Facts of all files are linked into one project, so entries of every configuration file count for all of them.

    Args:
        settings: the settings of the files of the run.

    Returns:
        Our entries and the users'.
    """
    distinct = tuple(dict.fromkeys(settings))
    functions = (_function(entry) for one in distinct for entry in one.functions)
    return build_catalogue(functions, (base for one in distinct for base in one.module_bases))


def _function(entry: FunctionEntry) -> DropoutFunction:
    named = [name for name in (entry.p, entry.flag) if name is not None and name not in entry.params]
    return DropoutFunction(
        names=(entry.name,),
        parameters=(*entry.params, *named),
        p=entry.p or "",
        p_default=REQUIRED if entry.p_default is None else entry.p_default,
        flag=entry.flag,
        flag_default=REQUIRED if entry.flag_default is None else entry.flag_default,
        keyword_only=len(named),
        kind=Kind.ATTENTION if entry.flag is None else Kind.FUNCTIONAL,
    )
