"""Syntax newer than the Python that runs the tool: LibCST parses it, and sites in it are found."""

import dropcheck
from dropcheck.model import LineIndex

SOURCE = """\
import torch.nn as nn
import torch.nn.functional as F
type Pair[T] = tuple[T, T]
class Net[T](nn.Module):
    async def forward[U](self, x, **kw):
        name = f"{x!r:>{10}} {'a' + "b"}"
        t = t"{F.dropout(x, 0.1)} t"
        try:
            x = F.dropout(x, 0.2)
        except* ValueError:
            pass
        async with kw as k:
            async for i in k:
                y = [F.dropout(j, 0.3) async for j in i if (z := F.dropout(j, 0.4)) is not None]
        match x:
            case {"a": [*_], **rest} | nn.Module(training=True) if F.dropout(x, 0.5):
                del y
        yield F.dropout(x, 0.6)
"""


def test_sites_are_found_in_every_new_statement() -> None:
    found = dropcheck.check_source(SOURCE, "net.py")
    rows = [LineIndex(SOURCE).position(finding.span.start).row for finding in found]
    assert rows == [7, 9, 14, 14, 16, 18]
    assert {finding.code for finding in found} == {"DRP101"}


def test_fixes_reach_them_all() -> None:
    fixed = dropcheck.fix_source(SOURCE, "net.py")
    assert fixed.findings == ()
    assert fixed.text.count("training=self.training") == 6
