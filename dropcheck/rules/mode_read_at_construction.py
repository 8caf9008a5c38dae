"""The mode read in the constructor, where it is always training.

## What it finds

`self.training` read in `__init__` to choose a dropout module, or a rate, flag or switch that dropout uses later.

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

from dropcheck.facts import AttributeFact, FunctionFacts
from dropcheck.levels import Confidence
from dropcheck.link.project import CONSTRUCTORS, Moduleness
from dropcheck.link.site import Site
from dropcheck.link.words import DROP_WORDS, name_words
from dropcheck.rules.fixes import advice
from dropcheck.rules.rule import ClassView, Draft, Rule
from dropcheck.worlds import Attr, CallOf, Op, Receiver, Value, World, Worlds, arms


def check(view: ClassView) -> Iterator[Draft]:
    """Report attributes that a constructor chooses by the mode."""
    if view.moduleness is Moduleness.NO:
        return
    for fact in view.facts.attributes:
        if not fact.function or not view.at_construction(fact) or not _is_about_dropout(view, fact):
            continue
        if not _depends_on_own_mode(view, fact):
            continue
        name = ".".join(("self", *fact.path))
        method = fact.function.rpartition(".")[2]
        where = f"`{method}`" if method in CONSTRUCTORS else f"`{method}`, which only construction runs"
        yield Draft(
            message=f"`self.training` is always True in {where}: `{name}` is fixed as in training, also for evaluation",
            help="Read the mode in `forward`, where the attribute is used.",
            fix=advice("Read the mode where the attribute is used", "The choice has to move to another method."),
            confidence=Confidence.HIGH if view.moduleness is Moduleness.YES else Confidence.MEDIUM,
            span=fact.scope,
            scope=fact.scope,
            function=fact.function,
        )


def _depends_on_own_mode(view: ClassView, fact: AttributeFact) -> bool:
    """Whether the mode decides what is assigned; it is the object's own, since that of another may be anything."""
    function = view.project.function(view.file.path, fact.function)
    if function is not None and function.reads_own_mode and (_differs(fact.value) or _differs(fact.reach)):
        return True
    return any(method.reads_own_mode and _differs(method.returns) for method in _methods_called(view, fact))


def _differs(value: Worlds[Value]) -> bool:
    return value.train != value.eval


def _methods_called(view: ClassView, fact: AttributeFact) -> Iterator[FunctionFacts]:
    """The methods of the object whose results are assigned."""
    for arm in arms(fact.value.train):
        if isinstance(arm, CallOf) and isinstance(arm.callee, Attr) and isinstance(arm.callee.base, Receiver):
            found = view.project.method((view.file.path, view.facts), arm.callee.name)
            if found is not None:
                yield found[1]


def _is_about_dropout(view: ClassView, fact: AttributeFact) -> bool:
    """Whether the choice makes a dropout module, or is the p, the flag or a gate of a site, or is named as one."""
    for world in World:
        if any(isinstance(arm, CallOf) and view.project.module_rate(arm) is not None for arm in arms(fact.value[world])):
            return True
    if not name_words(fact.path[0]).isdisjoint(DROP_WORDS):
        return fact.path[0] in view.facts.reads
    family = view.project.family((view.file.path, view.facts))
    return any(_uses(site, fact.path[0]) for path, cls in family for site in view.project.sites(path) if site.owner is cls)


def _uses(site: Site, name: str) -> bool:
    values = [argument.value.train for argument in (site.p.argument, site.flag.argument) if argument is not None]
    return any(_mentions(value, name) for value in (*values, site.call.reach.train, site.call.reach.eval))


def _mentions(value: Value, name: str) -> bool:
    """Whether a value holds ``self.name``."""
    match value:
        case Attr(base=Receiver(), name=found):
            return found == name
        case Op(args=args):
            return any(_mentions(arg, name) for arg in args)
        case CallOf(callee=callee, args=args):
            return any(_mentions(arg, name) for arg in (callee, *args))
    return False


RULE = Rule("DRP112", "mode-read-at-construction", __doc__, "advice", check_class=check)
