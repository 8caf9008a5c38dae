"""A dropout module in a plain list, dict or tuple, which `eval()` misses.

## What it finds

`nn.Dropout`, or a module of the project that holds dropout, kept in a plain container of a Module and registered nowhere else.
Not where every use in sight is in training only, or the module was put into evaluation before.

## Why it matters

A Module finds its children among its attributes, not inside plain containers. `model.eval()` does not reach such a module, so it
stays in training mode for ever; `model.to(device)` and `state_dict()` miss it, too.

## Bad

```python
import torch.nn as nn


class Heads(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.drops = [nn.Dropout(0.1) for _ in range(count)]

    def forward(self, x):
        return [drop(x) for drop in self.drops]
```

## Good

```python
import torch.nn as nn


class Heads(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.drops = nn.ModuleList([nn.Dropout(0.1) for _ in range(count)])

    def forward(self, x):
        return [drop(x) for drop in self.drops]
```

## Fix and its safety

Wraps a list in `nn.ModuleList` and a dict in `nn.ModuleDict`. Unsafe: the keys of `state_dict()` and the order of `modules()`
change where the elements hold parameters, and code that needs a plain list may break.

## When to ignore

When the elements are registered by code that the tool does not see.

## Options

None.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
- https://github.com/namisan/mt-dnn/issues/45
"""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.facts import AttributeFact
from dropcheck.levels import Applicability, Behaviour, Confidence
from dropcheck.link.containers import dropout_in, is_registered, is_used_in_evaluation, plain_containers, registered_twin
from dropcheck.link.project import Moduleness
from dropcheck.model import Edit, Fix, Span
from dropcheck.rules.fixes import advice
from dropcheck.rules.rule import ClassView, Draft, Rule

_UNSAFE = "Keys of the state_dict and the order of modules() may change, and the attribute is no plain container any more."


def check(view: ClassView) -> Iterator[Draft]:
    """Report plain containers that hold dropout."""
    if view.moduleness not in {Moduleness.YES, Moduleness.LIKELY} or view.facts.dynamic or _passes_the_mode_on(view):
        return
    yield from _class_attributes(view)
    for name, facts in plain_containers(view.facts).items():
        kept = [(fact, held) for fact in facts for held in dropout_in(view.project, view.owner, fact.value.train)]
        if not kept or all(is_registered(view.project, *view.owner, fact, held) for fact, held in kept):
            continue
        if not is_used_in_evaluation(view.project, view.owner, name):
            continue
        first = facts[0]
        yield Draft(
            message=f"`self.{name}` is a plain container, so `eval()` does not reach the dropout in it: it stays on",
            help=f"Make `self.{name}` an `nn.ModuleList` or `nn.ModuleDict`.",
            fix=_fix(view, facts),
            confidence=Confidence.HIGH if view.moduleness is Moduleness.YES else Confidence.MEDIUM,
            span=first.scope,
            scope=first.scope,
            function=first.function,
            behaviour=Behaviour.ALWAYS_ON,
        )


def _passes_the_mode_on(view: ClassView) -> bool:
    """Whether the class has a ``train()`` of its own, which may reach what is not registered."""
    return any("train" in cls.methods for _, cls in (view.owner, *view.project.bases(view.owner)))


def _class_attributes(view: ClassView) -> Iterator[Draft]:
    """A module in the class body belongs to no instance."""
    for fact in view.facts.attributes:
        if fact.function or next(dropout_in(view.project, view.owner, fact.value.train), None) is None:
            continue
        yield Draft(
            message=f"`{fact.path[0]}` is made in the class body, so no instance registers it and `eval()` does not reach it",
            help=f"Make it in `__init__`: `self.{fact.path[0]} = ...`.",
            fix=advice("Make it in `__init__`", "It has to move to another place."),
            span=view.facts.header,
            scope=view.facts.header,
            function=view.facts.name,
            behaviour=Behaviour.ALWAYS_ON,
        )


def _fix(view: ClassView, facts: list[AttributeFact]) -> Fix:
    """Wrap the container where it is made, if it is made in one place."""
    first, *others = facts
    spelt = view.file.nn
    kind = registered_twin(first.value.train, others)
    message = f"Wrap it in `nn.{kind}`" if kind else "Register its elements"
    if not kind or not spelt or len(first.path) != 1 or first.value_span is None:
        return advice(message, "The container is not made in one plain place, or holds what is no module.")
    start, end = first.value_span.start, first.value_span.end
    edits = (Edit(Span(start, start), f"{spelt}.{kind}("), Edit(Span(end, end), ")"))
    return Fix(Applicability.UNSAFE, message, edits, _UNSAFE)


RULE = Rule("DRP107", "unregistered-dropout-module", __doc__, "unsafe, advice", check_class=check)
