"""The site, built as it is published."""

import subprocess
import sys
from pathlib import Path

from markdown import ROOT


def build(folder: Path) -> Path:
    """Build the site into a folder; a warning fails."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder
