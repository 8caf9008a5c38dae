"""A suppression that means nothing to dropcheck.

## What it finds

A `# dropcheck:` comment with an unknown code or name, without brackets, or with an unknown word.

## Why it matters

Its author believes that something is suppressed, and it is not. A bare `ignore` is not a blanket pass.

## Bad

```python
import torch.nn.functional as F


def noisy(x):
    return F.dropout(x)  # dropcheck: ignore
```

## Good

```python
import torch.nn.functional as F


def noisy(x):
    return F.dropout(x)  # dropcheck: ignore[missing-training-flag] augmentation
```

## Fix and its safety

Advice only: the message names the nearest code or name.

## When to ignore

Never.

## Options

None.

## Links

- https://docs.astral.sh/ruff/linter/#error-suppression
"""

from __future__ import annotations

from dropcheck.rules.rule import Rule

# Comments are read where suppressions are applied (``dropcheck.engine.suppress``), which makes these findings.
RULE = Rule("DRP902", "invalid-suppression", __doc__, "advice")
