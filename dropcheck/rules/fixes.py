"""Edits that several rules make, and the words for why one cannot be made."""

from __future__ import annotations

from dropcheck.facts import Argument
from dropcheck.levels import Applicability
from dropcheck.link.sites import Site
from dropcheck.model import Edit, Fix, Span


def advice(message: str, reason: str = "") -> Fix:
    """Advice: what to do, and why the tool does not do it."""
    return Fix(Applicability.DISPLAY, message, (), reason)


def spelt_mode(site: Site) -> str:
    """The mode as it is spelt at a site, for help texts; ``self.training`` where none is at hand."""
    return site.mode.text or "self.training"


def with_mode(site: Site, message: str, edits: tuple[Edit, ...], unsafe: str = "") -> Fix:
    """A fix that reads the mode: safe where the mode is surely at hand.

    Args:
        site: the site.
        message: what the fix does.
        edits: its edits; none for advice.
        unsafe: why it is unsafe in any case.

    Returns:
        The fix, or advice where no mode is at hand or there are no edits.
    """
    if not site.mode.text:
        return advice(message, "No module is at hand here whose mode could be read.")
    if site.at_construction:
        return advice(message, "The call runs while the object is made, when the mode is always training.")
    if not edits:
        return advice(message, "The call has no plain place for it.")
    doubt = unsafe or ("" if site.mode.sure else site.mode.doubt)
    return Fix(Applicability.UNSAFE if doubt else Applicability.SAFE, message, edits, doubt)


def add_argument(site: Site, text: str) -> tuple[Edit, ...]:
    """Edits that pass one more keyword argument; none where there is no room."""
    place = site.call.insertion
    if place is None:
        return ()
    return (Edit(Span(place.at, place.at), f"{place.before}{text}{place.after}"),)


def replace_value(argument: Argument | None, text: str) -> tuple[Edit, ...]:
    """Edits that pass another value; none where the argument is not written at the call."""
    if argument is None or argument.star:
        return ()
    return (Edit(argument.span, text),)


def gate_value(argument: Argument | None, mode: str) -> tuple[Edit, ...]:
    """Edits that make a rate zero in evaluation; none where the argument is not written at the call."""
    if argument is None or argument.star:
        return ()
    start, end = argument.span.start, argument.span.end
    if argument.loose:
        return (Edit(Span(start, start), "("), Edit(Span(end, end), f") if {mode} else 0.0"))
    return (Edit(Span(end, end), f" if {mode} else 0.0"),)
