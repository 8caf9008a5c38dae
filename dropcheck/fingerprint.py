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
    for match in _TOKEN.finditer(code):
        if match.lastgroup in {"comment", "layout"}:
            continue
        token = _plain_quotes(match[0]) if match.lastgroup == "string" else match[0]
        if token in {")", "]", "}"} and tokens and tokens[-1] == ",":
            tokens.pop()
        tokens.append(token)
    return " ".join(tokens)


def _subject(finding: Finding, text: str) -> str:
    """The call; where less than a call is underlined, the statement; where there is no code (a comment), what is written."""
    span, scope = finding.span, finding.scope
    underlined = text[span.start : span.end]
    if "(" in underlined:
        return normalised(underlined)
    return normalised(text[scope.start : scope.end]) or underlined.strip()


def _plain_quotes(token: str) -> str:
    """A string literal without what a formatter changes: the case of its prefix and its kind of quotes."""
    prefix, quote, rest = re.split(r"('''|\"\"\"|'|\")", token, maxsplit=1)
    body = rest.removesuffix(quote)
    return prefix.lower() + '"' + body.replace("\\'", "'").replace('\\"', '"') + '"'
