"""A flag that is literally on keeps dropout on in evaluation.

## What it finds

Functional dropout whose flag is the constant `True`.

## Why it matters

Evaluation becomes random, and nothing says so: `model.eval()` and `print(model)` do not know of the call.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout2d(x, p=0.2, training=True)
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout2d(x, p=0.2, training=self.training)
```

## Fix and its safety

Replaces the constant with `self.training`. Unsafe: it may be Monte-Carlo dropout, which the fix would switch off in evaluation.

## When to ignore

When dropout is meant to stay on: say so once, with `# dropcheck: always-on (reason)` on the call, the `def` or the `class`.

## Options

`intent-words` adds words that say dropout is meant to stay on.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
- https://github.com/Coderx7/SimpleNet/issues/2
"""

from __future__ import annotations

from dropcheck.levels import Behaviour
from dropcheck.link.sites import Form, Site
from dropcheck.rules.fixes import replace_value, spelt_mode, with_mode
from dropcheck.rules.rule import Draft, Rule
from dropcheck.worlds import Attr, CallOf, Const, Defined, Imported, Value

_UNSAFE = "It may be meant, as Monte-Carlo dropout is."


def check(site: Site) -> Draft | None:
    """Report a flag that is the constant True."""
    if site.form is not Form.FUNCTION or site.entry is None or site.entry.flag is None or not site.flag.given:
        return None
    argument = site.flag.argument
    written = argument.value.eval if argument is not None and not argument.star else site.flag.value.eval
    if isinstance(written, Imported):
        written = site.flag.value.eval
    if site.verdict.behaviour is not Behaviour.ALWAYS_ON:
        return None
    if isinstance(written, Const):
        if written.mode and (argument is None or site.at_construction):
            return None
        shown = argument.text if written.mode and argument is not None else str(written.value)
    elif argument is not None and _is_returned(site, written):
        shown = argument.text
    else:
        return None
    flag, mode = site.entry.flag, spelt_mode(site)
    return Draft(
        message=f"`{site.name}` with `{flag}={shown}` stays on in evaluation",
        help=f"Pass `{flag}={mode}`; if it is meant, mark it `# dropcheck: always-on (reason)`.",
        fix=with_mode(site, f"Replace with `{mode}`", replace_value(argument, mode), _UNSAFE),
    )


def _is_returned(site: Site, written: Value) -> bool:
    """Whether the flag is what a method or a property of the class returns, and that is always True."""
    known = site.flag.value.eval
    if not isinstance(known, Const) or known.mode or site.owner is None:
        return False
    if isinstance(written, CallOf):
        return True
    named = [fact for fact in site.owner.attributes if isinstance(written, Attr) and fact.path == (written.name,)]
    return bool(named) and all(isinstance(fact.value.eval, Defined) for fact in named)


RULE = Rule("DRP102", "hardcoded-training-true", __doc__, "unsafe, advice", check_site=check)
