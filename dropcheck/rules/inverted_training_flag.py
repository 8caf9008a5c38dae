"""Dropout that is active in evaluation and inactive in training.

## What it finds

`training=not self.training`, or a gate that lets dropout happen in evaluation only.

## Why it matters

The model trains without dropout and gives random answers in evaluation: both are the opposite of what was meant.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, training=not self.training)
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, training=self.training)
```

## Fix and its safety

Replaces the flag with the mode itself. Unsafe: what is computed in training changes (as it must). For an inverted gate there is
advice only.

## When to ignore

When dropout is wanted in evaluation only: mark the call with `# dropcheck: always-on (reason)`.

## Options

`intent-words` adds words that say it is meant.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
"""

from __future__ import annotations

from dropcheck.levels import Behaviour, Confidence
from dropcheck.link.sites import Form, Site
from dropcheck.rules.fixes import advice, replace_value, spelt_mode, with_mode
from dropcheck.rules.rule import Draft, Rule

_UNSAFE = "What is computed in training changes: dropout is switched on there."


def check(site: Site) -> Draft | None:
    """Report dropout that happens in evaluation only."""
    if site.form is not Form.FUNCTION or site.verdict.behaviour is not Behaviour.INVERTED or site.mode_is_p:
        return None
    mode, argument = spelt_mode(site), site.flag.argument
    if site.verdict.flag.train is False and site.verdict.flag.eval is True and argument is not None:
        return Draft(
            message=f"`{argument.text}` switches `{site.name}` on in evaluation and off in training",
            help=f"Pass `{mode}` itself.",
            fix=with_mode(site, f"Replace with `{mode}`", replace_value(argument, mode), _UNSAFE),
        )
    gate = site.verdict.reached.train is False
    return Draft(
        message=f"`{site.name}` drops in evaluation only: {'the condition around it' if gate else 'its probability'} is inverted",
        help=f"Test `{mode}`, not its opposite; if it is meant, mark it `# dropcheck: always-on (reason)`.",
        fix=advice("Turn the condition around", "It may be meant: dropout in evaluation only is rare but possible."),
        # Who switches it on in words behind such a condition samples in evaluation.
        confidence=Confidence.MEDIUM if gate and site.flag.given else Confidence.HIGH,
    )


RULE = Rule("DRP109", "inverted-training-flag", __doc__, "unsafe, advice", check_site=check)
