"""A flag fixed at construction, which `eval()` does not change.

## What it finds

Functional dropout switched by an attribute that is set when the object is made (`self.is_training`, a config field).

## Why it matters

`model.eval()` changes `training` and nothing else. If the attribute is true, dropout stays on in evaluation.

## Bad

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, is_training):
        super().__init__()
        self.is_training = is_training

    def forward(self, x):
        return F.dropout(x, 0.5, training=self.is_training)
```

## Good

```python
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, training=self.training)
```

## Fix and its safety

Replaces the attribute with `self.training`. Unsafe: someone may set the attribute by hand.

## When to ignore

When your own code switches the attribute together with the mode. These findings are of high confidence where the attribute is
named after training (`is_training`, `train_mode`) and seen to be set in constructors only; of medium confidence where it has
another name, and of low confidence where its source is not seen or a container holds it: these two are not reported by default.

## Options

`min-confidence` shows findings of less confidence.

## Links

- https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval
"""

from __future__ import annotations

from dropcheck.levels import Confidence
from dropcheck.link.behaviour import Answer, Open, Why
from dropcheck.link.construction import CONSTRUCTORS
from dropcheck.link.project import Moduleness
from dropcheck.link.sites import Form, Site
from dropcheck.rules.fixes import replace_value, spelt_mode, with_mode
from dropcheck.rules.rule import Draft, Rule
from dropcheck.worlds import Attr, Const, Defined, Op, Receiver, Value, name_words, truth

#: A name with one of these words says that it holds the mode.
_TRAINING = frozenset({"train", "training", "istrain", "istraining"})
_CLASS_BODY = ""  # the function that sets an attribute of the class
_UNSAFE = "The attribute may be set by hand elsewhere, which the fix would make useless."


def check(site: Site) -> Draft | None:
    """Report a flag that is an attribute other than the mode."""
    argument = site.flag.argument
    if site.owner is not None and site.moduleness is Moduleness.NO:
        return None  # an object that may be made anew for every call
    if site.form is not Form.FUNCTION or site.entry is None or argument is None or argument.star or site.mode_is_p:
        return None
    flag = argument.value.eval
    if not _is_stored(flag) or argument.value.train != flag:
        return None
    answer = site.verdict.flag.eval
    stored = isinstance(answer, Open) and answer.why is Why.STORED
    if not stored and truth(site.flag.value.eval) is not True:
        return None
    confidence = _confidence(site, flag)
    if confidence is None or site.verdict.inert or site.verdict.p.eval is False or not _may_run(site.verdict.reached.eval):
        return None
    mode = spelt_mode(site)
    return Draft(
        message=f"`{argument.text}` is no mode: `eval()` does not change it, so `{site.name}` can stay on in evaluation",
        help=f"Pass `{site.entry.flag}={mode}`.",
        fix=with_mode(site, f"Replace with `{mode}`", replace_value(argument, mode), _UNSAFE),
        confidence=confidence,
    )


def _may_run(reached: Answer) -> bool:
    """Whether dropout may be reached in evaluation, other than where its author decides so."""
    return reached.why is not Why.DECISION if isinstance(reached, Open) else reached


def _is_stored(flag: Value) -> bool:
    """Whether a flag is an attribute other than the mode, or an entry of a container that is one."""
    match flag:
        case Op(name="item", args=(Attr(base=Receiver(), mode=False), Const())):
            return True
        case Attr(name=name, mode=False):
            return name not in {"train", "eval"}
    return False


def _confidence(site: Site, flag: Value) -> Confidence | None:
    """How sure it is that nothing switches the attribute with the mode; None where methods of the class do, or it is one.

    High where its name says that it is the training mode and constructors alone set it, medium where it has another name or the
    class sets it, low where it is not seen what sets it.
    """
    if isinstance(flag, Op):  # whatever holds the container may change what is in it
        return Confidence.LOW
    if not isinstance(flag, Attr) or not isinstance(flag.base, Receiver) or site.owner is None:
        return Confidence.LOW
    facts = [fact for fact in site.owner.attributes if fact.path == (flag.name,)]
    setters = {fact.function.rpartition(".")[2] for fact in facts}
    if not setters:
        return Confidence.LOW
    if not setters <= CONSTRUCTORS | {_CLASS_BODY} or any(isinstance(fact.value.eval, Defined) for fact in facts):
        return None
    if _CLASS_BODY in setters:  # made to be overridden, be it by subclasses
        return Confidence.MEDIUM
    named = not name_words(flag.name).isdisjoint(_TRAINING)
    return Confidence.HIGH if named else Confidence.MEDIUM


RULE = Rule("DRP111", "stored-training-flag", __doc__, "unsafe", check_site=check)
