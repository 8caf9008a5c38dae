"""What ``--show-settings`` prints: the settings that hold for each file, and where each of them stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dropcheck.config.options import FILE_OPTIONS
from dropcheck.config.settings import Settings
from dropcheck.config.toml import Plain, plain, toml
from dropcheck.report.escape import visible

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Resolved:
    """Settings and the files they hold for.

    Args:
        paths: the files.
        settings: what holds for them.
        places: by field, where the value stands; absent: it is the default.
        rules: the codes of the rules that run.
    """

    paths: tuple[str, ...]
    settings: Settings
    places: Mapping[str, tuple[str, ...]]
    rules: tuple[str, ...]


def render_text(resolved: Sequence[Resolved]) -> str:
    """The settings as TOML, with the files and the places in comments.

    Args:
        resolved: the settings, each with its files.
    """
    return "\n".join("".join(f"{line}\n" for line in _lines(one)) for one in resolved)


def render_json(resolved: Sequence[Resolved]) -> str:
    """The settings as a JSON array.

    Args:
        resolved: the settings, each with its files.
    """
    items = [
        {
            "files": list(one.paths),
            "config": one.settings.source,
            "rules": list(one.rules),
            "settings": _values(one.settings),
            "places": {name.replace("_", "-"): list(places) for name, places in one.places.items()},
        }
        for one in resolved
    ]
    return json.dumps(items, indent=2) + "\n"


def _values(settings: Settings) -> dict[str, Plain]:
    """The settings by the name of their option; ``extend`` has done its work and is none."""
    known = [option for option in FILE_OPTIONS if hasattr(settings, option.field)]
    return {option.name: plain(option, getattr(settings, option.field)) for option in known}


def _lines(one: Resolved) -> Iterator[str]:
    listed = one.paths if len(one.paths) <= _LISTED + 1 else one.paths[:_LISTED]
    if one.paths:
        yield "# Settings of:"
        yield from (f"#   {visible(path)}" for path in listed)
    else:
        yield "# No file was found; these settings hold in the current folder."
    if len(listed) < len(one.paths):
        yield f"#   and {len(one.paths) - len(listed)} more (--show-files lists all)"
    yield f"# Configuration: {visible(one.settings.source or 'none')}"
    yield f"# Rules: {', '.join(one.rules) or 'none'}"
    for name, value in _values(one.settings).items():
        places = one.places.get(name.replace("-", "_"), ("default",))
        yield f"{name} = {toml(value)}  # {visible(', '.join(places))}"
