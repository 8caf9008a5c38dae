import json
from dataclasses import dataclass

from snapshots_helper import assert_snapshot

from dropcheck.report import rules_page


@dataclass(frozen=True)
class _Rule:
    code: str
    name: str
    summary: str
    doc: str
    default: bool = True
    fix: str = "safe"


RULE = _Rule(
    "DRP101",
    "missing-training-flag",
    "Functional dropout without its flag.",
    """Functional dropout without its flag.

## What it finds
Calls of `F.dropout` without `training`.

## Bad
```python
def forward(self, x):
    # ## not a heading

    return F.dropout(x)
```

## Fix and its safety
Safe.
""",
)
OTHER = _Rule("DRP202", "invalid-dropout-probability", "A p out of range.", "## What it finds\nIt.", False, "")


def test_snapshot_text() -> None:
    assert_snapshot("rules.txt", rules_page.render_text((RULE, OTHER)))


def test_snapshot_markdown() -> None:
    assert_snapshot("rules.md", rules_page.render_markdown((RULE, OTHER)))


def test_json_of_one_is_an_object() -> None:
    assert json.loads(rules_page.render_json((OTHER,), array=False)) == {
        "code": "DRP202",
        "name": "invalid-dropout-probability",
        "summary": "A p out of range.",
        "explanation": "## What it finds\nIt.",
        "fix": "",
        "default": False,
        "url": "https://dropcheck.readthedocs.io/rules/invalid-dropout-probability/",
    }


def test_json_of_all_is_an_array() -> None:
    assert [item["code"] for item in json.loads(rules_page.render_json((RULE, OTHER), array=True))] == [
        "DRP101",
        "DRP202",
    ]


def test_the_summary_stands_once() -> None:
    assert rules_page.render_markdown((RULE,)).count(RULE.summary) == 1
    assert rules_page.render_text((RULE,)).count(RULE.summary) == 1
