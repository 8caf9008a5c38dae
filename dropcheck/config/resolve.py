"""Which settings hold for which file: command line, variables, closest configuration file, defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from dropcheck.config.layers import Layer, combine
from dropcheck.config.load import Loaded, config_in, load_layers
from dropcheck.config.settings import Settings
from dropcheck.config.values import Origin, checked
from dropcheck.errors import ConfigError
from dropcheck.frozen import dataclass


@dataclass(frozen=True, slots=True)
class _Resolved:
    settings: Settings
    places: Mapping[str, tuple[str, ...]]


class ConfigResolver:
    """Finds the settings of files, and remembers them by folder.

    Args:
        cli_overrides: options given on the command line, by name (``min-confidence``), the weaker ones first; absent
            means not given. Globs in them are relative to the working folder, or to ``root``.
        config: the one configuration file to use; None: the closest to each file.
        isolated: use no configuration file at all.
        places: how the user gave the options of ``cli_overrides`` (``--exclude``, ``DROPCHECK_EXCLUDE``), for messages.
        root: the absolute folder that globs in ``cli_overrides`` are relative to; None: the working folder.

    Raises:
        ConfigError: an option or the configuration file named is wrong, or both ``config`` and ``isolated`` are given.
    """

    __slots__ = ("_by_folder", "_fixed", "_layers")

    def __init__(
        self,
        cli_overrides: Mapping[str, object] | None = None,
        config: str | None = None,
        isolated: bool = False,
        *,
        places: Mapping[str, str] | None = None,
        root: str | None = None,
    ) -> None:
        if isolated and config is not None:
            raise ConfigError(f"--isolated and --config {config} exclude each other; give one of them")
        named = {name: (places or {}).get(name, "command line") for name in cli_overrides or {}}
        origins = {name: Origin(place, root or os.getcwd(), by_user=True) for name, place in named.items()}
        self._layers = tuple(_layer(name, value, origins[name]) for name, value in (cli_overrides or {}).items())
        self._by_folder: dict[str, _Resolved] = {}
        self._fixed: _Resolved | None = None
        if isolated:
            self._fixed = self._resolve(None)
        elif config is not None:
            self._fixed = self._resolve(load_layers(config))

    def settings_for(self, path: str) -> Settings:
        """The settings of a file.

        Args:
            path: the file; it need not exist.

        Raises:
            ConfigError: its configuration file is wrong.
        """
        return self.settings_in(os.path.dirname(os.path.abspath(path)))

    def settings_in(self, folder: str) -> Settings:
        """The settings of the files of a folder.

        Args:
            folder: its absolute path.

        Raises:
            ConfigError: the configuration file that holds for it is wrong.
        """
        return self._resolved_in(folder).settings

    def places_for(self, path: str) -> Mapping[str, tuple[str, ...]]:
        """Where the settings of a file come from.

        Args:
            path: the file; it need not exist.

        Returns:
            By field of ``Settings``, the files, options or variables that set it; without those that have their default.

        Raises:
            ConfigError: its configuration file is wrong.
        """
        return self._resolved_in(os.path.dirname(os.path.abspath(path))).places

    def _resolved_in(self, folder: str) -> _Resolved:
        if self._fixed is not None:
            return self._fixed
        unknown: list[str] = []
        resolved = self._by_folder.get(folder)
        while resolved is None:
            unknown.append(folder)
            found = config_in(folder)
            parent = os.path.dirname(folder)
            if found is not None:
                resolved = self._resolve(load_layers(found))
            elif parent == folder:
                resolved = self._resolve(None)
            else:
                folder = parent
                resolved = self._by_folder.get(folder)
        self._by_folder.update(dict.fromkeys(unknown, resolved))
        return resolved

    def _resolve(self, loaded: Loaded | None) -> _Resolved:
        combined = combine((*(loaded.layers if loaded else ()), *self._layers))
        return _Resolved(replace(loaded.base if loaded else Settings(), **combined.fields), combined.places)


def _layer(name: str, value: object, origin: Origin) -> Layer:
    return Layer(origin.place, checked({name: value}, origin))
