"""What the editor's settings say."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field

from dropcheck.config.resolve import ConfigResolver
from dropcheck.config.values import Origin, checked
from dropcheck.errors import ConfigError
from dropcheck.frozen import dataclass

_PLACE = "editor settings"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
#: Keys that are the server's own; all others are options of the configuration.
_CONFIG = "config"
_SYNTAX = "show-syntax-errors"


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """The settings of the editor for one folder.

    Args:
        options: options of the configuration by name, which go before those of configuration files.
        config: the configuration file to use; None: the closest to each file.
        show_syntax_errors: whether a file that does not parse is reported; other servers in the same editor may do that already.
    """

    options: Mapping[str, object] = field(default_factory=dict)
    config: str | None = None
    show_syntax_errors: bool = True

    def resolver(self, folder: str) -> ConfigResolver:
        """Finds the settings of the files in a folder of the editor.

        Args:
            folder: its path; globs and a relative ``config`` start there.

        Raises:
            ConfigError: a setting or the configuration file is wrong.
        """
        config = None if self.config is None else os.path.join(folder, os.path.expanduser(self.config))
        return ConfigResolver(self.options, config, places=dict.fromkeys(self.options, _PLACE), root=folder)


def read_settings(values: object, before: EditorSettings | None = None) -> EditorSettings:
    """Read what a client sends as settings, in camel case (``minConfidence``) or as in a configuration file.

    Args:
        values: a JSON object; its options may stand in an object called ``settings`` or ``dropcheck``, too. None and anything
            else that is not an object mean that there are none.
        before: settings from another place, which hold where these are silent.

    Returns:
        The settings.

    Raises:
        ConfigError: there is no such setting, or its value is not what it must be.
    """
    before = before or EditorSettings()
    given = _plain(values)
    config = given.pop(_CONFIG, before.config) or None
    syntax = given.pop(_SYNTAX, before.show_syntax_errors)
    if config is not None and not isinstance(config, str):
        raise ConfigError(f"{_PLACE}: 'config' must be the path of a configuration file")
    if not isinstance(syntax, bool):
        raise ConfigError(f"{_PLACE}: 'showSyntaxErrors' must be true or false")
    checked(given, Origin(_PLACE, os.getcwd(), by_user=True))
    return EditorSettings({**before.options, **given}, config, syntax)


def _plain(values: object) -> dict[str, object]:
    """The settings by the names that configuration files use. Editors send null for what is not set."""
    if not isinstance(values, Mapping):
        return {}
    for wrapper in ("settings", "dropcheck"):
        if isinstance(values.get(wrapper), Mapping):
            return _plain(values[wrapper])
    return {_CAMEL.sub("-", str(name)).lower(): value for name, value in values.items() if value is not None}
