"""Facts of earlier runs: a text that was extracted once need not be parsed again.

They are known by a digest of all that extraction sees, and kept as JSON: classes by name, fields in order. Reading it makes
nothing but facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

from dropcheck import facts as facts_module
from dropcheck import model
from dropcheck.engine.pool import Outcome, Task, extract_many
from dropcheck.facts import FileFacts
from dropcheck.worlds import values

if TYPE_CHECKING:
    from dropcheck.catalogue import Catalogue
    from dropcheck.engine.plain import Json

_ALL = [value for module in (facts_module, values, model) for value in vars(module).values() if isinstance(value, type)]
_CLASSES = {value.__name__: value for value in _ALL if is_dataclass(value) or issubclass(value, Enum)}
_FIELDS: dict[type, tuple[str, ...]] = {
    value: tuple(field.name for field in fields(value)) for value in _ALL if is_dataclass(value)
}
_TUPLE, _SET = "tuple", "set"

Kept = Mapping[str, Mapping[str, str]]
"""Facts as JSON, by path and by the digest of what was extracted."""


class Known:
    """The facts that need no extraction, and those to keep for the next run.

    Args:
        kept: what an earlier run has kept; None where nothing is to be kept.
    """

    def __init__(self, kept: Kept | None) -> None:
        self._kept = kept
        self._used: dict[str, dict[str, str | FileFacts]] = {}

    def extract(
        self, tasks: Sequence[Task], catalogue: Catalogue, *, jobs: int | None, tick: Callable[[], None]
    ) -> tuple[Outcome, ...]:
        """What :func:`extract_many` returns; only what is not known is extracted.

        Args:
            tasks: the files.
            catalogue: the entries in force.
            jobs: how many processes at most; None for one a core.
            tick: called after each file.
        """
        if self._kept is None:
            return extract_many(tasks, catalogue, jobs=jobs, tick=tick)
        digests = {task.path: _digest(task) for task in tasks}
        recalled = ((path, self._recall(path, key, self._kept)) for path, key in digests.items())
        found: dict[str, Outcome] = {path: facts for path, facts in recalled if facts is not None}
        for _ in found:
            tick()
        left = [task for task in tasks if task.path not in found]
        for task, outcome in zip(left, extract_many(left, catalogue, jobs=jobs, tick=tick), strict=True):
            found[task.path] = outcome
            # What is said of a file that does not parse may come from all of its text.
            if isinstance(outcome, FileFacts) and outcome.syntax_error is None:
                self._used.setdefault(task.path, {})[digests[task.path]] = outcome
        return tuple(found[task.path] for task in tasks)

    def to_keep(self) -> dict[str, dict[str, str]]:
        """The facts that were used, for the next run."""
        return {path: texts for path, facts in self._used.items() if (texts := dict(_texts(facts)))}

    def _recall(self, path: str, key: str, kept: Kept) -> FileFacts | None:
        text = kept.get(path, {}).get(key)
        if text is None:
            return None
        import json  # noqa: PLC0415  (few runs have no answer, but facts)

        try:
            found = decode(json.loads(text))
        except (ValueError, TypeError, KeyError, IndexError, RecursionError):
            return None
        if not isinstance(found, FileFacts):
            return None
        self._used.setdefault(path, {})[key] = text
        return found


def _texts(facts: Mapping[str, str | FileFacts]) -> list[tuple[str, str]]:
    import json  # noqa: PLC0415  (as above)

    texts = []
    for key, one in facts.items():
        try:
            texts.append((key, one if isinstance(one, str) else json.dumps(encode(one), separators=(",", ":"))))
        except (TypeError, RecursionError):  # a constant that JSON does not have, or a very deep expression
            continue
    return texts


def _digest(task: Task) -> str:
    import hashlib  # noqa: PLC0415  (as above)

    seen = "\0".join((task.module, str(task.is_package), ",".join(task.left_out), task.seen))
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def encode(value: object) -> Json:
    """Facts as JSON values.

    Args:
        value: facts, or a part of them.

    Raises:
        TypeError: something in them is no plain data.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, tuple):
        return [_TUPLE, *map(encode, value)]
    if isinstance(value, frozenset):
        return [_SET, *map(encode, sorted(value))]
    kind = type(value)
    if _CLASSES.get(kind.__name__) is not kind:
        raise TypeError(f"{kind.__name__} is no plain data")
    if isinstance(value, Enum):
        return [kind.__name__, encode(value.value)]
    return [kind.__name__, *(encode(getattr(value, field)) for field in _FIELDS[kind])]


def decode(value: Json) -> object:
    """The facts that :func:`encode` made JSON of.

    Raises:
        ValueError, TypeError, KeyError, IndexError: the value was not made by ``encode``.
    """
    if not isinstance(value, list):
        return value
    parts = [decode(part) if isinstance(part, list) else part for part in value[1:]]
    if value[0] == _TUPLE:
        return tuple(parts)
    return frozenset(parts) if value[0] == _SET else _CLASSES[str(value[0])](*parts)
