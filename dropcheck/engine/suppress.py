"""Comments set the state of findings. They never delete one: unused comments and SARIF need to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from dropcheck.engine.directives import INVALID_CODE, Directive, Word
from dropcheck.frozen import dataclass
from dropcheck.levels import State
from dropcheck.model import Finding, LineIndex, Span


@dataclass(frozen=True, slots=True)
class Use:
    """What a directive did.

    Args:
        directive: the directive.
        codes: the codes of the findings it silenced; one that silenced nothing is unused.
    """

    directive: Directive
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Findings after the comments of their file have spoken.

    Args:
        findings: all of them, in the order given, with their states.
        uses: one entry for each directive, in the order given.
    """

    findings: tuple[Finding, ...]
    uses: tuple[Use, ...]


def suppress(findings: Iterable[Finding], directives: Sequence[Directive], text: str) -> Suppressed:
    """Set the state of the findings that a directive of their file silences.

    ``always-on`` makes a finding intended, every other directive makes it suppressed; where both speak, the author's
    intent is the stronger statement.

    Args:
        findings: the findings of one file.
        directives: the valid directives of that file.
        text: the text of that file.

    Returns:
        The findings with their states, and what each directive silenced.
    """
    if not directives:
        return Suppressed(tuple(findings), ())
    places = _Places(directives, text)
    used: list[set[str]] = [set() for _ in directives]
    judged = []
    for finding in findings:
        speaking = [number for number in places.speaking(finding) if _silences(directives[number], finding)]
        for number in speaking:
            used[number].add(finding.code)
        judged.append(_with_state(finding, [directives[number] for number in speaking]))
    uses = (Use(directive, frozenset(codes)) for directive, codes in zip(directives, used, strict=True))
    return Suppressed(tuple(judged), tuple(uses))


def _silences(directive: Directive, finding: Finding) -> bool:
    if finding.code not in directive.codes:
        return False
    # An invalid comment must not hide its own mistake.
    inside = directive.span.start <= finding.span.start and finding.span.end <= directive.span.end
    return not (finding.code == INVALID_CODE and inside)


def _with_state(finding: Finding, speaking: Sequence[Directive]) -> Finding:
    if not speaking:
        return finding
    intent = [directive for directive in speaking if directive.word is Word.ALWAYS_ON]
    reason = next((directive.reason for directive in intent or speaking if directive.reason), "")
    return replace(finding, state=State.INTENDED if intent else State.SUPPRESSED, state_reason=reason)


class _Places:
    """Which directives of a file speak about a place in it."""

    def __init__(self, directives: Sequence[Directive], text: str) -> None:
        self._directives = directives
        self._index = LineIndex(text)
        self._by_row: dict[int, list[int]] = {}
        for number, directive in enumerate(directives):
            if directive.word is not Word.FILE_IGNORE:
                row = self._index.position(directive.span.start).row
                self._by_row.setdefault(row, []).append(number)
        self._everywhere = [n for n, directive in enumerate(directives) if directive.word is Word.FILE_IGNORE]

    def speaking(self, finding: Finding) -> list[int]:
        """The numbers of the directives that stand where they speak about the finding, whatever their codes."""
        numbers = set(self._everywhere)
        numbers.update(self._on(finding.scope, lambda _: True))
        numbers.update(self._above(finding.scope, lambda directive: directive.word is not Word.NOQA))
        for header in finding.headers:
            numbers.update(self._on(header, _is_mark))
            numbers.update(self._above(header, _is_mark))
        return sorted(numbers)

    def _on(self, span: Span, wanted: Callable[[Directive], bool]) -> Iterator[int]:
        first = self._index.position(span.start).row
        last = self._index.position(max(span.start, span.end - 1)).row
        for row in range(first, last + 1):
            yield from self._at(row, wanted)

    def _above(self, span: Span, wanted: Callable[[Directive], bool]) -> Iterator[int]:
        """The directives in the unbroken block of comment lines above a span."""
        row = self._index.position(span.start).row - 1
        while row > 0 and self._index.row_text(row).lstrip().startswith("#"):
            yield from self._at(row, lambda directive: directive.own_line and wanted(directive))
            row -= 1

    def _at(self, row: int, wanted: Callable[[Directive], bool]) -> Iterator[int]:
        return (number for number in self._by_row.get(row, ()) if wanted(self._directives[number]))


def _is_mark(directive: Directive) -> bool:
    return directive.word is Word.ALWAYS_ON
