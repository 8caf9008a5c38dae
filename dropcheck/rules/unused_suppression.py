"""A suppression that suppresses nothing.

## What it finds

A `# dropcheck: ignore[...]`, `# dropcheck: file-ignore[...]` or `# noqa: DRP101` comment, or one of the codes in it, where
nothing is found that it names. A code is judged only if its rule runs. `# dropcheck: always-on` is not judged: it says what is
meant, also to the callers of a helper.

## Why it matters

The code is repaired, or was never wrong. The comment misleads the next reader, and would hide the next bug.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, training=self.training)  # dropcheck: ignore[DRP101] old weights
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, training=self.training)
```

## Fix and its safety

Safe: removes the comment, or the codes that are unused. What else the comment says, also to other tools, stays.

## When to ignore

Where a comment must stay for another version of the code: add `DRP901` to it. The rule is off by default; switch it on with
`extend-select = ["DRP901"]`.

## Options

None.

## Links

- https://docs.astral.sh/ruff/rules/unused-noqa/
"""

from __future__ import annotations

from dropcheck.rules.rule import Rule

# Known only once the comments of a file have spoken (``dropcheck.engine.unused``), which makes these findings.
RULE = Rule("DRP901", "unused-suppression", __doc__, "safe", default=False)
