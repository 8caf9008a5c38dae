"""What a user can get wrong: each becomes one line on stderr and exit code 2."""

from __future__ import annotations


class UserError(Exception):
    """Something the user can mend. ``str(error)`` is the one line: what, where, what to do."""


class ConfigError(UserError):
    """A configuration file or option that cannot be used."""


class SourceError(UserError):
    """One file that cannot be read, decoded or written; the other files go on.

    Args:
        path: the file.
        message: what is wrong with it and what to do.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class ForeignNotebookError(SourceError):
    """A notebook whose kernel does not run Python; who did not name it need not hear of it."""
