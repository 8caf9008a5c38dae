"""The grammar of the comments that speak to dropcheck.

    # dropcheck: ignore[DRP101, missing-training-flag] reason     this statement
    # dropcheck: file-ignore[DRP1] reason                         this file
    # dropcheck: always-on (reason)                               this statement, function or class is meant to be
    # noqa: DRP101                                                this statement, by flake8's rules

What looks like one of the first three and cannot be read is a finding of its own (DRP902), so that a typo never passes
for a suppression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum

from dropcheck.facts import Comment
from dropcheck.frozen import dataclass
from dropcheck.levels import Applicability, Confidence
from dropcheck.model import Finding, Fix, Span

INVALID_CODE = "DRP902"
INVALID_NAME = "invalid-suppression"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The rules that comments may name.

    Args:
        codes_for: the codes a selector (code, prefix, name or ``ALL``) stands for; none where it names no rule.
        nearest: the selector that was probably meant instead of a wrong one; empty where none is near.
    """

    codes_for: Callable[[str], frozenset[str]]
    nearest: Callable[[str], str]


class Word(Enum):
    """What a directive asks for."""

    IGNORE = "ignore"
    FILE_IGNORE = "file-ignore"
    ALWAYS_ON = "always-on"
    NOQA = "noqa"


@dataclass(frozen=True, slots=True)
class Selector:
    """One entry of a directive's list.

    Args:
        text: as it is written.
        span: where it is written.
        codes: the codes it stands for.
    """

    text: str
    span: Span
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Directive:
    """One comment, or part of a comment, that silences findings.

    Args:
        word: what it asks for.
        span: the directive in the text of the file, from its ``#`` to the end of its reason.
        comment: the comment that holds it, alone or with others.
        own_line: whether that comment stands on a line of its own.
        selectors: the valid entries of its list; for ``always-on`` and a bare ``noqa``, one that spans the directive.
        listed: where the entries of its list are written, also those that are unknown or for another tool.
        reason: the words of the author.
    """

    word: Word
    span: Span
    comment: Span
    own_line: bool
    selectors: tuple[Selector, ...]
    listed: tuple[Span, ...] = ()
    reason: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """Every code the directive silences."""
        return frozenset().union(*(selector.codes for selector in self.selectors))


@dataclass(frozen=True, slots=True)
class Directives:
    """What the comments of one file say.

    Args:
        valid: the directives that can be obeyed, in order.
        problems: a DRP902 finding for each part that cannot.
    """

    valid: tuple[Directive, ...]
    problems: tuple[Finding, ...]


_START = re.compile(
    r"#\s*(?:(?P<noqa>noqa\b)|dropcheck(?:\s*(?P<colon>:)|(?=\s+(?:(?:file-)?ignore\s*\[|always-on\b))))", re.IGNORECASE
)
# A reason ends where another tool's comment begins, but not at "#12".
_NEXT_TOOL = re.compile(r"#\s*(?:noqa\b|[A-Za-z][\w-]*:)", re.IGNORECASE)
_WORD = re.compile(r"\s*(?P<word>[A-Za-z][\w-]*)?\s*")
_ITEM = re.compile(r"[^\s,]+")
_NOQA_CODES = re.compile(r"\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)", re.IGNORECASE)
_EXAMPLE = "# dropcheck: ignore[missing-training-flag] reason"


def read_directives(comments: Iterable[Comment], path: str, vocabulary: Vocabulary) -> Directives:
    """Read every directive in the comments of one file.

    Args:
        comments: the comments that mention dropcheck or noqa.
        path: the file, for the findings.
        vocabulary: the rules that exist.

    Returns:
        The directives and a finding for each mistake.
    """
    valid: list[Directive] = []
    problems: list[Finding] = []
    for comment in comments:
        for start in _START.finditer(comment.text):
            stop = _NEXT_TOOL.search(comment.text, start.end())
            said = comment.text[start.end() : stop.start() if stop else None].rstrip()
            part = _Part(comment, path, vocabulary, start, start.end() + len(said))
            directive, mistakes = part.read()
            if directive is not None:
                valid.append(directive)
            problems.extend(mistakes)
    return Directives(tuple(valid), tuple(problems))


class _Part:
    """One directive being read: a slice of a comment from its ``#`` to ``end``."""

    def __init__(self, comment: Comment, path: str, vocabulary: Vocabulary, start: re.Match[str], end: int) -> None:
        self.comment = comment
        self.path = path
        self.vocabulary = vocabulary
        self.start = start
        self.body = comment.text[:end]

    def read(self) -> tuple[Directive | None, tuple[Finding, ...]]:
        """The directive, unless nothing in it can be obeyed, and its mistakes."""
        if self.start["noqa"]:
            return self._noqa(), ()
        if not self.start["colon"]:
            return None, (self._problem(self._whole, "has no colon after `dropcheck`", f"Write `{_EXAMPLE}`."),)
        match = _WORD.match(self.body, self.start.end())
        word = (match["word"] or "").lower() if match else ""
        rest = match.end() if match else len(self.body)
        if word == Word.ALWAYS_ON.value and not self.body.startswith("[", rest):
            return self._directive(Word.ALWAYS_ON, self._all_of("DRP1"), rest), ()
        if word in (Word.IGNORE.value, Word.FILE_IGNORE.value):
            return self._ignore(Word(word), rest)
        return None, (self._unknown_word(word),)

    @property
    def _whole(self) -> Span:
        return self._span(self.start.start(), len(self.body))

    def _span(self, start: int, end: int) -> Span:
        return Span(self.comment.span.start + start, self.comment.span.start + end)

    def _all_of(self, selector: str) -> tuple[Selector, ...]:
        return (Selector(selector, self._whole, self.vocabulary.codes_for(selector)),)

    def _selectors(self, items: Iterable[re.Match[str]]) -> tuple[Selector, ...]:
        return tuple(Selector(item[0], self._span(*item.span()), self.vocabulary.codes_for(item[0])) for item in items)

    def _directive(self, word: Word, selectors: tuple[Selector, ...], reason_at: int, listed: tuple[Span, ...] = ()) -> Directive:
        reason = _clean(self.body[reason_at:])
        return Directive(word, self._whole, self.comment.span, self.comment.own_line, selectors, listed, reason)

    def _noqa(self) -> Directive | None:
        match = _NOQA_CODES.match(self.body, self.start.end())
        if match is None:
            return self._directive(Word.NOQA, self._all_of("ALL"), self.start.end())
        # Other tools' codes share this comment; only ours are looked at, and an unknown one is flake8's to report.
        items = tuple(_ITEM.finditer(self.body, match.start("codes"), match.end("codes")))
        ours = self._selectors(item for item in items if item[0].upper().startswith("DRP"))
        valid = tuple(selector for selector in ours if selector.codes)
        listed = tuple(self._span(*item.span()) for item in items)
        return self._directive(Word.NOQA, valid, match.end(), listed) if valid else None

    def _ignore(self, word: Word, bracket: int) -> tuple[Directive | None, tuple[Finding, ...]]:
        if not self.body.startswith("[", bracket):
            return None, (self._problem(self._whole, "names no rule, so it ignores nothing", _name_a_rule(word)),)
        close = self.body.find("]", bracket)
        if close < 0:
            return None, (self._problem(self._whole, "has no closing bracket", _name_a_rule(word)),)
        selectors = self._selectors(_ITEM.finditer(self.body, bracket + 1, close))
        if not selectors:
            return None, (self._problem(self._whole, "has empty brackets, so it ignores nothing", _name_a_rule(word)),)
        valid = tuple(selector for selector in selectors if selector.codes)
        problems = tuple(self._unknown_rule(selector) for selector in selectors if not selector.codes)
        listed = tuple(selector.span for selector in selectors)
        return self._directive(word, valid, close + 1, listed) if valid else None, problems

    def _unknown_rule(self, selector: Selector) -> Finding:
        guess = self.vocabulary.nearest(selector.text)
        advice = f"Did you mean `{guess}`?" if guess else "`dropcheck rule --all` lists the codes and names."
        return self._problem(selector.span, f"names the unknown rule `{selector.text}`", advice)

    def _unknown_word(self, word: str) -> Finding:
        if word == Word.ALWAYS_ON.value:
            return self._problem(self._whole, "names rules", "Write `# dropcheck: always-on (reason)`.")
        from difflib import get_close_matches  # noqa: PLC0415  (few comments are wrong)

        words = (Word.IGNORE.value, Word.FILE_IGNORE.value, Word.ALWAYS_ON.value)
        guess = get_close_matches(word, words, n=1)
        advice = f"Did you mean `{guess[0]}`?" if guess else f"Write `{_EXAMPLE}`, or use {words[1]}[...] or {words[2]}."
        what = f"has the unknown word `{word}`" if word else "says nothing behind the colon"
        return self._problem(self._whole, what, advice)

    def _problem(self, span: Span, what: str, advice: str) -> Finding:
        return Finding(
            code=INVALID_CODE,
            name=INVALID_NAME,
            message=f"This dropcheck comment {what}",
            help=advice,
            confidence=Confidence.HIGH,
            path=self.path,
            span=span,
            scope=self.comment.span,
            fix=Fix(Applicability.DISPLAY, advice, reason="Only the author knows which findings were meant."),
        )


def _name_a_rule(word: Word) -> str:
    return f"Name the rules: `# dropcheck: {word.value}[missing-training-flag] reason`."


def _clean(reason: str) -> str:
    """The reason without the punctuation that ties it to the directive."""
    reason = reason.strip().lstrip(":-\u2013\u2014").strip()
    if reason.startswith("(") and reason.endswith(")"):
        reason = reason[1:-1].strip()
    return reason
