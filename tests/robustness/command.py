"""The command as a process of its own, with hostile surroundings."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

#: Whoever runs the tests may read and write everything; this user may not.
NOBODY = 65534


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dropcheck", *arguments]


def run(
    folder: Path, *arguments: str | bytes, stdin: bytes = b"", before: Callable[[], None] | None = None, timeout: float = 120
) -> tuple[int, str, str]:
    """The exit code, stdout and stderr; control characters stay what they are."""
    # Where files may not grow, Python would keep the half of the bytecode that it could write, and believe it from then on.
    words = [sys.executable, *(("-B",) if before else ()), "-m", "dropcheck", *arguments]
    done = subprocess.run(
        words, cwd=folder, env=environment(), input=stdin, capture_output=True, timeout=timeout, check=False, preexec_fn=before
    )
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode()


#: Runs once on a folder of its own, so that all is loaded, and then as another user, who may not even read the program.
_AS_NOBODY = """
import os, sys
from dropcheck.__main__ import main

here = os.getcwd()
os.chdir(sys.argv[1])
main(["check", "--isolated", "--fix", "--quiet", "."])
os.chdir(here)
os.setgroups([])
os.setgid({nobody})
os.setuid({nobody})
sys.exit(main(sys.argv[2:]))
"""


def run_as_nobody(folder: Path, warm: Path, *arguments: str) -> tuple[int, str, str]:
    """The same as a user who may do little.

    ``warm`` is a folder with files to fix, so that all of the program is loaded before its user changes.
    """
    words = [sys.executable, "-c", _AS_NOBODY.format(nobody=NOBODY), str(warm), *arguments]
    for above in (folder, *folder.parents):
        if above.stat().st_uid == os.geteuid() and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o001)
    done = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def one_line(error: str) -> str:
    """The only error that was printed; a traceback is none."""
    assert "Traceback" not in error
    lines = [line for line in error.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, error
    return lines[0].removeprefix("error: ")
