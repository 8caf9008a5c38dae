"""The flake8 plugin: every finding is a flake8 violation, selected, ignored and printed by flake8.

flake8 hands over one file at a time, while a verdict may depend on others. So the first file that is asked for in a process
starts a run over all the paths that flake8 was given, and the other files take their findings from it.
"""

from __future__ import annotations

import argparse
import ast
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from dropcheck._version import __version__
from dropcheck.levels import State
from dropcheck.model import Finding, LineIndex

if TYPE_CHECKING:
    from dropcheck.config.resolve import ConfigResolver
    from dropcheck.engine.workspace import Workspace

_STDIN = "-"


class DropcheckPlugin:
    """What flake8 makes for each file.

    Args:
        tree: the parsed file; asking for it is how a plugin is called once a file.
        filename: the file, or the display name of standard input.
        lines: its text, decoded, with line endings made uniform.
    """

    name = "dropcheck"
    version = __version__
    _run: ClassVar[_Run]

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        del tree
        self._path = filename
        self._text = "".join(lines)

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Take over what flake8 was told; called before the first file, in each process.

        Args:
            options: flake8's options.
        """
        # flake8 checks the current folder if it is given no path.
        cls._run = _Run(options.filenames or [os.curdir], obey_noqa=not options.disable_noqa)

    def run(self) -> Iterator[tuple[int, int, str, type[DropcheckPlugin]]]:
        """The violations in the file, as flake8 wants them: row from 1, column from 0, text that begins with the code."""
        from dropcheck.report.escape import visible  # noqa: PLC0415  (flake8 loads every plugin there is, wanted or not)

        text, findings = self._run.findings(self._path, self._text)
        index = LineIndex(text)
        for finding in findings:
            place = index.position(finding.span.start)
            yield place.row, place.column - 1, f"{finding.code} {visible(finding.message)}", type(self)


class _Run:
    """A run over the paths that flake8 was given, made when its first file is asked for."""

    def __init__(self, paths: Sequence[str], *, obey_noqa: bool) -> None:
        self._arguments = paths
        self._obey_noqa = obey_noqa
        self._resolver: ConfigResolver | None = None
        self._workspace: Workspace | None = None
        #: The files of the run, by absolute path, as the run names them.
        self._names: dict[str, str] = {}

    def findings(self, path: str, text: str) -> tuple[str, tuple[Finding, ...]]:
        """The text of a file, and the findings in it that count."""
        from dropcheck.errors import UserError  # noqa: PLC0415  (flake8 loads every plugin there is, wanted or not)

        try:
            text, found = self._linked(path, text)
        except UserError as error:
            from flake8.exceptions import ExecutionError  # noqa: PLC0415  (as above)

            raise ExecutionError(f"dropcheck: {error}") from error
        return text, tuple(finding for finding in found if finding.state is State.ACTIVE)

    def _linked(self, path: str, text: str) -> tuple[str, tuple[Finding, ...]]:
        if self._resolver is None or self._workspace is None:
            self._resolver, self._workspace = self._start()
        name = self._names.get(os.path.abspath(path))
        if name is None:
            return text, self._alone(path, text, self._resolver)
        # A file of the run that is not in the workspace cannot hold dropout.
        if name not in self._workspace.paths:
            return text, ()
        return self._workspace.text(name), self._workspace.findings(name)

    def _start(self) -> tuple[ConfigResolver, Workspace]:
        from dropcheck.config.resolve import ConfigResolver  # noqa: PLC0415  (as above)
        from dropcheck.discover import discover  # noqa: PLC0415
        from dropcheck.engine.analysis import prepare_all  # noqa: PLC0415
        from dropcheck.engine.options import RunOptions  # noqa: PLC0415

        # Whoever runs flake8 names files for flake8; what is excluded here stays so.
        resolver = ConfigResolver({"force-exclude": True})
        found = discover([path for path in self._arguments if path != _STDIN], resolver)
        self._names = {os.path.abspath(file.path): file.path for file in found.files}
        # One process: flake8 has as many as there are processors already.
        return resolver, prepare_all(found, RunOptions(obey_noqa=self._obey_noqa, jobs=1), None).workspace

    def _alone(self, path: str, text: str, resolver: ConfigResolver) -> tuple[Finding, ...]:
        """The findings in standard input, or in a file that dropcheck would not find by itself."""
        from dropcheck.integrations.linked import is_excluded, open_workspace  # noqa: PLC0415  (as above)

        settings = resolver.settings_for(path)
        if is_excluded(os.path.abspath(path), settings, os.getcwd()):
            return ()
        return open_workspace({path: text}, {path: settings}, obey_noqa=self._obey_noqa).findings(path)
