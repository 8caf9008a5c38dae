"""The file does not parse.

## What it finds

A file that is not Python 3, or has a syntax error.

## Why it matters

Nothing in the file can be checked.

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

from dropcheck.facts import FileFacts
from dropcheck.rules.rule import Draft, Rule


def check(file: FileFacts) -> Iterator[Draft]:
    """Report the place where parsing stopped."""
    error = file.syntax_error
    if error is not None:
        yield Draft(
            message=f"The file does not parse: {error.message}",
            help="Mend the syntax; files that are not Python 3 can be excluded.",
            span=error.span,
            scope=error.span,
        )


RULE = Rule("DRP900", "syntax-error", __doc__, "none", check_file=check)
