"""What the user is told where the program itself is wrong: one line, with an id that is the same for the same bug."""

from __future__ import annotations

import os

from dropcheck.errors import SourceError
from dropcheck.outcome import FileError

_ADVICE = "please report it with this line (--verbose shows where it happened)"


def file_error(path: str, error: Exception) -> FileError:
    """What became of a file that could not be worked on.

    Args:
        path: the file.
        error: what was raised: something the user can mend, or a bug of ours.
    """
    if isinstance(error, SourceError):
        return FileError(path, error.message)
    import traceback  # noqa: PLC0415  (not needed where all is well)

    return FileError(path, internal_error(error), "".join(traceback.format_exception(error)))


def internal_error(error: BaseException) -> str:
    """The one line for a bug of ours: what happened, where in our code, the id of the report, and what to do.

    Args:
        error: what was raised.
    """
    import traceback  # noqa: PLC0415  (as above)

    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200].rstrip(": ")
    return f"internal error: {what}{place}, report {report_id(error)}; {_ADVICE}"


def report_id(error: BaseException) -> str:
    """Eight digits that are the same wherever the same bug shows: on other files, on other machines, with other line numbers.

    Args:
        error: what was raised.

    Returns:
        The hash of the kind of error and of the functions that it went through, repetitions left out.
    """
    import hashlib  # noqa: PLC0415  (as above)
    import traceback  # noqa: PLC0415

    frames = traceback.extract_tb(error.__traceback__)
    places = dict.fromkeys(f"{os.path.basename(frame.filename)}:{frame.name}" for frame in frames)
    return hashlib.sha256("\n".join((type(error).__name__, *places)).encode(errors="replace")).hexdigest()[:8]
