"""Apply fixes to a text until nothing is left to fix, and believe none before the result was judged again.

A pass applies every fix whose edits do not collide with those of another; the rest waits for the next pass. The edited
text is judged: the repaired findings must be gone and nothing else may have changed. Where that fails, the pass is
halved until the fixes that do not hold stand alone, and those are refused.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from dropcheck.engine.select import MODULE_RULE, SYNTAX_ERROR_CODE
from dropcheck.frozen import dataclass
from dropcheck.levels import State
from dropcheck.model import Edit, Finding
from dropcheck.source.edits import apply_edits

MAX_PASSES = 100

Judge = Callable[[str], tuple[Finding, ...]]
"""Judges a text: every finding in it, whatever its state."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fix that was not applied.

    Args:
        finding: the finding it belongs to, placed in the text that is left.
        reason: why, one sentence.
    """

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class FixResult:
    """What fixing a text came to.

    Args:
        text: the text with the fixes.
        applied: the findings that were repaired, in the order of the passes; their places are those of their pass.
        refused: the fixes that did not hold.
        findings: what is found in ``text``.
    """

    text: str
    applied: tuple[Finding, ...]
    refused: tuple[Refusal, ...]
    findings: tuple[Finding, ...]


def fix_text(text: str, judge: Judge, wanted: Callable[[Finding], bool]) -> FixResult:
    """Apply the wanted fixes of a text, to a fixed point.

    Args:
        text: the text to fix.
        judge: tells what is found in a text; it is called on every edited text.
        wanted: whether the fix of a finding is to be applied.

    Returns:
        The fixed text, verified by ``judge``; every refused fix left no trace in it.
    """
    applied: list[Finding] = []
    current = _Judged(text, judge(text))
    refused: list[Refusal] = []
    for _ in range(MAX_PASSES):
        settled = {refusal.finding for refusal in refused}
        repairs = compatible(finding for finding in current.findings if wanted(finding) and finding not in settled)
        if not repairs:
            break
        attempt = _Pass(current, judge)
        attempt.run(repairs)
        if attempt.held:
            applied.extend(finding for repair in attempt.held for finding in repair.findings)
            current = attempt.result
            refused = []  # the text is another one now, so what was refused gets another chance
        else:
            refused += attempt.refused
    return FixResult(current.text, tuple(applied), tuple(refused), current.findings)


@dataclass(frozen=True, slots=True)
class _Judged:
    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """Edits, and the findings they are the fix of: two findings about one call may share theirs.

    Args:
        edits: the edits.
        findings: the findings.
    """

    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...]


def compatible(findings: Iterable[Finding]) -> list[Repair]:
    """The repairs of one pass: the first in the text wins, what collides with it waits.

    Args:
        findings: those of one text whose fixes are wanted.
    """
    shared: dict[tuple[Edit, ...], list[Finding]] = {}
    for finding in findings:
        if finding.fix is not None and finding.fix.edits:
            shared.setdefault(finding.fix.edits, []).append(finding)
    taken: list[Edit] = []
    repairs = []
    for edits in sorted(shared, key=lambda edits: min(edit.span for edit in edits)):
        if not any(_collides(edit, taken) for edit in edits):
            for edit in edits:
                insort(taken, edit, key=lambda edit: edit.span)
            repairs.append(Repair(edits, tuple(shared[edits])))
    return repairs


def _collides(edit: Edit, taken: Sequence[Edit]) -> bool:
    """Whether an edit overlaps one of the sorted, disjoint edits, or inserts at its border, where the order is open."""
    place = bisect_left(taken, edit.span, key=lambda edit: edit.span)
    for other in taken[max(place - 1, 0) : place + 1]:
        first, second = sorted((edit.span, other.span))
        touching = first.start == first.end or second.start == second.end
        if second.start < first.end or (touching and second.start == first.end):
            return True
    return False


class _Pass:
    """One pass over a judged text. ``result`` is ``before`` with the edits of ``held``, verified as a whole."""

    def __init__(self, before: _Judged, judge: Judge) -> None:
        self.before = before
        self.judge = judge
        self.result = before
        self.held: list[Repair] = []
        self.refused: list[Refusal] = []

    def run(self, repairs: Sequence[Repair]) -> None:
        """Apply the repairs on top of those that hold, halving where they do not hold together."""
        if not repairs:
            return
        objection = self._try([*self.held, *repairs])
        if objection is None:
            return
        if len(repairs) == 1:
            self.refused.extend(Refusal(finding, objection) for finding in repairs[0].findings)
        else:
            half = len(repairs) // 2
            self.run(repairs[:half])
            self.run(repairs[half:])

    def _try(self, repairs: list[Repair]) -> str | None:
        """Hold these repairs if their result stands; else say why it does not."""
        try:
            text = apply_edits(self.before.text, (edit for repair in repairs for edit in repair.edits))
        except ValueError:
            return "its edits overlap"  # of one fix: those of different fixes were kept apart
        after = _Judged(text, self.judge(text))
        objection = objection_to(self.before.findings, repairs, after.findings)
        if objection is None:
            self.held, self.result = repairs, after
        return objection


def objection_to(before: Iterable[Finding], repairs: Iterable[Repair], after: Sequence[Finding]) -> str | None:
    """Why the judged result of repairs is not accepted; None where it is.

    Findings are compared by code and enclosing function, not by place, since edits move places.

    Args:
        before: what was found in the text.
        repairs: what was done to it.
        after: what is found in the result.
    """
    expected = Counter(map(_identity, before))
    broken = next((finding for finding in after if finding.code == SYNTAX_ERROR_CODE), None)
    if broken is not None and not any(code == SYNTAX_ERROR_CODE for code, _ in expected):
        return f"the result would not parse: {broken.message}"
    repaired = Counter(_identity(finding) for repair in repairs for finding in repair.findings)
    # What is mended is right, and of what is right that rule says that it could be a module.
    after = [finding for finding in after if finding.code != MODULE_RULE or _identity(finding) in repaired]
    expected -= repaired
    found = Counter(map(_identity, after))
    for identity in found:
        if found[identity] > expected[identity]:
            code, name = identity
            place = f"{code} in {name}" if name else code
            return f"{place} would still be found" if identity in repaired else f"{place} would be new"
    counting = Counter(map(_identity, filter(_counts, after)))
    for code, _ in counting - (Counter(map(_identity, filter(_counts, before))) - repaired):
        return f"{code} would count where it does not now"
    for code in {code for code, _ in repaired}:
        if _count(found, code) != _count(expected, code):
            return f"another {code} would no longer be found"
    return None


def _counts(finding: Finding) -> bool:
    return finding.state is State.ACTIVE


def _identity(finding: Finding) -> tuple[str, str]:
    return (finding.code, finding.qualified_name)


def _count(findings: Counter[tuple[str, str]], code: str) -> int:
    return sum(number for (other, _), number in findings.items() if other == code)
