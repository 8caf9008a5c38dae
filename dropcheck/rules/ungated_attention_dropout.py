"""Attention called with a dropout probability that is not zero in evaluation.

## What it finds

`scaled_dot_product_attention`, `flash_attn_func`, `memory_efficient_attention` and their relatives with a probability that
does not become zero in evaluation.

## Why it matters

These functions have no `training` flag: whatever probability they get, they use. nanoGPT and timm shipped this bug. Reading the
rate from a registered `nn.Dropout` (`self.drop.p`) looks managed, but `p` stays what it is in evaluation.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.dropout = dropout

    def forward(self, q, k, v):
        return F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout)
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.dropout = dropout

    def forward(self, q, k, v):
        return F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout if self.training else 0.0)
```

## Fix and its safety

Makes the probability `p if self.training else 0.0`. Safe where the class is surely a `torch.nn.Module` (or reads
`self.training` itself): while it trains, nothing changes.

## When to ignore

When attention dropout is meant to stay on: mark the call with `# dropcheck: always-on (reason)`.

## Options

`functions` adds attention functions of your own; `intent-words` adds words that say dropout is meant to stay on.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
- https://github.com/karpathy/nanoGPT/pull/240
- https://github.com/huggingface/pytorch-image-models/pull/1978
"""

from __future__ import annotations

from dropcheck.levels import Behaviour
from dropcheck.link.sites import Form, Site
from dropcheck.rules.fixes import gate_value, spelt_mode, with_mode
from dropcheck.rules.rule import Draft, Rule


def check(site: Site) -> Draft | None:
    """Report a probability that stays above zero in a function without a flag."""
    if site.form is not Form.FUNCTION or site.entry is None or site.entry.flag is not None:
        return None
    if site.verdict.behaviour is not Behaviour.ALWAYS_ON or site.mode_is_p:
        return None
    mode, slot, argument = spelt_mode(site), site.entry.p, site.p.argument
    rate = argument.text if argument is not None and "\n" not in argument.text else "p"
    gated = f"({rate}) if {mode} else 0.0" if argument is not None and argument.loose else f"{rate} if {mode} else 0.0"
    return Draft(
        message=f"`{site.name}` has no training flag: with `{slot}={rate}` its dropout stays on in evaluation",
        help=f"Pass `{gated}` as `{slot}`.",
        fix=with_mode(site, f"Make `{slot}` zero in evaluation", gate_value(argument, mode)),
    )


RULE = Rule("DRP105", "ungated-attention-dropout", __doc__, "safe, unsafe, advice", check_site=check)
