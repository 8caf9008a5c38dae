"""What ``output-format`` can say: how findings are printed, and where to."""

from __future__ import annotations

from dropcheck.frozen import dataclass

AUTO = "auto"
"""``github`` in GitHub Actions, ``full`` everywhere else."""

FORMATS = (
    AUTO,
    "full",
    "concise",
    "grouped",
    "json",
    "json-lines",
    "github",
    "gitlab",
    "sarif",
    "junit",
    "rdjson",
    "pylint",
    "azure",
)


@dataclass(frozen=True, slots=True)
class Output:
    """One report.

    Args:
        format: the name of its format.
        path: the file it goes to; None for stdout, or for what ``--output-file`` names.
    """

    format: str
    path: str | None = None

    def __str__(self) -> str:
        return self.format if self.path is None else f"{self.format}:{self.path}"
