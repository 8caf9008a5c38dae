"""Fixes of a text: passes, collisions, verification. A toy judge stands in for the rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcheck.engine.fix import fix_text
from dropcheck.levels import Applicability, Confidence, State
from dropcheck.model import Edit, Finding, Fix, Span
from dropcheck.source.edits import apply_edits

Judge = Callable[[str], tuple[Finding, ...]]


def finding(code: str, span: tuple[int, int], *edits: tuple[int, int, str], name: str = "f") -> Finding:
    fix = Fix(Applicability.SAFE, "mend", tuple(Edit(Span(start, end), content) for start, end, content in edits))
    place = Span(*span)
    return Finding(code, "rule", "message", "", Confidence.HIGH, "a.py", place, place, qualified_name=name, fix=fix)


def always(_: Finding) -> bool:
    return True


def drop_calls(text: str) -> tuple[Finding, ...]:
    """``drop(...)`` without the word "flag" before its closing bracket is DRP101, mended by putting it there."""
    found = []
    for match in re.finditer(r"drop\(", text):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        if not text[: end - 1].endswith("flag"):
            found.append(finding("DRP101", (match.start(), end), (end - 1, end - 1, ", flag")))
    return tuple(found)


def words(table: dict[str, tuple[str, str]]) -> Judge:
    """Each word of the table is a finding of a code, mended by the replacement."""

    def judge(text: str) -> tuple[Finding, ...]:
        return tuple(
            finding(table[match[0]][0], match.span(), (*match.span(), table[match[0]][1]))
            for match in re.finditer(r"\w+", text)
            if match[0] in table
        )

    return judge


def counted(judge: Judge) -> tuple[Judge, list[str]]:
    calls: list[str] = []

    def wrapper(text: str) -> tuple[Finding, ...]:
        calls.append(text)
        return judge(text)

    return wrapper, calls


def test_nested_calls_are_fixed_in_one_pass() -> None:
    judge, calls = counted(drop_calls)
    result = fix_text("drop(drop(drop(x)))\ndrop(y)\n", judge, always)
    assert result.text == "drop(drop(drop(x, flag), flag), flag)\ndrop(y, flag)\n"
    assert len(calls) == 2
    assert len(result.applied) == 4
    assert (result.refused, result.findings) == ((), ())


def test_second_run_changes_nothing() -> None:
    fixed = fix_text("drop(drop(x))", drop_calls, always).text
    assert fix_text(fixed, drop_calls, always).text == fixed


def test_only_wanted_findings_are_fixed() -> None:
    judge = words({"bad": ("DRP101", "good"), "evil": ("DRP102", "good")})
    result = fix_text("bad evil bad", judge, lambda finding: finding.code == "DRP102")
    assert result.text == "bad good bad"
    assert [finding.code for finding in result.findings] == ["DRP101", "DRP101"]


def test_nothing_to_fix_is_judged_once() -> None:
    judge, calls = counted(drop_calls)
    assert fix_text("x = 1\n", judge, always).text == "x = 1\n"
    assert len(calls) == 1


def test_finding_without_edits_is_left_alone() -> None:
    advice = finding("DRP110", (0, 1))
    result = fix_text("x", lambda _: (advice,), always)
    assert (result.text, result.applied, result.refused, result.findings) == ("x", (), (), (advice,))


def test_overlapping_fixes_take_two_passes() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        # "aab": the pair is DRP101, the b behind it DRP102; their fixes both rewrite the middle.
        found = []
        if (at := text.find("aa")) >= 0:
            found.append(finding("DRP101", (at, at + 2), (at, at + 2, "cc")))
        if (at := text.find("b")) >= 0:
            found.append(finding("DRP102", (at, at + 1), (at - 1, at, text[at - 1]), (at, at + 1, "d")))
        return tuple(found)

    watched, calls = counted(judge)
    result = fix_text("aab", watched, always)
    assert result.text == "ccd"
    assert calls == ["aab", "ccb", "ccd"]
    assert [finding.code for finding in result.applied] == ["DRP101", "DRP102"]


def test_insertions_at_one_place_are_not_mixed() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        end = len(text)
        return tuple(
            finding(code, (0, 1), (end, end, mark)) for code, mark in (("DRP101", "a"), ("DRP102", "b")) if mark not in text
        )

    watched, calls = counted(judge)
    assert fix_text("x", watched, always).text == "xab"
    assert calls == ["x", "xa", "xab"]


def test_two_findings_with_one_and_the_same_fix_share_it() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        if text != "drop(x)":
            return ()
        return (finding("DRP101", (0, 7), (6, 6, ", flag")), finding("DRP105", (0, 7), (6, 6, ", flag")))

    result = fix_text("drop(x)", judge, always)
    assert result.text == "drop(x, flag)"
    assert {finding.code for finding in result.applied} == {"DRP101", "DRP105"}


def test_edits_of_a_finding_are_all_or_nothing() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        found = []
        if "one" in text:
            found.append(finding("DRP101", (0, 3), (text.index("one"), text.index("one") + 3, "1")))
        if "two" in text:
            at = text.index("two")
            found.append(finding("DRP102", (at, at + 3), (0, 0, "!"), (at, at + 3, "2")))
        return tuple(found)

    watched, calls = counted(judge)
    assert fix_text("one two", watched, always).text == "!1 2"
    # They collide at the start of the text only, yet neither of them is ever half done.
    assert calls == ["one two", "!one 2", "!1 2"]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"bad": ("DRP101", "broken"), "broken": ("DRP900", "")}, "would not parse"),
        ({"bad": ("DRP101", "bad")}, "DRP101 in f would still be found"),
        ({"bad": ("DRP101", "worse"), "worse": ("DRP203", "")}, "DRP203 in f would be new"),
        ({"bad": ("DRP101", "bad bad")}, "DRP101 in f would still be found"),
    ],
)
def test_fix_that_does_not_hold_is_refused(table: dict[str, tuple[str, str]], reason: str) -> None:
    result = fix_text("x bad y", words(table), always)
    assert result.text == "x bad y"
    assert result.applied == ()
    (refusal,) = result.refused
    assert reason in refusal.reason
    assert refusal.finding in result.findings


def test_fix_that_hides_another_finding_of_its_code_is_refused() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        visible = text.partition("#")[0]
        return tuple(
            finding("DRP101", match.span(), (*match.span(), "good #"), name=f"f{match[0]}")
            for match in re.finditer(r"bad\d", visible)
        )

    result = fix_text("bad1 bad2", judge, lambda finding: finding.qualified_name == "fbad1")
    assert result.text == "bad1 bad2"
    assert "another DRP101 would no longer be found" in result.refused[0].reason


def test_the_fixes_that_hold_are_kept_when_others_do_not() -> None:
    table = {"bad": ("DRP101", "good"), "cursed": ("DRP102", "broken"), "broken": ("DRP900", "")}
    result = fix_text("bad bad cursed bad cursed bad", words(table), always)
    assert result.text == "good good cursed good cursed good"
    assert len(result.applied) == 4
    assert [refusal.finding.code for refusal in result.refused] == ["DRP102", "DRP102"]


def test_refused_fix_does_not_block_the_one_it_collides_with() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        if text == "ab":
            return (finding("DRP101", (0, 2), (0, 2, "??")), finding("DRP102", (1, 2), (1, 2, "c")))
        return (finding("DRP101", (0, 2)),) if text == "ac" else (finding("DRP900", (0, 1)),)

    result = fix_text("ab", judge, always)
    assert result.text == "ac"


def test_refused_fix_gets_another_chance_once_the_text_changed() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        found = []
        if "first" in text:
            at = text.index("first")
            found.append(finding("DRP102", (at, at + 5), (at, at + 5, "1st")))
        if "second" in text:
            found.append(finding("DRP101", (0, 6), (0, 6, "2nd")))
        if "2nd" in text and "first" in text:
            found.append(finding("DRP900", (0, 1)))
        return tuple(found)

    result = fix_text("second first", judge, always)
    assert result.text == "2nd 1st"
    assert result.refused == ()


def test_texts_that_did_not_parse_before_may_stay_so() -> None:
    table = {"bad": ("DRP101", "good"), "broken": ("DRP900", "")}
    result = fix_text("broken bad", words(table), lambda finding: finding.code == "DRP101")
    assert result.text == "broken good"


def test_edits_that_overlap_in_one_fix_never_reach_the_text() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        return (finding("DRP101", (0, 4), (0, 3, "x"), (1, 4, "y")),) if text == "abcd" else ()

    result = fix_text("abcd", judge, always)
    assert result.text == "abcd"
    assert "overlap" in result.refused[0].reason


def test_apply_edits_keeps_everything_else() -> None:
    edits = [Edit(Span(6, 7), "Z"), Edit(Span(0, 0), ">"), Edit(Span(2, 5), ""), Edit(Span(8, 8), "<")]
    assert apply_edits("ab\r\n\tcé\n", edits) == ">abcZ\n<"


@given(st.text(alphabet="abc(), \n\r", max_size=30), st.data())
def test_apply_edits_changes_only_its_spans(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [Span(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    edits = [Edit(span, f"<{number}>") for number, span in enumerate(spans)]
    edited = apply_edits(text, data.draw(st.permutations(edits)) if len(set(spans)) == len(spans) else edits)
    for edit in edits:
        edited = edited.replace(edit.content, text[edit.span.start : edit.span.end], 1)
    assert edited == text


def test_fix_that_would_wake_another_finding_is_refused() -> None:
    def judge(text: str) -> tuple[Finding, ...]:
        other = finding("DRP102", (0, 0))
        state = State.ACTIVE if "good" in text else State.SUPPRESSED
        return (replace(other, state=state), *words({"bad": ("DRP101", "good")})(text))

    result = fix_text("bad", judge, lambda found: found.code == "DRP101")
    assert (result.text, result.applied) == ("bad", ())
    assert [refusal.reason for refusal in result.refused] == ["DRP102 would count where it does not now"]
