"""What must hold for what is printed: each checker reads a format as its reader does, and fails where it was tricked."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import xmlschema
from markdown_it import MarkdownIt

SCHEMAS = Path(__file__).parent.parent / "schemas"
#: What dropcheck itself sends to a terminal: sixteen colours, and links to its own pages.
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;(?:https://dropcheck\.readthedocs\.io/rules/[a-z-]+/)?\x1b\\")
_HARMFUL = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_COMMAND = re.compile(r"##\w*\[")
_GITHUB = re.compile(
    r"::(?:error|warning|notice) title=dropcheck(?: \(DRP\d{3}\))?,file=[^,:]*(?:,(?:line|col|endLine|endColumn)=\d+)*::"
)
_AZURE = re.compile(
    r"##vso\[task\.logissue type=(?:error|warning);sourcepath=[^;\]]*;(?:(?:linenumber|columnnumber)=\d+;)*(?:code=DRP\d{3};)?\]"
)


def text(data: bytes) -> str:
    """Lines that no terminal, no reader of logs and no CI service takes for more than text."""
    shown = data.decode("utf-8")
    for line in shown.split("\n"):
        for char in line:
            assert unicodedata.category(char) not in _HARMFUL, f"{char!r} in {line!r}"
        # As the runner of GitHub reads it: without the white space before it.
        assert not line.lstrip().startswith("::"), line
        assert not _COMMAND.search(line), line
    return shown


def coloured(data: bytes) -> None:
    """The same for a terminal that gets colours and links."""
    shown = data.decode("utf-8")
    assert OWN_SEQUENCES.search(shown), "there is colour in it"
    text(OWN_SEQUENCES.sub("", shown).encode())


def github(data: bytes) -> None:
    """Annotations of ours, and nothing else."""
    for line in data.decode("utf-8").removesuffix("\n").split("\n"):
        match = _GITHUB.match(line)
        assert match is not None, line
        text(line[match.end() :].encode())
        assert not _COMMAND.search(line), line


def azure(data: bytes) -> None:
    """Issues of ours, and nothing else."""
    for line in data.decode("utf-8").removesuffix("\n").split("\n"):
        match = _AZURE.match(line)
        assert match is not None, line
        text(line[match.end() :].encode())
        text(match[0][2:].encode())


def json_text(data: bytes) -> object:
    """One document of known keys, safe as text, whose every string can be encoded."""
    document = json.loads(text(data))
    json.dumps(document, ensure_ascii=False).encode("utf-8")
    assert "evil" not in set(_keys(document))
    return document


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(item)


def json_lines(data: bytes) -> None:
    """A document on each line."""
    for line in data.splitlines():
        json_text(line)


def sarif(data: bytes) -> None:
    """A document that follows its schema, with no link in a message."""
    document = json_text(data)
    jsonschema.validate(document, _schema("sarif-2.1.0.json"))
    for message in _messages(document):
        assert not re.search(r"(?<!\\)\[[^\[\]]*\]\(", message), message


def _messages(value: object) -> Iterator[str]:
    if isinstance(value, dict) and isinstance(value.get("message"), dict):
        yield value["message"]["text"]
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _messages(item)


def gitlab(data: bytes) -> None:
    """A document that follows its schema."""
    jsonschema.validate(json_text(data), _schema("gitlab-code-quality.json"))


def rdjson(data: bytes) -> None:
    """A document that follows its schema."""
    jsonschema.validate(json_text(data), _schema("rdjson.json"))


@cache
def _schema(name: str) -> dict[str, object]:
    schema: dict[str, object] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return schema


def junit(data: bytes) -> None:
    """A document that follows its schema, so that it has no element of a stranger's."""
    shown = text(data)
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(shown)
    assert {element.tag for element in ElementTree.fromstring(shown).iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
    }


#: What may be in a document besides text: headings, tables, and code in a line.
_TOKENS = frozenset(
    f"{name}{end}"
    for name in ("heading", "paragraph", "table", "thead", "tbody", "tr", "th", "td")
    for end in ("_open", "_close")
) | {"inline", "text", "softbreak", "text_special", "code_inline"}


def markdown(data: bytes) -> None:
    """Text in headings and tables; no link, no picture, no HTML but the empty comment, nobody who is told."""
    shown = text(data)
    rendered = shown.replace("<!-- -->", "")
    for token in MarkdownIt("commonmark").enable("table").parse(rendered):
        for each in (token, *(token.children or ())):
            assert each.type in _TOKENS, (each.type, each.content)
    # What GitHub makes links and mentions of without any markup.
    assert "://" not in rendered
    assert "www." not in rendered.lower()
    assert "@" not in rendered
    # What is looked for only when the Markdown has become HTML.
    assert not re.search(r"&#(?:64|35);(?!<!-- -->)", shown)


class _Page(HTMLParser):
    holds_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "img", tag
        self.holds_data = tag == "script" and ("type", "application/json") in attrs
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert "evil.example" not in (value or "") or name not in ("href", "src"), (tag, name, value)

    def handle_data(self, data: str) -> None:
        if self.holds_data and self.cdata_elem:
            json.loads(data)  # all of it: a script ends at the first thing that looks like its end
        else:
            assert self.cdata_elem is None or "evil" not in data, "in a script"


def html(data: bytes) -> None:
    """A page whose elements, attributes and scripts are all its own."""
    page = _Page()
    page.feed(data.decode("utf-8"))
    page.close()


CHECKERS = {
    "full": text,
    "concise": text,
    "grouped": text,
    "pylint": text,
    "text": text,
    "github": github,
    "azure": azure,
    "json": json_text,
    "json-lines": json_lines,
    "gitlab": gitlab,
    "sarif": sarif,
    "junit": junit,
    "rdjson": rdjson,
    "markdown": markdown,
    "html": html,
}
"""By the name of a format."""
