"""Comments that silence findings, and those that try to and cannot."""

from __future__ import annotations

import io
import tokenize
from dataclasses import replace

import pytest

from dropcheck.engine.directives import Directives, Vocabulary, Word, read_directives
from dropcheck.engine.suppress import Suppressed, suppress
from dropcheck.facts import Comment
from dropcheck.levels import Confidence, State
from dropcheck.model import Finding, LineIndex, Span
from dropcheck.rules.selectors import codes_for, nearest

NAMES = {
    "DRP101": "missing-training-flag",
    "DRP102": "hardcoded-training-true",
    "DRP201": "discarded-dropout-result",
    "DRP902": "invalid-suppression",
}


def read(text: str) -> Directives:
    index = LineIndex(text)
    comments = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            start = index.row_span(token.start[0]).start + token.start[1]
            own_line = not token.line[: token.start[1]].strip()
            comments.append(Comment(Span(start, start + len(token.string)), token.string, own_line))
    return read_directives(comments, "net.py", Vocabulary(codes_for, nearest))


def span_of(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def finding(text: str, statement: str, code: str = "DRP101", headers: tuple[str, ...] = ()) -> Finding:
    span = span_of(text, statement)
    marks = tuple(span_of(text, header) for header in headers)
    return Finding(code, NAMES[code], "m", "h", Confidence.HIGH, "net.py", span, span, headers=marks)


def judged(text: str, *findings: Finding) -> Suppressed:
    return suppress(findings, read(text).valid, text)


def state(text: str, statement: str = "drop(x)", code: str = "DRP101", headers: tuple[str, ...] = ()) -> State:
    (only,) = judged(text, finding(text, statement, code, headers)).findings
    return only.state


@pytest.mark.parametrize(
    "comment",
    [
        "# dropcheck: ignore[DRP101]",
        "# dropcheck: ignore[missing-training-flag]",
        "# dropcheck: ignore[drp101]",
        "# dropcheck: ignore[DRP1]",
        "# dropcheck: ignore[ALL]",
        "# dropcheck: ignore[DRP201, DRP101] both are meant",
        "#dropcheck:ignore [DRP201,missing-training-flag,]",
        "# type: ignore  # dropcheck: ignore[DRP101]",
        "# dropcheck: ignore[DRP101] reason  # noqa: E501",
        "# dropcheck: file-ignore[DRP101]",
        "# noqa",
        "# NOQA: DRP101",
        "# noqa:drp101",
        "# noqa: E501,DRP101 because",
        "# noqa: E501 DRP101",
        "# noqa: DRP1",
        "# noqa: not a code, so flake8 takes it for a bare one",
    ],
)
def test_comment_on_the_row_silences(comment: str) -> None:
    assert state(f"drop(x)  {comment}\n") is State.SUPPRESSED


@pytest.mark.parametrize(
    "comment",
    [
        "# dropcheck: ignore[DRP201]",
        "# dropcheck: ignore",
        "# dropcheck: ignore[]",
        "# dropcheck: ignore[nonsense]",
        "# see dropcheck: ignore[DRP101]",
        "# noqa: E501",
        "# noqa: DRP201",
        "# noqa: DRP999",
        "# about noqa",
    ],
)
def test_comment_about_something_else_does_not_silence(comment: str) -> None:
    assert state(f"drop(x)  {comment}\n") is State.ACTIVE


MULTI_LINE = """\
x = 1
y = drop(  {0}
    x,  {1}
    0.5,
)  {2}
"""


@pytest.mark.parametrize("row", [0, 1, 2])
@pytest.mark.parametrize("comment", ["# dropcheck: ignore[DRP101] why", "# noqa: DRP101"])
def test_comment_on_any_row_of_the_statement_silences(row: int, comment: str) -> None:
    text = MULTI_LINE.format(*(comment if number == row else "" for number in range(3)))
    statement = text[text.index("y =") : text.rindex(")") + 1]
    assert state(text, statement) is State.SUPPRESSED


def test_comment_block_above_the_statement_silences() -> None:
    text = "a = 1\n# dropcheck: ignore[DRP101] why\n# more words\ndrop(x)\n"
    assert state(text) is State.SUPPRESSED


@pytest.mark.parametrize(
    "text",
    [
        "# dropcheck: ignore[DRP101]\n\ndrop(x)\n",
        "# dropcheck: ignore[DRP101]\na = 1\ndrop(x)\n",
        "a = 1  # dropcheck: ignore[DRP101]\ndrop(x)\n",
        "drop(x)\n# dropcheck: ignore[DRP101]\n",
        "# noqa: DRP101\ndrop(x)\n",
        "# noqa\ndrop(x)\n",
    ],
)
def test_comment_elsewhere_does_not_silence(text: str) -> None:
    assert state(text) is State.ACTIVE


def test_file_ignore_may_stand_anywhere() -> None:
    text = "drop(x)\nb = 1\n\n# dropcheck: file-ignore[missing-training-flag] generated\n"
    (only,) = judged(text, finding(text, "drop(x)")).findings
    assert (only.state, only.state_reason) == (State.SUPPRESSED, "generated")
    assert state(text, code="DRP201") is State.ACTIVE


METHOD = """\
{0}
class Net(Module):  {1}
    a = 1
    {2}
    @decorated
    def forward(self, x):  {3}
        {4}
        return drop(x)  {5}
"""


@pytest.mark.parametrize("place", range(6))
def test_always_on_marks_a_statement_a_function_or_a_class(place: int) -> None:
    mark = "# dropcheck: always-on (Monte Carlo)"
    text = METHOD.format(*(mark if number == place else "# words" for number in range(6)))
    headers = ("@decorated\n    def forward(self, x):", "class Net(Module):")
    (only,) = judged(text, finding(text, "return drop(x)", headers=headers)).findings
    assert (only.state, only.state_reason) == (State.INTENDED, "Monte Carlo")
    assert state(text, "return drop(x)", "DRP201", headers) is State.ACTIVE


def test_ignore_on_a_header_is_not_a_mark() -> None:
    text = METHOD.format("", "# dropcheck: ignore[DRP101]", "", "# noqa", "", "")
    headers = ("@decorated\n    def forward(self, x):", "class Net(Module):")
    assert state(text, "return drop(x)", headers=headers) is State.ACTIVE


def test_mark_of_another_function_does_not_count() -> None:
    text = "def f(x):  # dropcheck: always-on\n    pass\ndef g(x):\n    drop(x)\n"
    assert state(text, headers=("def g(x):",)) is State.ACTIVE


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# dropcheck: always-on", ""),
        ("# dropcheck: always-on (a prenet, see #12)", "a prenet, see #12"),
        ("# dropcheck: always-on: augmentation", "augmentation"),
        ("# dropcheck: ignore[DRP101] see #12: odd  # noqa: E501", "see #12: odd"),
        ("# dropcheck: ignore[DRP101] - legacy", "legacy"),
        ("# noqa: DRP101 old weights", "old weights"),
    ],
)
def test_reasons_are_kept(comment: str, reason: str) -> None:
    text = f"drop(x)  {comment}\n"
    (only,) = judged(text, finding(text, "drop(x)")).findings
    assert only.state is not State.ACTIVE
    assert only.state_reason == reason


def test_intent_wins_over_ignore() -> None:
    assert state("drop(x)  # dropcheck: ignore[DRP101] a  # dropcheck: always-on (b)\n") is State.INTENDED


@pytest.mark.parametrize(
    ("comment", "underlined", "what", "advice"),
    [
        ("# dropcheck: ignore", "# dropcheck: ignore", "names no rule", "Name the rules"),
        ("# dropcheck: ignore because", "# dropcheck: ignore because", "names no rule", "Name the rules"),
        ("# dropcheck: file-ignore[]", "# dropcheck: file-ignore[]", "empty brackets", "file-ignore[missing"),
        ("# dropcheck: ignore[DRP101 why", "# dropcheck: ignore[DRP101 why", "no closing bracket", "Name the rules"),
        ("# dropcheck: ignore[DRP199]", "DRP199", "unknown rule `DRP199`", "Did you mean `DRP1"),
        ("# dropcheck: ignore[mising-training-flag]", "mising-training-flag", "unknown", "`missing-training-flag`"),
        ("# dropcheck: ignore[xyz]", "xyz", "unknown rule `xyz`", "dropcheck rule --all"),
        ("# dropcheck: ingore[DRP101]", "# dropcheck: ingore[DRP101]", "unknown word `ingore`", "`ignore`"),
        ("# dropcheck: always_on", "# dropcheck: always_on", "unknown word", "`always-on`"),
        ("# dropcheck: off", "# dropcheck: off", "unknown word `off`", "# dropcheck: ignore["),
        ("# dropcheck:", "# dropcheck:", "says nothing", "# dropcheck: ignore["),
        ("# dropcheck: always-on[DRP101]", "# dropcheck: always-on[DRP101]", "names rules", "always-on (reason)"),
        ("# dropcheck ignore[DRP101]", "# dropcheck ignore[DRP101]", "no colon", "# dropcheck: ignore["),
    ],
)
def test_invalid_comment_is_a_finding(comment: str, underlined: str, what: str, advice: str) -> None:
    text = f"drop(x)  {comment}\n"
    (problem,) = read(text).problems
    assert (problem.code, problem.name) == ("DRP902", "invalid-suppression")
    assert problem.confidence is Confidence.HIGH
    assert text[problem.span.start : problem.span.end] == underlined
    assert what in problem.message
    assert advice in problem.help
    assert problem.fix is not None
    assert problem.fix.edits == ()
    assert state(text) is State.ACTIVE


@pytest.mark.parametrize(
    "comment", ["# a tool called dropcheck", "# dropcheck ignores this", "# undropcheck: x", "# the noqa: E1 comment"]
)
def test_prose_is_no_directive(comment: str) -> None:
    assert read(f"{comment}\n") == Directives((), ())


def test_valid_codes_of_a_partly_wrong_comment_still_work() -> None:
    text = "drop(x)  # dropcheck: ignore[DRP101, nonsense] why\n"
    assert len(read(text).problems) == 1
    assert state(text) is State.SUPPRESSED


@pytest.mark.parametrize("word", ["ignore", "file-ignore"])
def test_invalid_comment_cannot_silence_itself(word: str) -> None:
    text = f"drop(x)  # dropcheck: {word}[DRP902, nonsense]\n"
    (problem,) = judged(text, *read(text).problems).findings
    assert problem.state is State.ACTIVE


@pytest.mark.parametrize(
    "text",
    [
        "drop(x)  # dropcheck: off  # noqa: DRP902\n",
        "drop(x)  # dropcheck: off  # dropcheck: ignore[DRP902]\n",
        "# dropcheck: file-ignore[DRP902] generated\ndrop(x)  # dropcheck: off\n",
    ],
)
def test_another_comment_can_silence_an_invalid_one(text: str) -> None:
    (problem,) = judged(text, *read(text).problems).findings
    assert problem.state is State.SUPPRESSED


def test_unused_directives_are_told() -> None:
    text = "drop(x)  # dropcheck: ignore[DRP101, DRP201] why\ny = 1  # noqa: DRP102\n# dropcheck: file-ignore[DRP101]\n"
    uses = judged(text, finding(text, "drop(x)")).uses
    assert [(use.directive.word, set(use.codes)) for use in uses] == [
        (Word.IGNORE, {"DRP101"}),
        (Word.NOQA, set()),
        (Word.FILE_IGNORE, {"DRP101"}),
    ]
    assert [text[s.span.start : s.span.end] for s in uses[0].directive.selectors] == ["DRP101", "DRP201"]


def test_findings_keep_their_order_and_all_else() -> None:
    text = "a = drop(x)\nb = drop(y)  # dropcheck: ignore[DRP101] why\n"
    before = (finding(text, "b = drop(y)"), finding(text, "a = drop(x)"))
    after = judged(text, *before).findings
    assert after == (replace(before[0], state=State.SUPPRESSED, state_reason="why"), before[1])


def test_rows_ended_by_carriage_returns_count() -> None:
    text = "a = 1\r\n# dropcheck: ignore[DRP101]\r\ndrop(x)\r\n"
    start = text.index("#")
    comment = Comment(Span(start, text.index("]") + 1), "# dropcheck: ignore[DRP101]", True)
    directives = read_directives([comment], "net.py", Vocabulary(codes_for, nearest)).valid
    (only,) = suppress([finding(text, "drop(x)")], directives, text).findings
    assert only.state is State.SUPPRESSED
