"""Say where and with what the figures were taken; without that they mean nothing."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from dropcheck import __version__


def conditions(tools: Iterable[str] = ()) -> str:
    """Machine, Python, versions and load, as a Markdown list.

    Args:
        tools: name and version of other tools.
    """
    optimised = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    build = "an optimised build" if optimised else "built without --enable-optimizations"
    versions = (f"dropcheck {__version__}{_commit()}", f"libcst {version('libcst')}", *tools)
    lines = (
        f"Machine: {_processor()}, {_cores()} cores, {_memory()}, {platform.system()}",
        f"Python: {platform.python_implementation()} {platform.python_version()}, {build}",
        f"Versions: {', '.join(versions)}",
        f"Load at the end: {' '.join(f'{load:.2f}' for load in os.getloadavg())} (1, 5, 15 minutes)",
    )
    return "".join(f"- {line}\n" for line in lines)


def _processor() -> str:
    """The model of the processor, as Linux knows it, else its architecture."""
    information = Path("/proc/cpuinfo")
    text = information.read_text(encoding="utf-8") if information.exists() else ""
    model = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return f"{platform.machine()}, {model[1]}" if model else platform.machine()


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _commit() -> str:
    """The commit that this folder is at, if it is one of a repository."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        run = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return f" ({run.stdout.strip()})" if run.returncode == 0 else ""
