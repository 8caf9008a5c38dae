"""The algebra: values from values, and the conditions of paths, folded where the source decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dropcheck.worlds.values import (
    FALSE,
    NONE,
    TRUE,
    UNPACKED,
    Attr,
    CallOf,
    Const,
    Defined,
    Display,
    Imported,
    Op,
    Opaque,
    Value,
    World,
    fits,
    reads_mode,
)

_PARTIAL = Imported("functools.partial")


def operation(name: str, *args: Value) -> Value:
    """An open operation; too large a one becomes opaque but still knows whether it read the mode."""
    small, mode, size = fits(args)
    if not small:
        return Opaque("a long expression", hash((name, args)), mode)
    return Op(name, args, mode, size)


def attribute(base: Value, name: str, world: World) -> Value:
    """``base.name``: a mode where the name is ``training``, a longer import path, or open."""
    if name == "training" and not isinstance(base, (Imported, Defined)):
        return Const(world is World.TRAIN, mode=True)
    if isinstance(base, Imported):
        return Imported(f"{base.path}.{name}")
    if isinstance(base, Op) and any(isinstance(arm, Imported) for arm in arms(base)):
        # ``try: import x except ImportError: x = None``: None has no attributes worth following.
        return join(attribute(arm, name, world) for arm in arms(base) if not isinstance(arm, Const))
    small, mode, size = fits((base,))
    if not small:
        return Opaque(f".{name}", hash((base, name)), mode)
    return Attr(base, name, mode, size)


def call(callee: Value, args: tuple[Value, ...] = (), keywords: tuple[tuple[str, Value], ...] = (), site: int = 0) -> Value:
    """The result of a call."""
    small, mode, size = fits((callee, *args, *(value for _, value in keywords)))
    if not small:
        return Opaque("the result of a call", site or hash((callee, args)), mode)
    return CallOf(callee, args, keywords, site, mode, size)


def flat_partial(made: CallOf) -> CallOf:
    """A ``functools.partial`` of a partial as one partial; any other call as it is."""
    inner = made.args[0] if made.args else None
    if made.callee != _PARTIAL or not isinstance(inner, CallOf) or inner.callee != _PARTIAL:
        return made
    names = {name for name, _ in made.keywords}
    kept = tuple(pair for pair in inner.keywords if pair[0] not in names)
    return replace(made, args=(*inner.args, *made.args[1:]), keywords=(*kept, *made.keywords))


def display(kind: str, items: tuple[Value, ...], keys: tuple[Value, ...] | None = None, site: int = 0) -> Value:
    """A list, tuple, set or dict whose items are visible."""
    small, mode, size = fits((*items, *(keys or ())))
    if not small:
        return Opaque(f"a {kind}", site or hash(items), mode)
    return Display(kind, items, keys, mode, size)


def item_of(base: Display, index: Const) -> Value | None:
    """What a display holds under an index; None where that is not visible."""
    if base.keys is not None:
        if all(isinstance(key, Const) for key in base.keys):
            for key, value in zip(base.keys, base.items, strict=True):
                if isinstance(key, Const) and key.value == index.value:
                    return value
        return None
    if isinstance(index.value, int) and base.kind in {"list", "tuple"} and -len(base.items) <= index.value < len(base.items):
        return base.items[index.value]
    return None


def read_table(base: Value, passed: Sequence[Value]) -> Value:
    """``base.get(key)`` or ``base.get(key, default)`` of a table: what it holds under the key, or the default."""
    key, default = passed[0], passed[1] if len(passed) > 1 else NONE
    if isinstance(base, Display) and base.keys is not None and isinstance(key, Const):
        known = item_of(base, key)
        if known is not None or all(isinstance(other, Const) for other in base.keys):
            return known or default
    return join((operation("item", base, key), default))


def taken(base: Value, key: Const, default: Value) -> Value:
    """What a call passes for a parameter: the item of a visible ``*args`` or ``**kwargs``, or the default if there is none."""
    match base:
        case Display(keys=None, items=items):
            return items[key.value] if isinstance(key.value, int) and key.value < len(items) else default
        case Display(keys=(*keys,), items=items):
            for known, item in zip(keys, items, strict=True):
                if known == UNPACKED:
                    default = taken(item, key, default)
                elif not isinstance(known, Const):
                    default = join((item, default))
                elif known == key:
                    default = item
            return default
        case Op(name="without", args=(rest, gone)):
            return default if gone == key else taken(rest, key, default)
    return operation("taken", base, key, default)


def without_mode(value: Value) -> Value:
    """A value with every read of the mode in it taken out: what does not depend on it is the same in both worlds then."""
    if not reads_mode(value):
        return value
    match value:
        case Const():
            return Opaque("a flag")
        case Attr(base=base):
            return replace(value, base=without_mode(base), mode=False)
        case Op(args=args):
            return replace(value, args=tuple(map(without_mode, args)), mode=False)
        case CallOf(callee=callee, args=args, keywords=keywords):
            named = tuple((name, without_mode(passed)) for name, passed in keywords)
            return replace(value, callee=without_mode(callee), args=tuple(map(without_mode, args)), keywords=named, mode=False)
        case Display(items=items):
            return replace(value, items=tuple(map(without_mode, items)), mode=False)
        case Opaque():
            return replace(value, mode=False)
    return value


def truth(value: Value) -> bool | None:
    """Whether the value counts as true; None where that is open."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Defined):
        # An imported name may be a constant or None; a class or function defined here is neither.
        return True
    if isinstance(value, Display):
        return bool(value.items)
    if isinstance(value, Op) and value.name in {"choice", "join"}:
        answers = {truth(arm) for arm in arms(value)}
        return answers.pop() if len(answers) == 1 else None
    if isinstance(value, Op) and value.name in {"and", "or"}:
        decisive = value.name == "or"
        answers = {truth(arg) for arg in value.args}
        if decisive in answers:
            return decisive
        return not decisive if answers == {not decisive} else None
    return None


def known_object(value: Value) -> bool:
    """Whether the value is surely an object other than None: a definition, a display, an instance of an imported class."""
    if isinstance(value, CallOf):
        return isinstance(value.callee, Imported) and value.callee.path.rpartition(".")[2][:1].isupper()
    return isinstance(value, (Defined, Display))


def arms(value: Value) -> tuple[Value, ...]:
    """What a choice or a join can be; the value itself otherwise."""
    if isinstance(value, Op):
        if value.name == "choice":
            return (*arms(value.args[1]), *arms(value.args[2]))
        if value.name == "join":
            return tuple(arm for part in value.args for arm in arms(part))
    return (value,)


def decided(answer: bool, *because: Value) -> Const:
    """The answer to a question, which read the mode where what it depends on did."""
    return Const(answer, mode=any(reads_mode(value) for value in because))


def negate(value: Value) -> Value:
    """``not value``."""
    answer = truth(value)
    if answer is not None:
        return decided(not answer, value)
    if isinstance(value, Op) and value.name == "not":
        return value.args[0]
    return operation("not", value)


def conjuncts(value: Value) -> tuple[Value, ...]:
    """The conditions that all hold where ``value`` does."""
    if isinstance(value, Op) and value.name == "and":
        return tuple(part for arg in value.args for part in conjuncts(arg))
    return (value,)


def both(left: Value, right: Value) -> Value:
    """``left and right``, with Python's values."""
    answer = truth(left)
    if answer is not None:
        return right if answer else left
    if truth(right) is True and isinstance(right, Const) and right.value is True:
        # ``x and True`` is x for every use as a condition.
        return left
    parts = conjuncts(left)
    for part in conjuncts(right):
        if negate(part) in parts:
            return decided(False, left, right)
        if part not in parts:
            parts = (*parts, part)
    return parts[0] if len(parts) == 1 else operation("and", *parts)


def either(left: Value, right: Value) -> Value:
    """``left or right``, with Python's values."""
    answer = truth(left)
    if answer is not None:
        return left if answer else right
    return left if left == right else operation("or", left, right)


def any_path(left: Value, right: Value) -> Value:
    """The condition to be on one of two paths that started together.

    What both paths share is kept apart, so that ``a and b`` joined with ``a and not b`` is ``a`` again.
    """
    if truth(left) is False:
        return right
    if truth(right) is False or left == right:
        return left
    if truth(left) is True or truth(right) is True:
        return TRUE
    ours, theirs = conjuncts(left), conjuncts(right)
    shared = tuple(part for part in ours if part in theirs)
    our_rest = tuple(part for part in ours if part not in shared)
    their_rest = tuple(part for part in theirs if part not in shared)
    result: Value = TRUE
    for part in shared:
        result = both(result, part)
    if not our_rest or not their_rest:
        return result
    if every(our_rest) == negate(every(their_rest)) or every(their_rest) == negate(every(our_rest)):
        return result
    return both(result, operation("or", every(our_rest), every(their_rest)))


def every(parts: Iterable[Value]) -> Value:
    """The condition that all of these hold."""
    result: Value = TRUE
    for part in parts:
        result = both(result, part)
    return result


def ran_through(leaves: Iterable[Value]) -> Value:
    """The condition that a loop was not left by a ``return`` in it.

    Args:
        leaves: the condition of each ``return``, in some turn: one that may not hold in the first may well hold in the last.
    """
    open_ones = tuple(dict.fromkeys(leave for leave in leaves if truth(leave) is not False))
    return operation("loop that may return", *open_ones) if open_ones else TRUE


def choice(condition: Value, then: Value, otherwise: Value) -> Value:
    """``then if condition else otherwise``."""
    answer = truth(condition)
    if answer is not None:
        chosen = then if answer else otherwise
        if isinstance(chosen, Const) and reads_mode(condition):
            return Const(chosen.value, mode=True)
        return chosen
    if then == otherwise:
        return then
    if (then, otherwise) == (TRUE, FALSE):  # the condition once more, so that it is known for the same
        return condition
    if (then, otherwise) == (FALSE, TRUE):
        return negate(condition)
    return operation("choice", condition, then, otherwise)


def join(values: Iterable[Value]) -> Value:
    """One of these values; which one is not known."""
    parts: list[Value] = []
    for value in values:
        for part in value.args if isinstance(value, Op) and value.name == "join" else (value,):
            if part not in parts:
                parts.append(part)
    return parts[0] if len(parts) == 1 else operation("join", *parts)
