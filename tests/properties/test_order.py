"""In which order files are named, and how many processes read them, changes nothing."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

import dropcheck
from dropcheck.engine import pool
from properties.programs import parses, programs
from properties.texts import FORKING, QUICK


def written(program: dict[str, str], folder: str) -> list[Path]:
    package = Path(folder, "package")
    package.mkdir()
    (package / "__init__.py").touch()
    paths = [package / f"{stem}.py" for stem, text in program.items() if parses(text)]
    for path in paths:
        path.write_bytes(program[path.stem].encode())
    return paths


def found_in(paths: Sequence[Path], jobs: int = 1) -> list[dropcheck.Finding]:
    return list(dropcheck.check_paths(paths, jobs=jobs).findings)


@given(programs(), st.randoms(use_true_random=False))
@QUICK
def test_order_of_files(program, random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = written(program, folder)
        shuffled = random.sample(paths, len(paths))
        assert found_in(shuffled) == found_in(paths)


@given(programs())
@FORKING
def test_number_of_processes(program) -> None:
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(pool, "POOL_PAYS_FROM", 0):
        paths = written(program, folder)
        assert found_in(paths, jobs=2) == found_in(paths)
