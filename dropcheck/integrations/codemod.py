"""The fixes as a LibCST codemod, for those who run codemods that way.

    python -m libcst.tool codemod -x dropcheck.integrations.codemod.DropoutCommand src

LibCST finds the files and writes them. Which rules run, and what they know of the project, is as in a run of dropcheck.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from libcst import Module, parse_module
from libcst.codemod import CodemodCommand, CodemodContext

from dropcheck.config.resolve import ConfigResolver
from dropcheck.errors import UserError
from dropcheck.integrations.linked import open_workspace
from dropcheck.levels import State
from dropcheck.model import Finding, LineIndex
from dropcheck.report.escape import visible

_NO_NAME = "<stdin>"


class DropoutCommand(CodemodCommand):
    """Repairs dropout that stays on in evaluation.

    Args:
        context: where LibCST runs it.
        unsafe_fixes: whether unsafe fixes are applied, too; else the configuration decides.
        select: the rules to apply, separated by commas; empty: as the configuration says.
    """

    DESCRIPTION: str = "Repair PyTorch dropout that stays on in evaluation, as `dropcheck check --fix` does."

    def __init__(self, context: CodemodContext, *, unsafe_fixes: bool = False, select: str = "") -> None:
        super().__init__(context)
        self._overrides: dict[str, object] = {}
        if unsafe_fixes:
            self._overrides["unsafe-fixes"] = True
        if select:
            self._overrides["select"] = tuple(rule.strip() for rule in select.split(",") if rule.strip())

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add the options of this codemod to those of LibCST's tool.

        Args:
            arg_parser: its parser.
        """
        arg_parser.add_argument("--unsafe-fixes", action="store_true", help="Apply fixes that may not be what you meant, too.")
        arg_parser.add_argument("--select", metavar="RULES", default="", help="Apply these only: codes, prefixes, names.")

    def transform_module_impl(self, tree: Module) -> Module:
        """Repair one file.

        Args:
            tree: the file.

        Returns:
            The repaired file, or the same one. What is left is a warning, which LibCST prints.

        Raises:
            SystemExit: the configuration cannot be used. LibCST takes everything else for a bug, and prints where it is.
        """
        path = self.context.filename or _NO_NAME
        try:
            settings = ConfigResolver(self._overrides).settings_for(path)
            workspace = open_workspace({path: tree.code}, {path: settings})
        except UserError as error:
            print(f"error: {visible(str(error))}", file=sys.stderr)
            raise SystemExit(2) from error
        result = workspace.fix(path, unsafe=settings.unsafe_fixes)
        for warning in _left(result.text, result.findings):
            self.warn(warning)
        return tree if result.text == tree.code else parse_module(result.text, tree.config_for_parsing)


def _left(text: str, findings: Sequence[Finding]) -> list[str]:
    """A line for each finding that was not repaired."""
    index = LineIndex(text)
    active = (finding for finding in findings if finding.state is State.ACTIVE)
    places = ((finding, index.position(finding.span.start)) for finding in active)
    return [f"{place.row}:{place.column}: {finding.code} {visible(finding.message)}" for finding, place in places]
