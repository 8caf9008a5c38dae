"""What holds for every rule."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dropcheck import Confidence, Finding, Settings, State, check_source
from dropcheck.rules import ALL_RULES, LISTED
from dropcheck.rules.rule import Rule

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
HEADINGS = [
    "What it finds",
    "Why it matters",
    "Bad",
    "Good",
    "Fix and its safety",
    "When to ignore",
    "Options",
    "Links",
]
FIX_WORDS = {"safe", "unsafe", "advice", "none"}

every_rule = pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.code)


def sections(rule: Rule) -> dict[str, str]:
    parts = re.split(r"^## (.+)\n", rule.doc, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def snippet(rule: Rule, heading: str) -> str:
    (code,) = re.findall(r"^```python\n(.*?)^```$", sections(rule)[heading], flags=re.MULTILINE | re.DOTALL)
    return code


def findings(rule: Rule, text: str) -> list[Finding]:
    """What is found by the default rules and this one at any confidence, and not suppressed."""
    settings = replace(Settings(), extend_select=(rule.code,), min_confidence=Confidence.LOW)
    return [finding for finding in check_source(text, "model.py", settings=settings) if finding.state is State.ACTIVE]


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in ALL_RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in ALL_RULES}) == len(ALL_RULES)


def test_every_module_of_a_rule_is_listed() -> None:
    modules = {
        name
        for name, module in sys.modules.items()
        if name.startswith("dropcheck.rules.") and isinstance(getattr(module, "RULE", None), Rule)
    }
    folder = Path(sys.modules["dropcheck.rules"].__path__[0])
    written = {f"dropcheck.rules.{path.stem}" for path in folder.glob("*.py") if "RULE = Rule(" in path.read_text("utf-8")}
    assert modules == written
    assert {sys.modules[name].RULE.code for name in modules} == {rule.code for rule in ALL_RULES}


@every_rule
def test_code_and_name_have_their_form(rule: Rule) -> None:
    assert re.fullmatch(r"DRP[1239]\d\d", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)


@every_rule
def test_module_is_named_as_the_rule(rule: Rule) -> None:
    module = sys.modules[f"dropcheck.rules.{rule.name.replace('-', '_')}"]
    assert module.RULE is rule
    assert rule.doc is module.__doc__


@every_rule
def test_summary_is_one_sentence_on_one_line(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z].*[^.]\.", rule.summary)
    assert len(rule.summary) <= 80
    assert rule.doc.strip().split("\n")[1] == ""


@every_rule
def test_headings_are_complete_and_in_order(rule: Rule) -> None:
    assert list(sections(rule)) == HEADINGS
    assert all(text.strip() for text in sections(rule).values())


@every_rule
def test_links_are_links(rule: Rule) -> None:
    for line in sections(rule)["Links"].strip().split("\n"):
        assert re.fullmatch(r"- https://\S+", line)


@every_rule
def test_bad_example_yields_the_rule(rule: Rule) -> None:
    assert rule.code in {finding.code for finding in findings(rule, snippet(rule, "Bad"))}


@every_rule
def test_good_example_yields_nothing(rule: Rule) -> None:
    assert findings(rule, snippet(rule, "Good")) == []


@every_rule
def test_findings_explain_themselves(rule: Rule) -> None:
    finding = next(finding for finding in findings(rule, snippet(rule, "Bad")) if finding.code == rule.code)
    assert finding.name == rule.name
    for sentence in (finding.message, finding.help):
        assert sentence
        assert "\n" not in sentence
    assert not finding.message.endswith(".")
    assert finding.help.endswith((".", "?"))


@every_rule
def test_fix_words_are_known_and_kept(rule: Rule) -> None:
    words = set(rule.fix.split(", "))
    assert words <= FIX_WORDS
    made = {
        {"display": "advice"}.get(finding.fix.applicability.value, finding.fix.applicability.value) if finding.fix else "none"
        for path in (FIXTURES / rule.code).glob("*.py")
        for finding in findings(rule, path.read_text("utf-8"))
        if finding.code == rule.code
    }
    assert made == words


@every_rule
def test_every_rule_has_more_good_fixtures_than_bad_ones(rule: Rule) -> None:
    bad = [path for path in (FIXTURES / rule.code).glob("bad_*.py") if path.name.count(".") == 1]
    good = list((FIXTURES / rule.code).glob("good_*.py"))
    assert bad
    assert len(good) > len(bad)


@every_rule
def test_every_bad_fixture_is_about_its_rule(rule: Rule) -> None:
    for path in (FIXTURES / rule.code).glob("bad_*.py"):
        if path.name.count(".") == 1:
            assert f"expect: {rule.code}" in path.read_text("utf-8") or f", {rule.code}" in path.read_text("utf-8")


def test_every_folder_of_fixtures_belongs_to_a_rule() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == {rule.code for rule in ALL_RULES}


def test_the_list_says_what_the_rules_say() -> None:
    assert [(one.code, one.name, one.default) for one in LISTED] == [(rule.code, rule.name, rule.default) for rule in ALL_RULES]
