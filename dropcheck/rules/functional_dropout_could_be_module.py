"""Functional dropout that obeys the mode could be a registered module.

## What it finds

A functional dropout call in a `torch.nn.Module` that follows the mode as it should, and whose rate is known when the model is
made: it could be an `nn.Dropout`. Off by default, since such code is correct; select it with `--select DRP301`.

## Why it matters

`print(model)`, `named_modules()`, hooks and summaries see modules and no functions. A registered module cannot lose its flag in
the next edit, and its rate can be changed from outside.

## Bad

```python
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, p=0.1):
        super().__init__()
        self.p = p

    def forward(self, x):
        return F.dropout(x, p=self.p, training=self.training)
```

## Good

```python
from torch import nn


class Net(nn.Module):
    def __init__(self, p=0.1):
        super().__init__()
        self.p = p
        self.dropout = nn.Dropout(p)

    def forward(self, x):
        return self.dropout(x)
```

## Fix and its safety

The refactor of `dropcheck refactor`: makes the module in `__init__` and calls it. All calls of a class with the same kind of
dropout and the same rate share one module, and are repaired together. While it trains, the model computes bit for bit what it
did, and the keys of `state_dict` do not change. It is unsafe all the same:

- Whole models that were pickled before lack the new attribute.
- The order and the names that `named_modules()`, `children()` and hooks see change.
- Code that sets the rate or the mode of every `nn.Dropout` in a model, as Monte-Carlo dropout does, now reaches the new ones.
- Code that sets `model.training` itself, and not by `train()` or `eval()`, does not reach the new modules.
- A subclass that overrides `__init__` without calling `super().__init__()` lacks the new attribute. Subclasses in the checked
  files are looked at, others cannot be.
- A rate that code outside the checked files sets later (`model.p = 0.3`) has no effect any more.
- A rate out of range, or `None`, fails when the model is made and no longer when dropout is reached.

A call that cannot be refactored (its rate is an argument of `forward`, say) is not reported. `dropcheck refactor --diff` lists
these with the reason.

## When to ignore

When functional dropout is what you prefer: leave the rule off.

## Options

None.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
"""

from __future__ import annotations

from dropcheck.levels import Behaviour
from dropcheck.link.project import Moduleness
from dropcheck.link.sites import Form, Site
from dropcheck.rules.rule import Draft, Rule


def check(site: Site) -> Draft | None:
    """Report functional dropout that follows the mode; the engine keeps what the refactor can do, and adds its fix."""
    if site.form is not Form.FUNCTION or site.entry is None or site.entry.module is None or site.at_construction:
        return None
    if site.moduleness is not Moduleness.YES or site.verdict.behaviour is not Behaviour.FOLLOWS_MODE:
        return None
    module = site.entry.module.removeprefix("torch.")
    return Draft(
        message=f"`{site.name}` could be an `{module}`, which `print(model)` and hooks see",
        help=f"Make an `{module}` in `__init__` and call it.",
        may_be_meant=False,  # to obey the mode
    )


RULE = Rule("DRP301", "functional-dropout-could-be-module", __doc__, "unsafe", check_site=check, default=False)
