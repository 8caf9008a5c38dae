"""What ``dropcheck rule`` shows: the page of a rule, made from the rule's own docstring."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from dropcheck.report.fold import fold_text
from dropcheck.report.links import rule_url

_INDENT = "    "


class RulePage(Protocol):
    """What a page needs to know of a rule."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def summary(self) -> str:
        """What it finds, in one line."""

    @property
    def doc(self) -> str:
        """Its page, in Markdown with headings of the second level."""

    @property
    def default(self) -> bool:
        """Whether it is on unless the user says otherwise."""

    @property
    def fix(self) -> str:
        """What kinds of fix it offers, such as ``safe``."""


def render_text(rules: Sequence[RulePage], width: int | None = None) -> str:
    """The pages for reading in a terminal.

    Args:
        rules: the rules to show, in order.
        width: the columns of the screen, into which paragraphs are filled; None leaves their rows as they were written.
    """
    return fold_text("\n\n".join("\n".join(_text_lines(rule, width)) + "\n" for rule in rules), width)


def render_markdown(rules: Sequence[RulePage]) -> str:
    """The pages as Markdown, one heading of the first level a rule.

    Args:
        rules: the rules to show, in order.
    """
    return "\n".join(f"# {rule.name} ({rule.code})\n\n{rule.summary}\n\n{_facts(rule)}\n\n{_body(rule)}\n" for rule in rules)


def render_json(rules: Sequence[RulePage], *, array: bool) -> str:
    """The pages as JSON.

    Args:
        rules: the rules to show, in order.
        array: write an array; otherwise there is one rule, and it is the object.
    """
    items = [_record(rule) for rule in rules]
    return json.dumps(items if array else items[0], indent=2) + "\n"


def _record(rule: RulePage) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "explanation": _body(rule),
        "fix": rule.fix,
        "default": rule.default,
        "url": rule_url(rule.name),
    }


def _facts(rule: RulePage) -> str:
    return f"Fix: {rule.fix or 'none'}. {'On' if rule.default else 'Off'} by default."


def _body(rule: RulePage) -> str:
    """The page without the line that only repeats the summary."""
    return rule.doc.strip().removeprefix(rule.summary).strip()


def _text_lines(rule: RulePage, width: int | None) -> Iterator[str]:
    title = f"{rule.code} {rule.name}"
    yield from (title, "=" * len(title), "", rule.summary, _facts(rule), "")
    in_code = False
    lines = _body(rule).splitlines()
    for line in lines if width is None else _paragraphs(lines):
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            yield f"{_INDENT}{line}".rstrip()
        elif line.startswith("## "):
            heading = line.removeprefix("## ")
            yield from (heading, "-" * len(heading))
        else:
            yield line
    yield from ("", f"Read on: {rule_url(rule.name)}")


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """The lines with those of each paragraph and of each item of a list joined; code stays as it is."""
    held, in_code = "", False
    for line in lines:
        starts = in_code or not line or line.startswith(("```", "## ", "- "))
        if starts:
            if held:
                yield held
            held = ""
        in_code ^= line.startswith("```")
        if starts and not line.startswith("- "):
            yield line
        else:
            held = f"{held} {line.strip()}".strip()
    if held:
        yield held
