"""A probability set to zero in evaluation and never set back.

## What it finds

An assignment such as `self.p = 0.0` that only evaluation reaches, in a class that never sets the attribute back in training.

## Why it matters

After the first evaluation the model never drops again: from then on it trains without dropout, and no error is raised.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = 0.1

    def forward(self, x):
        if not self.training:
            self.p = 0.0
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
        p = self.p if self.training else 0.0
        return F.dropout(x, p, training=self.training)
```

## Fix and its safety

Advice only: use a local variable, or pass the flag.

## When to ignore

When other code sets the attribute back before each training step.

## Options

None.

## Links

- https://github.com/NVIDIA/Megatron-LM/pull/411
"""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.facts import AttributeFact
from dropcheck.levels import Behaviour, Confidence
from dropcheck.link.project import Moduleness
from dropcheck.link.words import DROP_WORDS
from dropcheck.rules.fixes import advice
from dropcheck.rules.rule import ClassView, Draft, Rule
from dropcheck.worlds import Attr, Const, name_words, truth


def check(view: ClassView) -> Iterator[Draft]:
    """Report a rate that evaluation sets to zero for good."""
    if view.moduleness is Moduleness.NO:
        return
    for fact in view.facts.attributes:
        if not view.at_construction(fact) and _zeroed_in_eval(fact) and _is_rate(view, fact) and not _set_back(view, fact):
            name = ".".join(("self", *fact.path))
            yield Draft(
                message=f"`{name}` becomes zero in the first evaluation and stays zero: later training never drops",
                help=f"Leave `{name}` alone; use a local variable, or pass the mode on.",
                fix=advice("Use a local variable for the rate", "Only its author knows what the rate should be."),
                confidence=Confidence.HIGH if view.moduleness in {Moduleness.YES, Moduleness.LIKELY} else Confidence.MEDIUM,
                span=fact.span,
                scope=fact.scope,
                function=fact.function,
                behaviour=Behaviour.NEVER_ON,
            )


def _zeroed_in_eval(fact: AttributeFact) -> bool:
    value = fact.value.eval
    return (
        truth(fact.reach.train) is False
        and truth(fact.reach.eval) is not False
        and isinstance(value, Const)
        and not isinstance(value.value, (bool, str))
        and not value.value
    )


def _is_rate(view: ClassView, fact: AttributeFact) -> bool:
    """Whether the attribute is the p of a site of the class, or named as one."""
    if fact.path[-1] == "p" or any(not name_words(part).isdisjoint(DROP_WORDS) for part in fact.path):
        return True
    for site in view.sites:
        value = site.p.argument.value.train if site.p.argument else None
        if isinstance(value, Attr) and value.name == fact.path[-1]:
            return True
    return False


def _set_back(view: ClassView, fact: AttributeFact) -> bool:
    return any(
        other.path == fact.path and not view.at_construction(other) and truth(other.reach.train) is not False
        for other in view.facts.attributes
    )


RULE = Rule("DRP110", "sticky-eval-probability", __doc__, "advice", check_class=check)
