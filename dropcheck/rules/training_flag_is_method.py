"""A method used as the flag is always true.

## What it finds

`training=self.train`, `training=self.eval` or the same of another module, without a call: a bound method, which counts as true.

## Why it matters

It looks like the mode and is not. torch raises an error where it wants a bool; where any true value will do, as in
`multi_head_attention_forward` and in functions written in Python, dropout stays on in evaluation.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, training=self.train)
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

Replaces the method with the attribute `training` of the same module. Safe: while it trains both count as true.

## When to ignore

Never, unless `train` is an attribute of your own that holds a mode; then rename it.

## Options

None.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
"""

from __future__ import annotations

import re

from dropcheck.levels import Applicability, Confidence
from dropcheck.link.project import Moduleness
from dropcheck.link.sites import Form, Site
from dropcheck.model import Fix
from dropcheck.rules.fixes import advice, replace_value
from dropcheck.rules.rule import Draft, Rule
from dropcheck.worlds import Attr, Receiver, Value

_MODULE_NAMES = frozenset({"model", "module", "net", "network", "encoder", "decoder", "backbone"})


def check(site: Site) -> Draft | None:
    """Report a bound method passed as the flag."""
    argument = site.flag.argument
    if site.form is not Form.FUNCTION or site.entry is None or argument is None or argument.star:
        return None
    method = argument.value.eval
    if not isinstance(method, Attr) or method.name not in {"train", "eval"}:
        return None
    if site.verdict.reached.eval is False or site.verdict.inert:
        return None
    confidence = _confidence(site, method.base)
    if confidence is None:
        return None
    flag = site.entry.flag
    right = argument.text[: -len(method.name)] + "training"
    message = f"`{flag}={argument.text}` is a method, no mode: `{site.name}` raises an error or stays on in evaluation"
    if re.search(rf"\.\s*{method.name}\Z", argument.text) is None:
        return Draft(message, "Pass the mode of the module.", advice("Pass the mode of the module"), confidence)
    fix = Fix(Applicability.SAFE, f"Replace with `{right}`", replace_value(argument, right))
    return Draft(message, f"Pass `{flag}={right}`.", fix, confidence)


def _confidence(site: Site, base: Value) -> Confidence | None:
    if isinstance(base, Receiver):
        own = site.owner is not None and any(
            fact.path[0] in {"train", "eval"} and fact.function for fact in site.owner.attributes
        )
        return None if own or site.moduleness is Moduleness.NO else Confidence.HIGH
    name = getattr(base, "name", "")
    return Confidence.MEDIUM if name in _MODULE_NAMES else None


RULE = Rule("DRP103", "training-flag-is-method", __doc__, "safe", check_site=check)
