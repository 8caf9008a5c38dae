"""A module that is put off is loaded by whoever uses it, and only in a process of dropcheck's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from dropcheck.alone import claim
if {alone}:
    claim()
from dropcheck.frozen import dataclass
print("inspect" in sys.modules)
import dataclasses

@dataclasses.dataclass
class Point:
    x: int

print(Point.__doc__, "inspect" in sys.modules)
try:
    dataclasses.inspect.nothing
except AttributeError as error:
    print(error)
import inspect
print(inspect.signature(Point), inspect.__file__.endswith("inspect.py"))
"""


@pytest.mark.parametrize("alone", [False, True])
def test_inspect_is_put_off(alone: bool) -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT.format(alone=alone)], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    told = run.stdout.splitlines()
    assert told[0] == str(not alone)
    assert told[1] == "Point(x: int) True"
    assert told[2] == "module 'inspect' has no attribute 'nothing'"
    assert told[3] == "(x: int) -> None True"


def test_a_clean_file_loads_neither_inspect_nor_a_tokenizer(tmp_path: Path) -> None:
    clean = tmp_path / "clean.py"
    clean.write_text("import torch\n\n\ndef area(width, height):\n    return width * height\n")
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dropcheck", "check", "--isolated", "--no-cache", str(clean)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "dropcheck.frozen" in loaded
    assert not loaded & {"inspect", "tokenize", "dis", "pickle", "multiprocessing"}
