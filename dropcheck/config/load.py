"""Finding and reading of configuration files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from dropcheck.config.layers import Layer, combine
from dropcheck.config.settings import Settings
from dropcheck.config.values import Origin, checked
from dropcheck.errors import ConfigError, SourceError
from dropcheck.frozen import dataclass
from dropcheck.reading import read_bytes

#: A configuration is written by hand.
_MOST_BYTES = 1_000_000
PYPROJECT = "pyproject.toml"
CONFIG_NAMES = (".dropcheck.toml", "dropcheck.toml", PYPROJECT)
"""The names a configuration file can have; in one folder, the first of them counts."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration file with those it extends.

    Args:
        path: the file, absolute.
        layers: what each of the files sets, the one that extends no other first.
    """

    path: str
    layers: tuple[Layer, ...]

    @property
    def base(self) -> Settings:
        """The defaults of settings that this file holds for."""
        return Settings(root=os.path.dirname(self.path), source=self.path)


def load_config(path: str) -> Settings:
    """Read a configuration file and those it extends.

    Args:
        path: the file; one called ``pyproject.toml`` holds the options in ``[tool.dropcheck]``, any other at the top.

    Returns:
        Its settings, with the defaults for what it does not set.

    Raises:
        ConfigError: a file cannot be read, is not TOML, or holds what is not an option.
    """
    loaded = load_layers(path)
    return replace(loaded.base, **combine(loaded.layers).fields)


def load_layers(path: str) -> Loaded:
    """Read a configuration file and those it extends, and keep them apart.

    Args:
        path: as for ``load_config``.

    Raises:
        ConfigError: as for ``load_config``, or the files extend each other in a circle.
    """
    absolute = os.path.abspath(path)
    chain = [absolute]
    layer, extended = _layer(absolute)
    layers = [layer]
    while extended is not None:
        if os.path.realpath(extended) in map(os.path.realpath, chain):
            circle = " -> ".join(shown(file) for file in (*chain, extended))
            raise ConfigError(f"{layer.place}: 'extend' leads in a circle: {circle}; take one of them out")
        try:
            below, following = _layer(extended)
        except ConfigError as error:
            raise ConfigError(f"{error} ('extend' in {shown(chain[-1])} leads there)") from error
        chain.append(extended)
        layers.append(below)
        layer, extended = below, following
    return Loaded(absolute, tuple(reversed(layers)))


def _layer(path: str) -> tuple[Layer, str | None]:
    """What one file sets, and the file it extends."""
    table = _table(path)
    if table is None:
        raise ConfigError(f"{shown(path)}: has no [tool.dropcheck] table; add one or name another file")
    place = f"{shown(path)} [tool.dropcheck]" if _is_pyproject(path) else shown(path)
    if "tool" in table:
        raise ConfigError(f"{place}: the options stand at the top of this file, without [tool.dropcheck]")
    fields = checked(table, Origin(place, os.path.dirname(path)))
    extended: str | None = fields.pop("extend", None)
    return Layer(place, fields), extended


def find_config(folder: str) -> str | None:
    """Find the configuration that holds for the files of a folder.

    Args:
        folder: the folder to begin with; its parents follow.

    Returns:
        The closest configuration file, or None. A ``pyproject.toml`` without ``[tool.dropcheck]`` is not one.

    Raises:
        ConfigError: a file that may be one cannot be read.
    """
    folder = os.path.abspath(folder)
    while (found := config_in(folder)) is None:
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return found


def config_in(folder: str) -> str | None:
    """The configuration file in a folder itself, or None.

    Args:
        folder: the folder.

    Raises:
        ConfigError: a file that may be one cannot be read.
    """
    for name in CONFIG_NAMES:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and (name != PYPROJECT or _table(path) is not None):
            return path
    return None


def shown(path: str) -> str:
    """A path as messages show it: relative where it lies below the working folder.

    Args:
        path: the path.
    """
    absolute, here = os.path.abspath(path), os.getcwd()
    return os.path.relpath(absolute, here) if absolute.startswith(os.path.join(here, "")) else absolute


def _is_pyproject(path: str) -> bool:
    return os.path.basename(path) == PYPROJECT


def _table(path: str) -> Mapping[str, object] | None:
    """The options of a file; None for a pyproject.toml that has none."""
    try:
        raw = read_bytes(path, _MOST_BYTES)
        # Most files of that name are not for this tool, and templates of them need not even be TOML.
        if _is_pyproject(path) and b"dropcheck" not in raw:
            return None
        import tomllib  # noqa: PLC0415  (not every folder has a configuration)

        document = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown(path)}: is not UTF-8; save it as UTF-8") from error
    except SourceError as error:
        raise ConfigError(f"{shown(path)}: {error.message}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{shown(path)}: is not valid TOML: {error}") from error
    if not _is_pyproject(path):
        return document
    tool = document.get("tool", {})
    table = tool.get("dropcheck") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{shown(path)}: 'dropcheck' in [tool] must be a table; write [tool.dropcheck]")
    return table
