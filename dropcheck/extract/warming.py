"""Makes a process that waits for files ready for them: what most files need is compiled when it is used for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcheck.extract import extract

if TYPE_CHECKING:
    from dropcheck.catalogue import Catalogue

#: Statements and expressions of the kinds that most files have.
_SAMPLE = '''\
import a.b as c
import torch.nn.functional as F
from .d import (
    e,
    f as g,
)


class Net(c.Base, k=1):
    """Text."""

    @g
    def __init__(self, x: int = 1, *y, z=None, **w) -> None:
        super().__init__()
        self.p = -x + 0.1 if x > 1 and not z else f"{x}"
        for i, v in enumerate(y):
            w[i] += [v, *y][0:1] * (2 / 3)
        if x is None or x == {"a": 1}:  # comment
            raise ValueError("b")
        elif w:
            pass
        else:
            with x as t:
                assert t, x

    def forward(self, x):
        try:
            x = [a for a in x if a in self.parts]
        except e:
            return lambda q: q
        return F.dropout(x, p=self.p, training=self.training), x
'''


def warm_up(catalogue: Catalogue) -> None:
    """Extract a few rows of everything.

    Args:
        catalogue: what counts as dropout.
    """
    extract(_SAMPLE, "sample.py", module="sample", is_package=False, catalogue=catalogue)
