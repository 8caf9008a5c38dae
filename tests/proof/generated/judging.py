"""Hold what dropcheck says of a project against what the project does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from dropcheck.config.resolve import ConfigResolver
from dropcheck.discover import discover
from dropcheck.engine.inventory import take_inventory
from dropcheck.engine.run import RunOptions, check
from dropcheck.inventory import Entry
from dropcheck.levels import Behaviour, State
from dropcheck.model import Finding, LineIndex, Span
from proof.comparing import BEHAVIOURS
from proof.generated.running import Call, Event, Place

#: A file, a row and a column: where a call starts.
Start = tuple[str, int, int]
DECIDED = frozenset(BEHAVIOURS.values())
IN_TRAINING = frozenset({Behaviour.ALWAYS_ON, Behaviour.FOLLOWS_MODE})
IN_EVALUATION = frozenset({Behaviour.ALWAYS_ON, Behaviour.INVERTED})
#: Rules that say: this drops in evaluation. The span of their findings is a call.
ON = frozenset({"DRP101", "DRP102", "DRP103", "DRP105", "DRP106", "DRP107", "DRP108", "DRP109", "DRP111"})
#: Rules that say the same of what reads an attribute.
ON_ELSEWHERE = frozenset({"DRP110", "DRP112"})
NEVER = frozenset({"DRP203"})


class Truth(Enum):
    """What running says to a verdict."""

    AGREES = "agrees"
    WRONG = "wrong"
    UNDECIDED = "undecided"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict.

    Args:
        what: what gave it: the inventory, findings of some confidence, or for what drops in evaluation, both together.
        truth: whether it is true.
        start: where.
        said: what dropcheck says.
        text: the source there.
    """

    what: str
    truth: Truth
    start: Start
    said: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What dropcheck says of a folder.

    Args:
        findings: of a plain ``dropcheck check``, those of lower confidence included.
        entries: the inventory, by where a call starts; the call of a helper may lead to several places.
        texts: the files.
    """

    findings: tuple[Finding, ...]
    entries: dict[Start, list[Entry]]
    texts: dict[str, LineIndex]

    def place(self, path: str, span: Span) -> Place:
        """Where a span is, as the frames of Python count."""
        start, end = (self.texts[path].position(offset) for offset in (span.start, span.end))
        return Place(path, start.row, start.column, end.row, end.column)

    def text(self, start: Start) -> str:
        """The row of the source."""
        return self.texts[start[0]].row_text(start[1]).strip()


def verdicts(folder: Path) -> Verdicts:
    """Check a folder and list its sites."""
    found = discover([str(folder)], ConfigResolver({}, None))
    report = check(found, RunOptions(jobs=1))
    inventory = take_inventory(found, RunOptions(jobs=1))
    assert not report.errors + inventory.errors
    entries: dict[Start, list[Entry]] = {}
    for file in inventory.files:
        for entry in file.entries:
            entries.setdefault((file.path, entry.position.row, entry.position.column), []).append(entry)
    findings = tuple(one for one in report.findings if one.state in {State.ACTIVE, State.BELOW_CONFIDENCE})
    return Verdicts(findings, entries, {str(path): LineIndex(path.read_text()) for path in folder.rglob("*.py")})


def judge(said: Verdicts, events: Iterable[Event]) -> Iterator[Judged]:
    """Everything that can be told true or false."""
    events = tuple(sorted(events))
    yield from _entries(said, events)
    yield from _findings(said, events)
    yield from _missed(said, events)


def _entries(said: Verdicts, events: tuple[Event, ...]) -> Iterator[Judged]:
    """The behaviour of every site that was reached."""
    for start, entries in said.entries.items():
        # A Module's own mode is what its calls can follow; whether anything keeps that from it is asked elsewhere.
        # A module by itself follows its mode, too: what it is kept in decides, and is held to account for what drops.
        made = entries[0].kind == "module"
        through = made or entries[0].kind == "helper call"
        here = {
            (call.training, event.active)
            for event in events
            for call in (event.calls if through else event.calls[:1])
            if call.place[:3] == start
        }
        if not here or (made and all(training for training, _ in here)):
            continue
        true = BEHAVIOURS[(True, True) in here, (False, True) in here]
        behaviours = [entry.behaviour for entry in entries]
        if DECIDED.issuperset(behaviours):
            does = BEHAVIOURS[tuple(any(map(drops.__contains__, behaviours)) for drops in (IN_TRAINING, IN_EVALUATION))]
            # A module that always drops need not be called in both modes.
            # "Follows mode" only promises that evaluation drops nothing.
            always = does is Behaviour.ALWAYS_ON and made and all(active for _, active in here)
            agrees = true is does or always or (does is Behaviour.FOLLOWS_MODE and (true is Behaviour.NEVER_ON or made))
            truth = Truth.AGREES if agrees else Truth.WRONG
        else:
            truth = Truth.UNDECIDED
        said_there = " and ".join(behaviour.value for behaviour in behaviours)
        what = "inventory of modules" if made else "inventory of calls"
        yield Judged(what, truth, start, f"{said_there}, is {true.value}", said.text(start))


def _covers(said: Verdicts, finding: Finding, call: Call) -> bool:
    """Whether a finding is about a call."""
    if finding.code == "DRP107":  # is told where the container is made, which may not be where its elements are
        return finding.path == call.place.path and finding.qualified_name == call.function
    return said.place(finding.path, finding.span) == call.place


def _findings(said: Verdicts, events: tuple[Event, ...]) -> Iterator[Judged]:
    """Every finding that says what happens in evaluation."""
    for finding in said.findings:
        here = [(event, call) for event in events for call in event.calls if _covers(said, finding, call)]
        if not here or finding.code not in ON | NEVER:
            continue
        if finding.code == "DRP107" and all(event.training for event, _ in here):
            continue  # a training-only part of the model: that eval() does not reach it is true, and harmless
        active = any(event.active for event, _ in here)
        on = any(event.active and not (event.training and call.training) for event, call in here)
        truth = Truth.AGREES if (on if finding.code in ON else not active) else Truth.WRONG
        start = said.place(finding.path, finding.span)[:3]
        yield Judged(f"findings of {finding.confidence.value} confidence", truth, start, f"{finding.code}", said.text(start))


def _missed(said: Verdicts, events: tuple[Event, ...]) -> Iterator[Judged]:
    """Whatever drops in evaluation must be reported, or undecided."""
    files = {finding.path for finding in said.findings if finding.code in ON_ELSEWHERE}
    findings = [finding for finding in said.findings if finding.code in ON]
    undecided = {start for start, entries in said.entries.items() for entry in entries if entry.behaviour not in DECIDED}
    for event in events:
        if not event.active or event.training or not event.calls:
            continue
        told = any(call.place.path in files or any(_covers(said, one, call) for one in findings) for call in event.calls)
        open_there = any(place[:3] in undecided for place in event.places())
        truth = Truth.AGREES if told else Truth.UNDECIDED if open_there else Truth.MISSED
        start = event.calls[0].place[:3]
        rows = " <- ".join(str(place.row) for place in event.places())
        yield Judged("what drops in evaluation", truth, start, rows, said.text(start))
