"""Whatever is edited in a project between two runs, a run with the cache finds what one without finds."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dropcheck.config.resolve import ConfigResolver
from dropcheck.discover import discover
from dropcheck.engine import recheck
from dropcheck.engine import run as engine_run
from dropcheck.engine.options import RunOptions
from dropcheck.outcome import Report

SEEDS = range(int(os.environ.get("CACHED_EDITS", "12")))
STEPS = 12
HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def net(imports: str, body: str, *, base: str = "nn.Module", name: str = "Net") -> str:
    return f"{HEAD}{imports}\n\nclass {name}({base}):\n{body}"


def forward(text: str) -> str:
    return f"    def forward(self, x):\n        return {text}\n"


INIT = "    def __init__(self):\n        super().__init__()\n        {}\n"
NOISE = "    def _noise(self, x):\n        return F.dropout({})\n\n"
HELPERS = (
    "import torch.nn.functional as F\n\n\ndef drop(x, p, training=True):\n    return F.dropout(x, p, training)\n",
    "import torch.nn.functional as F\n\n\ndef drop(x, p, training=False):\n    return F.dropout(x, p, training)\n",
    "import torch.nn.functional as F\n\n\ndef drop(x, p, training=None):\n    return F.dropout(x, p)\n",
    "import torch.nn.functional as F\n\n\ndef other(x, p):\n    return F.dropout(x, p, True)\n\n\n"
    "def drop(x, p):\n    return other(x, p)\n",
    "def drop(x, p, training=True):\n    return x * p\n",
    "from functools import partial\nimport torch.nn.functional as F\n\ndrop = partial(F.dropout, inplace=False)\n",
    "from deep.helper import drop\n",
    "from deep.helper import *\n",
    "def drop(x, p:\n",
    "RATE = 0.5\n",
)
BASES = (
    net("", forward("F.dropout(x, self.p, self.training)") + INIT.format("self.p = 0.5"), name="Base"),
    net("", NOISE.format("x") + forward("self._noise(x)"), name="Base"),
    net(
        "",
        "    def _noise(self, x):\n        return F.dropout(x, training=self.training)\n\n" + forward("self._noise(x)"),
        name="Base",
    ),
    net("", INIT.format("self.rate = 0.1 if self.training else 0.0"), name="Base"),
    net("", "    def attend(self, x, p):\n        return F.dropout(x, p, True)\n", name="Base"),
    f"{HEAD}\n\nclass Base:\n    pass\n",
    "from deep.base import Base\n",
    "from deep.base import *\n",
    "Base = object\n",
)
NETS = (
    net("from helper import drop\n", forward("drop(x, 0.1)")),
    net("from helper import drop as cast\n", forward("cast(x, 0.1, self.training)")),
    net("import helper\n", forward("helper.drop(x, 0.1)")),
    net("from helper import drop\n", forward("drop(x, 0.1)  # dropcheck: ignore[DRP108] known")),
    net("from base import Base\n", forward("self._noise(x)"), base="Base"),
    net("from base import Base\n", "    def _noise(self, x):\n        return x\n", base="Base"),
    net("from base import Base\n", forward("F.dropout(x, self.rate, True)"), base="Base"),
    net("from base import Base\n", forward("self.attend(x, self.p if self.training else 0.0)"), base="Base"),
    net("from base import Base\n", INIT.format("self.p = 0.0\n        self.training_flag = self.training"), base="Base"),
    net("", forward("F.dropout(x, 0.5, self.training)")),
    net("", forward("F.dropout(x, self.dropout, self.training)") + INIT.format("self.dropout = 50")),
    net("", forward("F.dropout(x, self.dropout, self.training)")),
    net("", forward("F.dropout(x)")),
    net("", forward("F.dropout(F.dropout(x), 0.5, training=True)")),
    net("", forward("nn.Dropout(0.5)(x)")),
    net("from blocks import Block\n", INIT.format("self.blocks = [Block(), Block()]") + forward("self.blocks[0](x)")),
    net("from a import Net as First\n", INIT.format("self.firsts = [First()]") + forward("self.firsts[0](x)")),
    net("from a import Net as First\n", forward("super().forward(x)"), base="First"),
    net("", forward("x * 2"), name="Plain"),
    "def area(width, height):\n    return width * height\n",
    "x = 1  # dropcheck: ignore\n",
    "def drop(x, p:\n    F.dropout(x)\n",
)
BLOCKS = (
    net("", INIT.format("self.drop = nn.Dropout(0.1)") + forward("self.drop(x)"), name="Block"),
    net("", forward("x + 1"), name="Block"),
    net("from base import Base\n", forward("x + 1"), base="Base", name="Block"),
)
VARIANTS: dict[str, tuple[str, ...]] = {
    "helper.py": HELPERS,
    "deep/helper.py": HELPERS,
    "deep/base.py": BASES,
    "base.py": BASES,
    "blocks.py": BLOCKS,
    **{f"{name}.py": NETS for name in "abcdef"},
    "deep/__init__.py": ("", "from .helper import drop\n"),
    "deep/g.py": tuple(text.replace("from helper", "from .helper").replace("from base", "from ..base") for text in NETS),
    "dropcheck.toml": ("", 'min-confidence = "low"\n', 'select = ["DRP1", "DRP2"]\n', 'module-bases = ["base.Base"]\n'),
}


@pytest.fixture(autouse=True)
def _many_files_are_few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The way of large projects, with small ones.
    monkeypatch.setattr(engine_run, "_FEW", 0)
    monkeypatch.setattr(recheck, "_MAX_UNKEPT", 1)
    monkeypatch.chdir(tmp_path)


def report(cache: str | None) -> Report:
    found = engine_run.check(discover(["."], ConfigResolver({}, None)), RunOptions(jobs=1, cache=cache))
    # How many files were parsed is a matter of how, not of what.
    return replace(found, notes=tuple(note for note in found.notes if "needed to be parsed" not in note))


class Project:
    """A project that is edited at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.ticks = 1_600_000_000
        for name in VARIANTS:
            if name != "dropcheck.toml" and self.random.random() < 0.9:
                self.rewrite(name)

    def rewrite(self, name: str) -> None:
        path = Path(name)
        path.parent.mkdir(exist_ok=True)
        text = self.random.choice(VARIANTS[name])
        if text and self.random.random() < 0.2:
            text += "# a remark\n"
        path.write_text(text)
        if self.random.random() < 0.7:  # a file that has just changed is never trusted by its time
            self.ticks += 1
            os.utime(path, (self.ticks, self.ticks))

    def edit(self) -> str:
        """One edit, and what it was."""
        name = self.random.choice([*VARIANTS, *"abcdef"])
        name = name if "." in name else f"{name}.py"
        path = Path(name)
        what = self.random.random()
        if what < 0.08 and path.exists():
            path.unlink()
            return f"delete {name}"
        if what < 0.14 and path.exists() and name.endswith(".py"):
            path.rename(path.with_name(f"moved_{path.name}"))
            return f"move {name}"
        if what < 0.2 and path.exists():
            path.touch()
            return f"touch {name}"
        if what < 0.26 and path.exists() and path.stat().st_size:
            # The same size and time, as far as the file itself can tell.
            before, text = path.stat(), path.read_text()
            path.write_text(text.replace("0.5", "0.0", 1) if "0.5" in text else text)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            return f"swap a rate in {name}"
        self.rewrite(name)
        return f"rewrite {name}"


def edits(project: Project) -> Iterator[list[str]]:
    for _ in range(STEPS):
        yield [project.edit() for _ in range(project.random.choice([0, 1, 1, 1, 2, 4]))]


@pytest.mark.parametrize("seed", SEEDS)
def test_edits(seed: int) -> None:
    project = Project(seed)
    assert report("cache") == report(None)
    history = []
    for step in edits(project):
        history.append(step)
        uncached = report(None)
        assert report("cache") == uncached, f"after {history}"
        assert report("cache") == uncached, f"unchanged after {history}"


def test_the_short_ways_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would prove nothing."""
    again: list[bool] = []
    shortly = recheck._Again.result

    def watched(self: recheck._Again) -> object:
        found = shortly(self)
        again.append(found is not None)
        return found

    monkeypatch.setattr(recheck._Again, "result", watched)
    for seed in range(5):
        project = Project(seed)
        report("cache")
        for _ in edits(project):
            report("cache")
    assert sum(again) > STEPS // 3
