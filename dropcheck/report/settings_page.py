"""What ``--show-settings`` prints: the settings that hold for each file, and where each of them stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from dropcheck.config.options import FILE_OPTIONS
from dropcheck.config.settings import Settings
from dropcheck.config.toml import Plain, plain, toml
from dropcheck.frozen import dataclass
from dropcheck.report.escape import disarmed, visible, well_formed
from dropcheck.report.json_text import dumps

_LISTED = 5
_UNPRINTABLE = re.compile(r"[^\n -~]")


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
            "files": list(map(well_formed, one.paths)),
            "config": one.settings.source,
            "rules": list(one.rules),
            "settings": _values(one.settings),
            "places": {name.replace("_", "-"): list(places) for name, places in one.places.items()},
        }
        for one in resolved
    ]
    return dumps(items)


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
        yield f"{name} = {_printable(toml(value))}  # {visible(', '.join(places))}"


def _printable(value: str) -> str:
    """The same value in TOML without a character that a terminal or a CI service could obey; they stand in strings only."""
    shown = _UNPRINTABLE.sub(lambda match: match[0] if match[0].isprintable() else f"\\U{ord(match[0]):08x}", value)
    return disarmed(shown, r"\u005b")
