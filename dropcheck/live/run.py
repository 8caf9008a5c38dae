"""``dropcheck.audit``: run, judge, and join with static analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from torch import nn

from dropcheck.errors import UserError
from dropcheck.live.effect import changes_output
from dropcheck.live.intent import Intents
from dropcheck.live.names import Held
from dropcheck.live.observe import Key, Observation, observe
from dropcheck.live.result import AuditReport, Place, RandomOperation
from dropcheck.live.script import class_name
from dropcheck.live.static import inventory_of, join, modules_made, source_files

_NO_EFFECT = "numbers that are drawn but change nothing: other ones give the same output"


def audit_model(model: object, args: Sequence[object], kwargs: Mapping[str, object], *, sites: bool = True) -> AuditReport:
    """Run a model in evaluation mode and see which random operations act.

    Args:
        model: the model.
        args: the positional inputs of its forward.
        kwargs: the others.
        sites: whether the report holds what static analysis says; otherwise it does so only if something was random.

    Returns:
        The report.

    Raises:
        UserError: it is no model, or cannot be run without changing it for good.
    """
    if not isinstance(model, nn.Module):
        raise UserError(f"audit needs a torch.nn.Module to run, not {_said(model)}")
    try:
        observation = observe(model, args, kwargs)
    except UserError:
        raise
    except Exception as error:
        error.add_note(f"(raised while dropcheck.audit ran {class_name(model)} in evaluation mode)")
        raise
    if not (sites or observation.seen):
        return AuditReport(class_name(model), ())
    inventory = inventory_of(source_files(model, observation.active | observation.reached))
    made = modules_made(inventory)
    operations = _with_intents(observation, made)
    drawn = frozenset(key for key, seen in observation.seen.items() if not seen.drops and operations[key].fails)
    if drawn and not changes_output(model, args, kwargs, drawn):
        operations |= {key: replace(operations[key], has_effect=False, reason=_NO_EFFECT) for key in drawn}
    return AuditReport(
        class_name(model),
        tuple(operations.values()),
        join(inventory, observation, made),
        inventory.errors,
    )


def _with_intents(observation: Observation, made: Mapping[Place, Held]) -> dict[Key, RandomOperation]:
    """The operations, each with what its author says of it: on a line that it ran at, or on the one that made the module."""
    intents = Intents()
    operations = {}
    for key, seen in observation.seen.items():
        makers = (place for place, held in made.items() if held in seen.held)
        said = [words for place in (*seen.stack[: seen.own], *makers) if (words := intents.at(place)) is not None]
        operations[key] = RandomOperation(
            name=seen.name,
            p=seen.p,
            module=seen.module,
            module_class=seen.module_class,
            place=seen.stack[0] if seen.stack else None,
            stack=seen.stack,
            count=seen.count,
            reason=seen.reason,
            intended=bool(said),
            intent=next(filter(None, said), ""),
        )
    return operations


def _said(value: object) -> str:
    return f"the class {value.__name__}: call it first" if isinstance(value, type) else f"a {type(value).__name__}"
