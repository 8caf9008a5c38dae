"""Which calls are worth a fact: those of methods of an attribute only where it may hold an object of the project."""

from __future__ import annotations

from dropcheck.extract.libraries import is_of_project
from dropcheck.extract.records import CallRecord, Recorder
from dropcheck.worlds import Attr, CallOf, Imported, Op, Receiver, Value, arms


def leave_unheld(train: Recorder, other: Recorder) -> None:
    """Forget the calls of methods of ``self.x`` where no assignment of the class makes ``self.x`` an object of the project.

    Args:
        train: the notes of one world.
        other: the notes of the other; they may be the same.
    """
    held = {
        (record.context.owner, record.path[0])
        for side in (train, other)
        for record in side.attributes.values()
        if any(_may_be_object(arm) for arm in arms(record.value))
    }
    for side in (train, other) if train is not other else (train,):
        for key in [key for key, record in side.calls.items() if not _is_held(record, held)]:
            del side.calls[key]


def _is_held(record: CallRecord, held: set[tuple[str, str]]) -> bool:
    names = [_attribute_of(arm) for arm in arms(record.callee)]
    return any(name in {None, "__class__"} or (record.context.owner, name) in held for name in names)


def _attribute_of(callee: Value) -> str | None:
    """The attribute whose method is called; None for other calls."""
    base = callee.base if isinstance(callee, Attr) else None
    if isinstance(base, Op) and base.name == "item":
        base = base.args[0]
    return base.name if isinstance(base, Attr) and isinstance(base.base, Receiver) else None


def _may_be_object(value: Value) -> bool:
    if not isinstance(value, CallOf):
        return isinstance(value, Op)
    made = value.callee
    if isinstance(made, Imported) and made.path.startswith("torch.nn."):
        return made.path.endswith(("ModuleList", "ModuleDict", "Sequential"))
    return is_of_project(made) or (isinstance(made, Attr) and isinstance(made.base, Receiver))
