"""The mode read in the constructor, where it is always training.

## What it finds

`self.training` read in `__init__` to choose an attribute that other methods use later.

## Why it matters

A new module is in training mode, so `self.training` is always `True` in `__init__`. The choice is made once, for training, and
`model.eval()` does not make it again.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = 0.1 if self.training else 0.0

    def forward(self, x):
        return F.dropout(x, self.p, training=self.training)
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = 0.1

    def forward(self, x):
        return F.dropout(x, self.p, training=self.training)
```

## Fix and its safety

Advice only: read the mode where it is used, in `forward`.

## When to ignore

Never: the other branch can never be taken.

## Options

None.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
"""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.facts import AttributeFact
from dropcheck.link.project import Moduleness
from dropcheck.model import Confidence
from dropcheck.rules.fixes import advice
from dropcheck.rules.rule import ClassView, Draft, Rule
from dropcheck.worlds import CallOf, arms


def check(view: ClassView) -> Iterator[Draft]:
    """Report attributes that a constructor chooses by the mode."""
    if view.moduleness is Moduleness.NO:
        return
    for fact in view.facts.attributes:
        if not fact.function or not view.at_construction(fact) or not _depends_on_mode(fact) or not _is_used(view, fact):
            continue
        name = ".".join(("self", *fact.path))
        yield Draft(
            message=f"`self.training` is always True in `__init__`: `{name}` is fixed as in training, also for evaluation",
            help="Read the mode in `forward`, where the attribute is used.",
            fix=advice("Read the mode where the attribute is used", "The choice has to move to another method."),
            confidence=Confidence.HIGH if view.moduleness is Moduleness.YES else Confidence.MEDIUM,
            span=fact.scope,
            scope=fact.scope,
            function=fact.function,
        )


def _depends_on_mode(fact: AttributeFact) -> bool:
    return fact.value.train != fact.value.eval or fact.reach.train != fact.reach.eval


def _is_used(view: ClassView, fact: AttributeFact) -> bool:
    """Whether another method reads the attribute, or it is a module made by the choice."""
    return fact.path[0] in view.facts.reads or any(isinstance(arm, CallOf) for arm in arms(fact.value.train))


RULE = Rule("DRP112", "mode-read-at-construction", __doc__, "advice", check_class=check)
