"""The file does not parse.

## What it finds

A file, or a cell of a notebook, that is not Python 3 or has a syntax error. IPython's own syntax in a notebook (magics, shell
commands, help) is none.

## Why it matters

Nothing in the file can be checked; of a notebook, the other cells are.

## Bad

```python
def forward(self, x:
    return x
```

## Good

```python
def forward(self, x):
    return x
```

## Fix and its safety

None.

## When to ignore

For files that are not meant to parse, such as templates: name them under `exclude`.

## Options

`exclude`, `extend-exclude`.

## Links

- https://docs.python.org/3/reference/grammar.html
"""

from __future__ import annotations

from collections.abc import Iterator

from dropcheck.facts import FileFacts, SyntaxErrorFact
from dropcheck.rules.rule import Draft, Rule


def check(file: FileFacts) -> Iterator[Draft]:
    """Report the place where parsing stopped; in a notebook, in each cell."""
    if file.syntax_error is not None:
        yield _draft("file", file.syntax_error)
    for error in file.broken_cells:
        yield _draft("cell", error)


def _draft(what: str, error: SyntaxErrorFact) -> Draft:
    return Draft(
        message=f"The {what} does not parse: {error.message}",
        help="Mend the syntax; files that are not Python 3 can be excluded.",
        span=error.span,
        scope=error.span,
    )


RULE = Rule("DRP900", "syntax-error", __doc__, "none", check_file=check)
