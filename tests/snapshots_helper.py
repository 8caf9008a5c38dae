"""Compare output with a plain file under ``snapshots/``; ``DROPCHECK_UPDATE_SNAPSHOTS=1`` rewrites the files."""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "snapshots"


def assert_snapshot(name: str, text: str) -> None:
    path = _FOLDER / name
    if os.environ.get("DROPCHECK_UPDATE_SNAPSHOTS") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    assert path.exists(), f"no snapshot {name}: run with DROPCHECK_UPDATE_SNAPSHOTS=1 and read what it writes"
    assert text == path.read_bytes().decode()
