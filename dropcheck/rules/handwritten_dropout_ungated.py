"""A dropout written by hand that never asks for the mode.

## What it finds

A Module whose name speaks of dropping (Dropout, DropPath, DropConnect, StochasticDepth, ...) that draws its own random mask in a
method and nowhere reads `self.training` or anything that sounds like a mode.

## Why it matters

The mask is drawn in evaluation, too, so the model gives random answers there.

## Bad

```python
import torch
import torch.nn as nn


class WordDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        keep = torch.rand(x.shape[:2], device=x.device) > self.p
        return x * keep.unsqueeze(-1)
```

## Good

```python
import torch
import torch.nn as nn


class WordDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        keep = torch.rand(x.shape[:2], device=x.device) > self.p
        return x * keep.unsqueeze(-1)
```

## Fix and its safety

Advice only: return the input unchanged where `self.training` is false.

## When to ignore

When its caller asks for the mode and uses the Module in training only. So a finding is of high confidence only where another
Module calls this one and nothing about that call asks for the mode. Where no call is seen it is of medium confidence, and of low
confidence where each call asks for the mode and in files about augmentation and transforms: not reported by default.

## Options

`min-confidence` shows findings of less confidence; `intent-words` adds words that say it is meant.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dropcheck.levels import Behaviour, Confidence
from dropcheck.link.project import Moduleness
from dropcheck.rules.fixes import advice
from dropcheck.rules.rule import ClassView, Draft, Rule
from dropcheck.worlds import names_mode


def check(view: ClassView) -> Iterator[Draft]:
    """Report the first random mask of a Module that drops by hand."""
    if view.moduleness not in {Moduleness.YES, Moduleness.LIKELY} or not view.facts.random or _asks(view):
        return
    used = [drawn for drawn in view.facts.random if not view.runs_at_construction(drawn.function)]
    for drawn in used[:1]:
        yield Draft(
            message=f"`{view.facts.name}` draws a random mask and never reads `self.training`: it drops in evaluation, too",
            help="Return the input unchanged where `self.training` is false.",
            fix=advice("Return the input unchanged in evaluation", "Only its author knows where the mask is applied."),
            confidence=_confidence(view),
            span=drawn.span,
            scope=drawn.scope,
            function=drawn.function,
            behaviour=Behaviour.ALWAYS_ON,
            may_be_meant=True,
        )


#: Augmentation is applied to training data, by code that knows.
_AUGMENTS = re.compile(r"augment|transforms")


def _confidence(view: ClassView) -> Confidence:
    """High where a Module in sight calls it in evaluation, too; low where each one asks for the mode first."""
    if _AUGMENTS.search(view.file.path.lower()):
        return Confidence.LOW
    match view.project.runs_in_evaluation(view.file.path, f"{view.facts.name}.forward"):
        case True:
            return Confidence.HIGH
        case False:
            return Confidence.LOW
        case None:
            return Confidence.MEDIUM


def _asks(view: ClassView) -> bool:
    """Whether the class, one of its bases or a caller by a parameter can know the mode."""
    owner = (view.file.path, view.facts)
    for path, cls in (owner, *view.project.bases(owner)):
        if cls.reads_mode or any(names_mode(name) for name in cls.reads):
            return True
        for method in cls.methods:
            function = view.project.function(path, f"{cls.name}.{method}")
            if function is not None and any(names_mode(parameter.name) for parameter in function.parameters):
                return True
    return False


RULE = Rule("DRP113", "handwritten-dropout-ungated", __doc__, "advice", check_class=check)
