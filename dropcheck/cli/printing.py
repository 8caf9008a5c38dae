"""Print the reports of a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dropcheck._version import __version__
from dropcheck.cli.streams import columns, is_log, use_color, use_links, write, write_file
from dropcheck.frozen import dataclass

if TYPE_CHECKING:
    from dropcheck.cli.outputs import Outputs
    from dropcheck.outcome import Report
    from dropcheck.report.pieces import Piece


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """What the user asked for.

    Args:
        color: the value of ``--color``.
        diff: print the changes instead of the main report.
        statistics: print how often each rule fired instead of it.
    """

    color: str = "auto"
    diff: bool = False
    statistics: bool = False


def print_reports(report: Report, outputs: Outputs, options: PrintOptions) -> None:
    """Print every report.

    Args:
        report: the run.
        outputs: which reports go where.
        options: what the user asked for.

    Raises:
        UserError: a file cannot be written.
    """
    main = _Destination(outputs.path, options.color)
    if options.diff or options.statistics or outputs.main is not None:
        main.write(_main_text(report, outputs.main or "full", options, main))
    for output in outputs.files:
        place = _Destination(output.path, options.color)
        place.write(_text(report, output.format, place))


class _Destination:
    """A file or stdout, and what may be sent there."""

    def __init__(self, path: str | None, color: str) -> None:
        environ = os.environ if path is None else {}
        self._path = path
        self.is_terminal = path is None and sys.stdout.isatty()
        self.is_log = path is None and is_log(environ, sys.stdout)
        self.takes_color = use_color(color, environ, terminal=self.is_terminal)
        self.columns = columns(sys.stdout) if path is None else None
        self._takes_links = self.takes_color and use_links(environ, terminal=self.is_terminal)

    def write(self, text: str) -> None:
        if self._path is None:
            write(text, sys.stdout)
        else:
            write_file(self._path, text)

    def styled(self, pieces: Iterator[Piece]) -> str:
        from dropcheck.report.pieces import plain  # noqa: PLC0415

        if not self.takes_color:
            return plain(pieces)
        from dropcheck.report.console import ansi  # noqa: PLC0415  (rich, only where there is something to colour)

        return ansi(pieces, links=self._takes_links)


def _main_text(report: Report, name: str, options: PrintOptions, place: _Destination) -> str:
    # Each renderer is loaded where it is used: most runs need one of them.
    if options.diff:
        from dropcheck.report import diff  # noqa: PLC0415
        from dropcheck.report.escape import disarmed_log  # noqa: PLC0415

        escape = place.is_terminal or place.takes_color
        text = place.styled(diff.layout(report, escape=escape))
        return text if escape or not place.is_log else disarmed_log(text)
    if options.statistics:
        from dropcheck.report import statistics  # noqa: PLC0415

        return statistics.render_json(report) if name == "json" else place.styled(statistics.layout(report))
    return _text(report, name, place)


def _text(report: Report, name: str, place: _Destination) -> str:
    from dropcheck.report import formats  # noqa: PLC0415

    if formats.is_for_people(name):
        # What is read by people has nothing to say of nothing.
        return place.styled(formats.layout(name, report, place.columns)) if report.findings else ""
    from dropcheck.cli.outputs import repository_root  # noqa: PLC0415
    from dropcheck.report.context import Context  # noqa: PLC0415
    from dropcheck.rules import ALL_RULES  # noqa: PLC0415

    here = os.getcwd()
    return formats.render(name, report, Context(here, repository_root(here, os.environ), ALL_RULES, __version__))
