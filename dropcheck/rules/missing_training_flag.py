"""Functional dropout without its flag is always on.

## What it finds

A call of `torch.nn.functional.dropout` or a relative that does not pass `training`. Its default is `True`.

## Why it matters

`model.eval()` changes modules. A function knows nothing of the model, so this dropout keeps dropping in evaluation and
in production: the same input gives another answer at each call.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, p=0.5)
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, p=0.5, training=self.training)
```

## Fix and its safety

Adds `training=self.training`. Safe where the class is surely a `torch.nn.Module` (or reads `self.training` itself): while it
trains, the call computes bit for bit what it did. Where a base class lies outside the project the fix is unsafe. Where no
module is at hand there is advice only.

## When to ignore

When dropout is meant to stay on, as in Monte-Carlo dropout: mark the call with `# dropcheck: always-on (reason)`.

## Options

`intent-words` adds words that say dropout is meant to stay on; `functions` adds functions of your own.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
- https://github.com/deepchem/deepchem/issues/5086
"""

from __future__ import annotations

from dropcheck.levels import Behaviour
from dropcheck.link.sites import Form, Site
from dropcheck.rules.fixes import add_argument, spelt_mode, with_mode
from dropcheck.rules.rule import Draft, Rule


def check(site: Site) -> Draft | None:
    """Report functional dropout that leaves its flag at a default of on."""
    if site.form is not Form.FUNCTION or site.entry is None or site.entry.flag is None:
        return None
    if site.flag.given is not False or site.verdict.behaviour is not Behaviour.ALWAYS_ON or site.mode_is_p:
        return None
    flag, mode = site.entry.flag, spelt_mode(site)
    module = site.entry.module.removeprefix("torch.") if site.entry.module else ""
    return Draft(
        message=f"`{site.name}` without `{flag}` stays on in evaluation: its default is `{flag}=True`",
        help=f"Pass `{flag}={mode}`" + (f", or use an `{module}` made in `__init__`." if module else "."),
        fix=with_mode(site, f"Add `{flag}={mode}`", add_argument(site, f"{flag}={mode}")),
    )


RULE = Rule("DRP101", "missing-training-flag", __doc__, "safe, unsafe, advice", check_site=check)
