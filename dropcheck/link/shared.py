"""Helpers that every call leaves on: one mistake, reported once at the helper instead of at each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dropcheck.levels import Behaviour
from dropcheck.link.site import Form, Site
from dropcheck.model import Span

Place = tuple[str, Span]
"""A call, by its file and where it is there."""
_FRESH = frozenset({Form.FRESH_MODULE, Form.FRESH_CONTAINER})
#: Comments with which an author answers for one call, or for the calls of a whole file.
_ANSWERS = ("dropcheck:", "noqa")


def hit_by_all(sites: Iterable[Site]) -> dict[Place, tuple[Site, ...]]:
    """The dropout in helpers that every call leaves on in evaluation.

    A single call stays the place to report: it, not the helper, is where the mode is at hand; unless the helper makes a
    module and calls it, which is a mistake of its own. So do the calls of a helper of which one is gated, or is marked as
    meant: that the others differ is the mistake. So does a call that may lead to one helper or another.

    Args:
        sites: all sites of the project.

    Returns:
        For each such dropout, by its place, the calls that lead to it, in order.
    """
    groups: dict[Place, list[Site]] = {}
    for site in sites:
        if site.helper is not None and site.verdict.behaviour is not Behaviour.CALLER_DECIDES:
            groups.setdefault(place_of(site.helper.site), []).append(site)
    return {place: tuple(group) for place, group in groups.items() if _is_shared(group)}


def with_shared(site: Site, shared: Mapping[Place, tuple[Site, ...]]) -> Site:
    """A site that knows whether its mistake is one of the helper's: at the helper with its calls, at the calls as told there."""
    if site.helper is not None:
        return replace(site, told_at_helper=True) if place_of(site.helper.site) in shared else site
    calls = shared.get(place_of(site))
    return replace(site, hit_by=calls) if calls else site


def place_of(site: Site) -> Place:
    """Where a site is."""
    return site.file.path, site.call.span


def _is_shared(calls: Sequence[Site]) -> bool:
    helpers = {call.helper.name if call.helper is not None and call.helper.alone else "" for call in calls}
    enough = len(calls) > 1 or any(call.helper is not None and call.helper.site.form in _FRESH for call in calls)
    return enough and len(helpers) == 1 and "" not in helpers and all(map(_is_hit, calls))


def _is_hit(site: Site) -> bool:
    if site.verdict.behaviour is not Behaviour.ALWAYS_ON:
        return False
    said = [*site.call.comments, *(comment.text.lower() for comment in site.file.comments if comment.own_line)]
    return not any(answer in comment for comment in said for answer in _ANSWERS)
