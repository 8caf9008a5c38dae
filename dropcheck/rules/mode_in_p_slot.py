"""The mode passed where the probability belongs.

## What it finds

`F.dropout(x, self.training)`: the second parameter is `p`, so the mode becomes the probability.

## Why it matters

In training p is `True`, which is 1: everything is zeroed. In evaluation p is `False`, which is 0: nothing is dropped. The layer
learns nothing, and no error is raised.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, self.training)
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

Names the argument: `training=self.training`, with p at its default. Unsafe: what is computed in training changes (as it must).
Where the opposite of the mode is passed, or the flag as well, there is advice only.

## When to ignore

Never.

## Options

None.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
"""

from __future__ import annotations

from dropcheck.levels import Applicability
from dropcheck.link.sites import Form, Site
from dropcheck.model import Edit, Fix, Span
from dropcheck.rules.fixes import advice, spelt_mode
from dropcheck.rules.rule import Draft, Rule
from dropcheck.worlds import Const

_UNSAFE = "What is computed in training changes: p goes back to its default."


def check(site: Site) -> Draft | None:
    """Report the mode as p."""
    if site.form in {Form.FRESH_MODULE, Form.FRESH_CONTAINER} or not site.mode_is_p:
        return None
    argument, (name, slot, flag) = site.p.argument, _slots(site)
    text = argument.text if argument else "the mode"
    train = site.p.value.train
    follows = isinstance(train, Const) and bool(train.value)
    if follows:
        what = "everything is zeroed in training and nothing is dropped in evaluation"
    else:
        what = "everything is zeroed in evaluation and nothing is dropped in training"
    message = f"`{text}` lands in `{slot}` of `{name}`: {what}"
    if not flag:
        return Draft(message, f"Pass a probability as `{slot}`.", advice(f"Pass a probability as `{slot}`"))
    help_text = f"Write `{flag}={text if follows else spelt_mode(site)}` and pass p by its name."
    edits: tuple[Edit, ...] = ()
    # The opposite of the mode, named as it stands, would be an inverted flag.
    if follows and argument is not None and not argument.star and site.flag.given is False:
        if argument.keyword_span is not None:
            edits = (Edit(argument.keyword_span, flag),)
        elif argument is [item for item in site.call.arguments if item.keyword is None][-1]:
            start = argument.span.start
            edits = (Edit(Span(start, start), f"{flag}="),)
    if not edits:
        return Draft(message, help_text, advice(f"Pass the mode as `{flag}` and a probability as `{slot}`"))
    return Draft(message, help_text, Fix(Applicability.UNSAFE, f"Name it `{flag}=`", edits, _UNSAFE))


def _slots(site: Site) -> tuple[str, str, str]:
    """What is called, and its parameters for p and for the flag (empty where it takes none)."""
    if site.helper is not None:
        flag = "" if site.helper.flag.negated else site.helper.flag.name
        return site.helper.name.rpartition(".")[2], site.helper.p or "p", flag
    return site.name, site.entry.p if site.entry else "p", site.entry.flag or "" if site.entry else ""


RULE = Rule("DRP104", "mode-in-p-slot", __doc__, "unsafe, advice", check_site=check)
