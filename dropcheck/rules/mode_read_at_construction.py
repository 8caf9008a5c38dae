"""The mode read in the constructor, where it is always training.

## What it finds

`self.training` read in `__init__`, or in a method that it runs, to choose a dropout module, or a rate, flag or switch that
dropout uses later. Where other methods run that method, too, confidence is medium; where `forward`, `train` or `eval` do, it
is right.

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
from dropcheck.levels import Confidence
from dropcheck.link.construction import CONSTRUCTORS
from dropcheck.link.inherited import is_fixed_by_mode, own_attributes
from dropcheck.link.made import module_rate
from dropcheck.link.project import Moduleness
from dropcheck.link.site import Site
from dropcheck.link.words import DROP_WORDS
from dropcheck.rules.fixes import advice
from dropcheck.rules.rule import ClassView, Draft, Rule
from dropcheck.worlds import CallOf, World, arms, name_words


def check(view: ClassView) -> Iterator[Draft]:
    """Report attributes that a constructor chooses by the mode."""
    if view.moduleness is Moduleness.NO:
        return
    owner = (view.file.path, view.facts)
    for fact in view.facts.attributes:
        if not is_fixed_by_mode(view.project, owner, fact) or not _is_about_dropout(view, fact):
            continue
        name = ".".join(("self", *fact.path))
        method = fact.function.rpartition(".")[2]
        function = view.project.function(view.file.path, fact.function)
        also = function is not None and view.project.construction.also_runs(view.file.path, function)
        where = f"`{method}`" if method in CONSTRUCTORS else f"`{method}`, which only construction runs"
        fixed = f"`self.training` is always True in {where}: `{name}` is fixed as in training, also for evaluation"
        until = f"`self.training` is True when construction runs `{method}`: `{name}` stays as in training until it runs again"
        sure = view.moduleness is Moduleness.YES and not also
        yield Draft(
            message=until if also else fixed,
            help="Read the mode in `forward`, where the attribute is used.",
            fix=advice("Read the mode where the attribute is used", "The choice has to move to another method."),
            confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
            span=fact.scope,
            scope=fact.scope,
            function=fact.function,
        )


def _is_about_dropout(view: ClassView, fact: AttributeFact) -> bool:
    """Whether the choice makes a dropout module, or is the p, the flag or a gate of a site, or is named as one."""
    for world in World:
        if any(
            isinstance(arm, CallOf) and module_rate(view.project.catalogue, arm) is not None for arm in arms(fact.value[world])
        ):
            return True
    name = fact.path[0]
    family = view.project.family((view.file.path, view.facts))
    if not name_words(name).isdisjoint(DROP_WORDS):
        return any(name in cls.reads for _, cls in family)
    return any(_uses(site, name) for path, cls in family for site in view.project.sites(path) if site.owner is cls)


def _uses(site: Site, name: str) -> bool:
    values = [argument.value.train for argument in (site.p.argument, site.flag.argument) if argument is not None]
    return any(name in own_attributes(value) for value in (*values, site.call.reach.train, site.call.reach.eval))


RULE = Rule("DRP112", "mode-read-at-construction", __doc__, "advice", check_class=check)
