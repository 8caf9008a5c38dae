"""Which places a configuration file may name.

It is a part of a checkout, and a checkout can be a stranger's. So what dropcheck writes because a file says so stays in the
folder of that file and never takes the place of code. Who runs dropcheck may name any place:
on the command line, or by a variable.
"""

from __future__ import annotations

import os

#: What the names of reports end in. A report holds names of files, which a stranger chose, so it must be nothing that is run.
REPORT_SUFFIXES = (".json", ".jsonl", ".log", ".md", ".ndjson", ".sarif", ".txt", ".xml")


def confined(path: str, root: str, said: str, instead: str) -> str | None:
    """What is wrong with a place that a configuration file names for something to be written.

    Args:
        path: the place, absolute.
        root: the folder of the file.
        said: the place as the file names it.
        instead: how a user can name it.

    Returns:
        The message; None where nothing is wrong.
    """
    if os.path.realpath(path).startswith(os.path.join(os.path.realpath(root), "")):
        return None
    return f"{said!r} is not in the folder of this file, which is all that a file may name; use {instead}"


def confined_report(path: str, root: str, said: str, instead: str) -> str | None:
    """The same for a report.

    Args:
        path: the place, absolute.
        root: the folder of the file.
        said: the place as the file names it.
        instead: how a user can name it.
    """
    # Through a link, a name says nothing about what is written.
    target = os.path.realpath(path)
    if not target.lower().endswith(REPORT_SUFFIXES):
        return f"{said!r} must end in {', '.join(REPORT_SUFFIXES[:-1])} or {REPORT_SUFFIXES[-1]}; for other names use {instead}"
    if os.path.exists(target) and not os.path.isfile(target):
        return f"{said!r} is there and is no file; name another one, or use {instead}"
    return confined(path, root, said, instead)
