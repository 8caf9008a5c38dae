"""A probability outside 0 to 1.

## What it finds

A constant p below 0 or above 1, in a function or in a module.

## Why it matters

torch raises an error when the call is reached, which may be late. A value such as 50 is usually a percentage.

## Bad

```python
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(50)
```

## Good

```python
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)
```

## Fix and its safety

Advice only.

## When to ignore

In tests of the error itself.

## Options

None.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
"""

from __future__ import annotations

from dropcheck.link.sites import Form, Site
from dropcheck.rules.fixes import advice
from dropcheck.rules.rule import Draft, Rule
from dropcheck.worlds import Const


def check(site: Site) -> Draft | None:
    """Report a constant rate that torch refuses."""
    p = site.p.value.train
    if site.form not in {Form.FUNCTION, Form.CONSTRUCTION} or not isinstance(p, Const):
        return None
    if isinstance(p.value, (bool, str)) or p.value is None or 0 <= p.value <= 1:
        return None
    if site.verdict.reached.train is False and site.verdict.reached.eval is False:
        return None
    if 1 < p.value <= 100:
        help_text = f"Write {p.value / 100:g}, if {p.value:g} percent are meant."
    else:
        help_text = "Pass a probability between 0 and 1."
    span = site.p.argument.span if site.p.argument is not None and not site.p.argument.star else None
    return Draft(
        message=f"p is {p.value:g}, but `{site.name}` takes a probability between 0 and 1 and raises an error",
        help=help_text,
        fix=advice(help_text.rstrip("."), "Only its author knows which probability is meant."),
        span=span,
    )


RULE = Rule("DRP202", "invalid-dropout-probability", __doc__, "advice", check_site=check)
