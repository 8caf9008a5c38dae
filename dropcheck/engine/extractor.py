"""A process that is there from the beginning of a big run.

It loads LibCST while the files are read and looked at, and then extracts what is to be extracted, as often as linking asks for
more. The process of the run itself never has to load LibCST.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, Token
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from dropcheck.catalogue import Catalogue
from dropcheck.engine.processes import can_fork, cpu_count
from dropcheck.extract.loading import load_libcst

if TYPE_CHECKING:
    from dropcheck.engine.fork import Channel, Fork
    from dropcheck.engine.pool import Outcome, Task

    _Request = tuple[list[Task], float | None]

#: So many characters are extracted in the time that it takes to start another process.
_FORK_PAYS_FROM = 6_000


class Extractor:
    """The process, which ends with the block that it is used in.

    Args:
        catalogue: the entries in force.
        jobs: how many processes a run may use at most; None for one a core.
    """

    def __init__(self, catalogue: Catalogue, jobs: int | None) -> None:
        self._catalogue = catalogue
        self._workers = min(jobs or cpu_count(), cpu_count())
        self._fork: Fork | None = None
        self._token: Token[Extractor | None] | None = None

    def start(self) -> None:
        """Start it, where there is a processor for it."""
        if self._workers > 1 and can_fork():
            from dropcheck.engine.fork import Fork  # noqa: PLC0415  (small runs need none)

            self._fork = Fork(lambda other: _serve(other, self._catalogue, self._workers))
            self._token = EXTRACTOR.set(self)

    def begin(self, tasks: Sequence[Task], seconds: float | None) -> Callable[[], Mapping[str, Outcome]]:
        """Let it extract files.

        Args:
            tasks: the files.
            seconds: how long each may take; None for no limit.

        Returns:
            Waits for what comes of each, by path; to be called before anything else is begun. There is nothing of those that a
            process died of, nor of any other once the extractor is no more.
        """
        if self._fork is not None:
            self._fork.ask((list(tasks), seconds))
        return self._answer

    def _answer(self) -> Mapping[str, Outcome]:
        if self._fork is None:
            return {}
        done: dict[str, Outcome] = {}
        for _ in range(cast("int | None", self._fork.answer()) or 1):
            part = cast("dict[str, Outcome] | None", self._fork.answer())
            if part is None:
                self._end()
                break
            done |= part
        return done

    def _end(self) -> None:
        if self._token is not None:
            EXTRACTOR.reset(self._token)
            self._token = None
        if self._fork is not None:
            self._fork.end()
            self._fork = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()


EXTRACTOR: ContextVar[Extractor | None] = ContextVar("the extractor of the run", default=None)


def _serve(other: Channel, catalogue: Catalogue, workers: int) -> None:
    load_libcst()
    from dropcheck.engine.pool import work_in_process  # noqa: PLC0415  (as above)
    from dropcheck.engine.time_limit import SECONDS  # noqa: PLC0415  (as above)
    from dropcheck.extract.warming import warm_up  # noqa: PLC0415  (with all that works with it)

    warm_up(catalogue)  # once, and not in each copy

    work = work_in_process(catalogue)
    while True:
        tasks, seconds = cast("_Request", other.recv())
        SECONDS.set(seconds)
        _extract(tasks, work, workers, other)


def _extract(tasks: Sequence[Task], work: Callable[[Task], Outcome], workers: int, other: Channel) -> None:
    """Extract files in this process and in copies of it, and send how many processes these are, and then what came of each."""
    from dropcheck.engine.fork import Fork  # noqa: PLC0415  (loaded already)

    total = sum(task.weight for task in tasks)
    own, *others = _shares(tasks, max(1, min(workers, len(tasks), total // _FORK_PAYS_FROM)))
    copies = [Fork(partial(_send_outcomes, share, work)) for share in others]
    other.send(1 + len(copies))
    _send_outcomes(own, work, other)
    for copy in copies:
        sent = copy.sent()
        if sent is None:
            other.send({})
        else:
            other.pass_on(sent)


def _send_outcomes(tasks: Sequence[Task], work: Callable[[Task], Outcome], other: Channel) -> None:
    other.send({task.path: work(task) for task in tasks})


def _shares(tasks: Sequence[Task], count: int) -> list[list[Task]]:
    """Files in shares of about the same weight."""
    shares: list[list[Task]] = [[] for _ in range(count)]
    weights = [0] * count
    for task in sorted(tasks, key=lambda task: -task.weight):
        least = weights.index(min(weights))
        shares[least].append(task)
        weights[least] += task.weight
    return shares
