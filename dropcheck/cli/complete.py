"""What the shell offers for a value that is half typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dropcheck.config.options import FILE_OPTIONS
from dropcheck.config.outputs import FORMATS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_selectors(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer rules: codes, or names where a small letter was typed, each with what the rule finds.

    Args:
        incomplete: what was typed; what stands before its last comma is kept.
    """
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (only a shell needs these)

    from dropcheck.rules import ALL_RULES  # noqa: PLC0415

    done, comma, start = incomplete.rpartition(",")
    before = done + comma
    names = [
        (rule.name if start[:1].islower() and not start.startswith("drp") else rule.code, rule.summary) for rule in ALL_RULES
    ]
    names.append(("ALL", "Every rule"))
    return [CompletionItem(before + name, help=text) for name, text in names if name.lower().startswith(start.lower())]


def complete_formats(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the output formats.

    Args:
        incomplete: what was typed; what stands before its last comma is kept.
    """
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (as above)

    done, comma, start = incomplete.rpartition(",")
    return [CompletionItem(done + comma + name) for name in FORMATS if name.startswith(start)]


def complete_file_options(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the options of a configuration file.

    Args:
        incomplete: what was typed.
    """
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (as above)

    return [CompletionItem(option.name, help=option.doc) for option in FILE_OPTIONS if option.name.startswith(incomplete)]
