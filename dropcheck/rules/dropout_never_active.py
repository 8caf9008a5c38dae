"""Dropout that never drops, or always drops everything.

## What it finds

A flag that is literally off; alpha dropout (or another function whose flag is off by default) without its flag; p = 1.

## Why it matters

The code says dropout and there is none: the model trains without it. With p = 1 everything is zeroed.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.alpha_dropout(x, 0.1)
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.alpha_dropout(x, 0.1, training=self.training)
```

## Fix and its safety

Passes `self.training`. Unsafe: what is computed in training changes (as it must). For p = 1 there is advice only.

## When to ignore

Where dropout was switched off on purpose; deleting the call says so better. A flag that is literally off is of medium
confidence for that reason, and not reported by default.

## Options

`min-confidence` shows flags that are literally off.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.alpha_dropout.html
"""

from __future__ import annotations

from dropcheck.catalogue import REQUIRED
from dropcheck.levels import Behaviour, Confidence
from dropcheck.link.sites import Form, Site
from dropcheck.rules.fixes import add_argument, advice, replace_value, spelt_mode, with_mode
from dropcheck.rules.rule import Draft, Rule
from dropcheck.worlds import Const

_UNSAFE = "What is computed in training changes: dropout is switched on there."


def check(site: Site) -> Draft | None:
    """Report dropout that is off for good, and p = 1."""
    if site.verdict.reached.train is False:
        return None
    p = site.p.value.train
    if isinstance(p, Const) and p.value == 1 and not p.mode and site.form in {Form.FUNCTION, Form.CONSTRUCTION}:
        return Draft(
            message=f"p is 1: `{site.name}` zeroes everything",
            help="Pass the share to drop, which is less than 1.",
            fix=advice("Pass a smaller p", "Only its author knows which probability is meant."),
        )
    entry = site.entry
    if site.form is not Form.FUNCTION or entry is None or entry.flag is None or site.verdict.inert:
        return None
    if site.verdict.behaviour is not Behaviour.NEVER_ON or site.verdict.flag.train is not False:
        return None
    mode = spelt_mode(site)
    if site.flag.given is False and entry.flag_default is not REQUIRED:
        return Draft(
            message=f"`{site.name}` without `{entry.flag}` never drops: its default is `{entry.flag}=False`",
            help=f"Pass `{entry.flag}={mode}`.",
            fix=with_mode(site, f"Add `{entry.flag}={mode}`", add_argument(site, f"{entry.flag}={mode}"), _UNSAFE),
        )
    argument = site.flag.argument
    if argument is None or not isinstance(argument.value.train, Const):
        return None
    return Draft(
        message=f"`{site.name}` with `{entry.flag}={argument.text}` never drops",
        help=f"Pass `{entry.flag}={mode}`, or delete the call.",
        fix=with_mode(site, f"Replace with `{mode}`", replace_value(argument, mode), _UNSAFE),
        confidence=Confidence.MEDIUM,
    )


RULE = Rule("DRP203", "dropout-never-active", __doc__, "unsafe, advice", check_site=check)
