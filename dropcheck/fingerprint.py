"""What a finding is recognised by when lines move and code is reformatted: the code it is about, without its layout."""

from __future__ import annotations

import re

from dropcheck.model import Finding

# Not Python's own tokenizer, whose tokens differ between the versions of Python that may read the same baseline.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<layout>[\s\\]+)
    |(?P<string>[A-Za-z]{0,2}(?:'''(?:\\.|(?!''').)*'''|\"\"\"(?:\\.|(?!\"\"\").)*\"\"\"|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))
    |(?P<word>\w+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_CALLABLE = re.compile(r"[\w)\]\"]$")
_DIGITS = 16


def fingerprint(finding: Finding, text: str) -> str:
    """A hash of the code that a finding is about.

    Args:
        finding: the finding.
        text: the text of its file.

    Returns:
        Hexadecimal digits. White space, comments, line breaks, trailing commas and the kind of quotes do not change them.
    """
    from hashlib import sha256  # noqa: PLC0415  (few runs need it)

    return sha256(_subject(finding, text).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def normalised(code: str) -> str:
    """Code without its layout.

    Args:
        code: some Python, not necessarily a whole statement.

    Returns:
        Its tokens with a space between them.
    """
    tokens: list[str] = []
    groups: list[bool] = []
    for match in _TOKEN.finditer(code):
        token = _plain(match)
        if token in {"(", "[", "{"}:
            # Formatters add and remove parentheses that only group; those of a call follow what is called.
            groups.append(token == "(" and not (tokens and _CALLABLE.search(tokens[-1])))
            if groups[-1]:
                continue
        elif token in {")", "]", "}"}:
            if tokens and tokens[-1] == ",":
                tokens.pop()
            if groups and groups.pop():
                continue
        if token:
            tokens.append(token)
    return " ".join(tokens)


def _subject(finding: Finding, text: str) -> str:
    """The call; where less than a call is underlined, the statement; where there is no code (a comment), what is written."""
    underlined = text[finding.span.start : finding.span.end]
    code = underlined if "(" in underlined else text[finding.scope.start : finding.scope.end]
    return normalised(code) or underlined.strip()


def _plain(match: re.Match[str]) -> str:
    """A token without what formatters change: layout, the case of numbers and prefixes, the kind of quotes."""
    token = match[0]
    match match.lastgroup:
        case "comment" | "layout":
            return ""
        case "word":
            return token.lower() if token[0].isdigit() else token
        case "string":
            prefix, quote, rest = re.split(r"('''|\"\"\"|'|\")", token, maxsplit=1)
            body = rest.removesuffix(quote).replace("\\'", "'").replace('\\"', '"')
            return f'{prefix.lower()}"{body}"'
    return token
