"""JSON as text that neither a terminal nor a CI log can misread."""

from __future__ import annotations

import json
from typing import Any

from dropcheck.report.escape import disarmed


def dumps(data: Any, *, indent: int | None = 2) -> str:
    """JSON in ASCII, ended by a newline.

    Args:
        data: what ``json.dumps`` takes.
        indent: how far to indent; None for one line.
    """
    return disarmed(json.dumps(data, indent=indent), r"\u005b") + "\n"
