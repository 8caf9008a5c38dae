"""A helper called so that its dropout is always on.

## What it finds

A call of a function or method of the project that passes on a probability or a flag without a gate, and so leaves dropout
inside it on in evaluation. The helper may be in another file, a base class, or behind further helpers.

It is reported at the call. Where there are several calls of the helper and all of them leave it on, it is reported once, at the
dropout in the helper, with the calls as related places; `--fix` still mends each call.

## Why it matters

Neither place looks wrong by itself: the helper does what it is told, and the call passes a plain rate. Together they
drop in evaluation.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


def attend(q, k, v, p):
    return F.scaled_dot_product_attention(q, k, v, dropout_p=p)


class Attention(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.dropout = dropout

    def forward(self, q, k, v):
        return attend(q, k, v, self.dropout)
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


def attend(q, k, v, p):
    return F.scaled_dot_product_attention(q, k, v, dropout_p=p)


class Attention(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.dropout = dropout

    def forward(self, q, k, v):
        return attend(q, k, v, self.dropout if self.training else 0.0)
```

## Fix and its safety

Passes the mode for the helper's flag, or makes the probability zero in evaluation. Safe where the helper takes one of them as a
parameter and the class is surely a `torch.nn.Module`. A flag that is literally on is replaced only by an unsafe fix.

## When to ignore

When the helper is meant to drop here: mark the call with `# dropcheck: always-on (reason)`.

## Options

`intent-words` adds words that say dropout is meant to stay on.

## Links

- https://github.com/facebookresearch/multimodal/pull/472
"""

from __future__ import annotations

from dropcheck.levels import Applicability, Behaviour
from dropcheck.link.site import Form, HelperLink, Site
from dropcheck.model import Fix, Related
from dropcheck.rules.fixes import add_argument, advice, gate_value, replace_value, spelt_mode, with_mode
from dropcheck.rules.rule import Draft, Rule
from dropcheck.worlds import Const

_CALLED_BY_CLASS = frozenset({"forward", "__call__"})
_UNSAFE = "It may be meant; if it is, mark the call `# dropcheck: always-on (reason)` instead."


def check(site: Site) -> Draft | None:
    """Report the call of a helper that leaves its dropout on, or the helper that all its calls leave on."""
    if site.hit_by:
        return None if site.form in {Form.FRESH_MODULE, Form.FRESH_CONTAINER} else _at_helper(site)
    link = site.helper
    if site.form is not Form.HELPER or link is None or site.told_at_helper or site.verdict.behaviour is not Behaviour.ALWAYS_ON:
        return None
    message = f"{_call(site, link)} leaves the `{link.site.name}` in it on in evaluation"
    fix, help_text = _fix(site, link)
    related = Related(link.site.file.path, link.site.call.span, f"`{link.site.name}` drops here")
    return Draft(message, help_text, fix, related=(related,))


def _at_helper(site: Site) -> Draft:
    calls = site.hit_by
    name = _short(calls[0].helper.name) if calls[0].helper is not None else site.name
    message = f"every call of `{name}` leaves the `{site.name}` in it on in evaluation"
    related = tuple(Related(call.file.path, call.call.span, "left on by this call") for call in calls)
    drafts = [(call, *_fix(call, call.helper)) for call in calls if call.helper is not None]
    fixes = [fix for _, fix, _ in drafts]
    if not all(fix.edits for fix in fixes):
        fix = advice(f"Mend the calls of `{name}`", next(fix for fix in fixes if not fix.edits).reason)
    elif any(call.file is not site.file for call, _, _ in drafts):
        fix = advice(f"Mend the calls of `{name}`", "The calls are in other files: `--fix` mends those in the files it is given.")
    else:
        edits = tuple(sorted(dict.fromkeys(edit for fix in fixes for edit in fix.edits)))
        doubt = next((fix for fix in fixes if fix.applicability is Applicability.UNSAFE), fixes[0])
        fix = Fix(doubt.applicability, f"Mend the {len(calls)} calls of `{name}`", edits, doubt.reason)
    return Draft(
        message, f"At each call: {drafts[0][2][0].lower()}{drafts[0][2][1:]}", fix, related=related, behaviour=Behaviour.ALWAYS_ON
    )


def _call(site: Site, link: HelperLink) -> str:
    """The call and what is wrong with it, in a few words."""
    name = f"`{_short(link.name)}`"
    for parameter, passed in ((link.flag.name, site.flag), (link.p, site.p)):
        if parameter and passed.argument is not None and "\n" not in passed.argument.text:
            return f"{name} with `{parameter}={passed.argument.text}`"
        if parameter:
            return f"{name} with this `{parameter}`" if passed.argument or passed.given else f"{name} without `{parameter}`"
    return f"{name} called like this"


def _short(name: str) -> str:
    """What the helper is called where it is called: a Module by its class, as ``forward`` is what all of them have."""
    scope, _, last = name.rpartition(".")
    return name if last in _CALLED_BY_CLASS and scope else last


def _fix(site: Site, link: HelperLink) -> tuple[Fix, str]:
    mode = spelt_mode(site)
    if link.flag.name:
        return _pass_flag(site, link.flag.name, f"not {mode}" if link.flag.negated else mode)
    if link.p and site.p.given is False and isinstance(site.p.value.train, Const):
        default = f"{link.p}={site.p.value.train.value!r} if {mode} else 0.0"
        return with_mode(site, f"Add `{default}`", add_argument(site, default)), f"Pass zero as `{link.p}` in evaluation."
    if link.p:
        fix = with_mode(site, f"Make `{link.p}` zero in evaluation", gate_value(site.p.argument, mode))
        return fix, f"Pass zero as `{link.p}` in evaluation."
    return with_mode(site, "Pass the mode on to the helper", ()), "Let the helper take the mode, and pass it."


def _pass_flag(site: Site, name: str, value: str) -> tuple[Fix, str]:
    argument = site.flag.argument
    if argument is None:
        edits = add_argument(site, f"{name}={value}") if site.flag.given is False else ()
        return with_mode(site, f"Add `{name}={value}`", edits), f"Pass `{name}={value}`."
    constant = isinstance(argument.value.eval, Const)
    fix = with_mode(site, f"Replace with `{value}`", replace_value(argument, value) if constant else (), _UNSAFE)
    return fix, f"Pass `{value}` as `{name}`."


RULE = Rule("DRP108", "ungated-helper-call", __doc__, "safe, unsafe, advice", check_site=check)
