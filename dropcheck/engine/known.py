"""Facts of earlier runs: a text that was extracted once need not be parsed again.

They are known by a digest of all that extraction sees, and kept as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from dropcheck.engine.pool import begin_extraction
from dropcheck.outcome import FileError

if TYPE_CHECKING:
    from dropcheck.catalogue import Catalogue
    from dropcheck.engine.pool import Outcome, Task
    from dropcheck.facts import FileFacts

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

    def begin_extraction(
        self, tasks: Sequence[Task], catalogue: Catalogue, *, jobs: int | None, tick: Callable[[], None]
    ) -> Callable[[], tuple[Outcome, ...]]:
        """What :func:`begin_extraction` of :mod:`dropcheck.engine.pool` returns; only what is not known is extracted.

        Args:
            tasks: the files.
            catalogue: the entries in force.
            jobs: how many processes at most; None for one a core.
            tick: called after each file.
        """
        kept = self._kept
        if kept is None:
            return begin_extraction(tasks, catalogue, jobs=jobs, tick=tick)
        digests = {task.path: _digest(task) for task in tasks}
        recalled = ((path, self._recall(path, key, kept)) for path, key in digests.items())
        found: dict[str, Outcome] = {path: facts for path, facts in recalled if facts is not None}
        for _ in found:
            tick()
        left = [task for task in tasks if task.path not in found]
        extracted = begin_extraction(left, catalogue, jobs=jobs, tick=tick)

        def outcomes() -> tuple[Outcome, ...]:
            for task, outcome in zip(left, extracted(), strict=True):
                found[task.path] = outcome
                # What is said of a file that does not parse may come from all of its text.
                if not isinstance(outcome, FileError) and outcome.syntax_error is None:
                    self._used.setdefault(task.path, {})[digests[task.path]] = outcome
            return tuple(found[task.path] for task in tasks)

        return outcomes

    def to_keep(self) -> dict[str, dict[str, str]]:
        """The facts that were used, for the next run."""
        return {path: texts for path, facts in self._used.items() if (texts := dict(_texts(facts)))}

    def _recall(self, path: str, key: str, kept: Kept) -> FileFacts | None:
        text = kept.get(path, {}).get(key)
        if text is None:
            return None
        import json  # noqa: PLC0415  (few runs have no answer, but facts)

        from dropcheck.engine.plain import decode  # noqa: PLC0415  (as above)
        from dropcheck.facts import FileFacts  # noqa: PLC0415  (as above)

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

    from dropcheck.engine.plain import encode  # noqa: PLC0415  (as above)

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
