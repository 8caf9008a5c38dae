"""Small programs made at random: with the sieve and without it, the same is found in them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import assume, example, given
from hypothesis import strategies as st
from properties.programs import parses, programs
from properties.texts import times

import dropcheck


def found_in(path: Path) -> list[tuple[object, ...]]:
    report = dropcheck.check_paths([path])
    return [(one.path, one.span, one.code, one.confidence, one.message, one.fix, one.state) for one in report.findings]


#: What a name of a star import may be, torch tells: the file in between has nothing else to do with dropout.
STARS_OF_TORCH = {
    "a": "from torch.nn.functional import *\nfrom torch.nn import *\nfrom .c import DropPath\n",
    "b": "import torch.nn.functional as F\nfrom .a import Base\n\n\n"
    "class Net(Base):\n    def forward(self, x):\n        return F.dropout(x)\n",
}


@given(program=programs(), one_file=st.booleans())
@example(program=STARS_OF_TORCH, one_file=False)
@times(2)
def test_same_findings_with_and_without_the_sieve(program: dict[str, str], *, one_file: bool) -> None:
    assume(all(parses(text) for text in program.values()))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "package")
        root.mkdir()
        (root / "dropcheck.toml").write_text('min-confidence = "low"\n')
        (root / "__init__.py").touch()
        for name, text in program.items():
            (root / f"{name}.py").write_bytes(text.encode())
        path = root / "a.py" if one_file else root
        with_sieve = found_in(path)
        with mock.patch.dict(os.environ, {"DROPCHECK_NO_SIEVE": "1"}):
            assert with_sieve == found_in(path)
