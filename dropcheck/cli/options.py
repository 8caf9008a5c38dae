"""The options of ``dropcheck check`` as its code reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from dropcheck.frozen import dataclass


class CheckOptions(TypedDict):
    """The command line of ``check``; ``None`` means that the configuration decides."""

    paths: tuple[str, ...]
    stdin_filename: str | None
    select: tuple[str, ...] | None
    extend_select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    min_confidence: str | None
    fail_on: str | None
    ignore_suppressions: bool
    add_ignore: str | None
    baseline: str | None
    ignore_baseline: bool
    write_baseline: str | None
    prune_baseline: bool
    fix_baselined: bool
    fix: bool | None
    unsafe_fixes: bool | None
    fix_style: str | None
    fixable: tuple[str, ...] | None
    unfixable: tuple[str, ...] | None
    diff: bool
    fix_only: bool
    show_fixes: bool
    exclude: tuple[str, ...] | None
    extend_exclude: tuple[str, ...] | None
    force_exclude: bool | None
    respect_gitignore: bool | None
    show_files: bool
    config: str | None
    isolated: bool
    show_settings: bool
    output_format: tuple[str, ...] | None
    output_file: str | None
    statistics: bool
    color: str
    quiet: bool
    verbose: bool
    exit_zero: bool
    exit_non_zero_on_fix: bool
    jobs: int | None
    timeout_per_file: int | None
    no_cache: bool
    cache_dir: str | None


@dataclass(frozen=True, slots=True)
class Overrides:
    """The options that take the place of keys of a configuration file; only those that were given.

    Args:
        values: by key, those given by a variable first: they are the weaker ones.
        places: by key, how the option was given.
    """

    values: Mapping[str, object]
    places: Mapping[str, str]


def split(values: Sequence[str]) -> tuple[str, ...] | None:
    """The parts of an option that takes a list: comma separated and repeatable; None where it was not used.

    Args:
        values: what was given, each time.
    """
    if not values:
        return None
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
