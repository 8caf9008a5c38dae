"""A dropout call whose result is thrown away has no effect.

## What it finds

A dropout call as a statement of its own, not in place. The call of a function of the project that drops something is not
reported: it may have other effects.

## Why it matters

Dropout returns a new tensor. Without an assignment the model trains without the dropout its author believes in.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        F.dropout(x, 0.5, training=self.training)
        return x
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        x = F.dropout(x, 0.5, training=self.training)
        return x
```

## Fix and its safety

Assigns the result to the input where that is a plain name. Unsafe: what is computed in training changes (as it must).

## When to ignore

Where the call is made for an error it raises, as in a test.

## Options

None.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
"""

from __future__ import annotations

from dropcheck.levels import Applicability
from dropcheck.link.sites import Form, Site
from dropcheck.model import Edit, Fix, Span
from dropcheck.rules.fixes import advice
from dropcheck.rules.rule import Draft, Rule
from dropcheck.worlds import truth

_UNSAFE = "What is computed in training changes: the dropout begins to work."


def check(site: Site) -> Draft | None:
    """Report a result that nobody uses."""
    # A helper is called for whatever else it does, too: it may write its result somewhere.
    if not site.call.discarded or site.form in {Form.CONSTRUCTION, Form.FRESH_CONTAINER, Form.HELPER} or site.attention:
        return None
    if truth(site.inplace.train) is not False or site.verdict.reached.train is False or not site.call.arguments:
        return None
    first = site.call.arguments[0]
    message = f"The result of `{site.name}` is thrown away: it has no effect"
    if first.name is None or first.star or not first.local:
        return Draft(message, "Assign the result.", advice("Assign the result", "Its input is no variable of this function."))
    start = site.call.span.start
    fix = Fix(Applicability.UNSAFE, f"Assign it to `{first.name}`", (Edit(Span(start, start), f"{first.name} = "),), _UNSAFE)
    return Draft(message, f"Write `{first.name} = ...`.", fix)


RULE = Rule("DRP201", "discarded-dropout-result", __doc__, "unsafe, advice", check_site=check)
