"""Which settings hold for which file: the command line over the closest configuration file over the defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from dropcheck.config.load import config_in, load_config
from dropcheck.config.settings import Settings
from dropcheck.config.values import Origin, checked
from dropcheck.errors import ConfigError

_EXTENDING = ("extend_select", "extend_exclude")


class ConfigResolver:
    """Finds the settings of files, and remembers them by folder.

    Args:
        cli_overrides: options given on the command line, by name (``min-confidence``); absent means not given.
            Globs in them are relative to the working folder.
        config: the one configuration file to use; None: the closest to each file.
        isolated: use no configuration file at all.

    Raises:
        ConfigError: an option or the configuration file named is wrong, or both ``config`` and ``isolated`` are given.
    """

    __slots__ = ("_by_folder", "_fields", "_fixed")

    def __init__(
        self, cli_overrides: Mapping[str, object] | None = None, config: str | None = None, isolated: bool = False
    ) -> None:
        if isolated and config is not None:
            raise ConfigError(f"--isolated and --config {config} exclude each other; give one of them")
        self._fields = checked(cli_overrides or {}, Origin("command line", os.getcwd(), absolute_globs=True))
        self._by_folder: dict[str, Settings] = {}
        self._fixed: Settings | None = None
        if isolated:
            self._fixed = self._override(Settings())
        elif config is not None:
            self._fixed = self._override(load_config(config))

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
        if self._fixed is not None:
            return self._fixed
        unknown: list[str] = []
        settings = self._by_folder.get(folder)
        while settings is None:
            unknown.append(folder)
            found = config_in(folder)
            parent = os.path.dirname(folder)
            if found is not None:
                settings = self._override(load_config(found))
            elif parent == folder:
                settings = self._override(Settings())
            else:
                folder = parent
                settings = self._by_folder.get(folder)
        self._by_folder.update(dict.fromkeys(unknown, settings))
        return settings

    def _override(self, settings: Settings) -> Settings:
        fields = dict(self._fields)
        for name in _EXTENDING:
            if name in fields:
                fields[name] = (*getattr(settings, name), *fields[name])
        if "select" in fields:
            # What the file adds to its own selection is not part of the one that replaces it.
            fields["extend_select"] = self._fields.get("extend_select", ())
        return replace(settings, **fields)
