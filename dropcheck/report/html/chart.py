"""The totals: a sentence, a chart of the two worlds, and the choices of the filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dropcheck.frozen import dataclass
from dropcheck.inventory import Inventory
from dropcheck.levels import Behaviour, State

_WIDTH, _HEIGHT = 1000, 26
_GAP = 1.5  # left and right of each part
_LEAST = 15  # the width of the smallest part: what is rare is what people look for

_WORLDS = MappingProxyType(
    {
        Behaviour.ALWAYS_ON: ("drops", "drops"),
        Behaviour.INVERTED: ("off", "drops"),
        Behaviour.UNDECIDED: ("open", "open"),
        Behaviour.CALLER_DECIDES: ("open", "open"),
        Behaviour.NEVER_ON: ("off", "off"),
        Behaviour.FOLLOWS_MODE: ("drops", "off"),
    }
)
"""What happens in training and in evaluation; in the order of the chart, the worst first."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted.

    Args:
        totals: how many sites show each behaviour.
        meant: how many sites are on in evaluation because their author wants it.
    """

    totals: Mapping[Behaviour, int]
    meant: int

    @staticmethod
    def of(inventory: Inventory) -> Counts:
        """Count the sites of an inventory."""
        meant = sum(
            any(finding.state is State.INTENDED for finding in entry.findings)
            for file in inventory.files
            for entry in file.entries
            if entry.eval == "drops"
        )
        return Counts(inventory.totals, meant)

    @property
    def sites(self) -> int:
        """How many sites there are."""
        return sum(self.totals.values())

    def in_world(self, world: int, what: str) -> int:
        """How many sites do something in training (world 0) or in evaluation (world 1)."""
        return sum(count for behaviour, count in self.totals.items() if _WORLDS[behaviour][world] == what)


def slug(behaviour: Behaviour) -> str:
    """A behaviour as a class of the page's styles."""
    return behaviour.value.replace(" ", "-")


def verdict(counts: Counts) -> str:
    """The answer in one sentence.

    Args:
        counts: the totals.
    """
    on = counts.in_world(1, "drops")
    if not counts.sites:
        return "No dropout found"
    if not on:
        return "No dropout stays on in evaluation"
    verb = "stays" if on == 1 else "stay"
    meant = f", {'all' if counts.meant == on else f'{counts.meant:,}'} of them on purpose" if counts.meant else ""
    return f"{on:,} of {counts.sites:,} dropout sites {verb} on in evaluation{meant}"


def chart(counts: Counts) -> str:
    """Two bars of the same parts, one for each world.

    Args:
        counts: the totals.

    Returns:
        HTML with inline SVG; nothing where there is no site.
    """
    if not counts.sites:
        return ""
    bars = "".join(_bar(counts, world, label) for world, label in enumerate(("In training", "In evaluation")))
    return f'<div class="worlds">{bars}</div>'


def _bar(counts: Counts, world: int, label: str) -> str:
    said = ", ".join(
        f"{number:,} {words}"
        for what, words in (("drops", "drop"), ("off", "off"), ("open", "open"))
        if (number := counts.in_world(world, what))
    )
    parts = "".join(_parts(counts, world))
    return (
        f'<div class="world"><span class="world-name" id="world-{world}">{label}</span>'
        f'<svg role="img" aria-labelledby="world-{world} said-{world}" width="100%" height="{_HEIGHT}"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none">{parts}</svg>'
        f'<span class="world-said" id="said-{world}">{said}</span></div>'
    )


def _parts(counts: Counts, world: int) -> Iterator[str]:
    start = 0.0
    for behaviour, width in _widths(counts.totals):
        yield (
            f'<rect class="bar-part is-{slug(behaviour)} {_WORLDS[behaviour][world]}" x="{start + _GAP:.1f}" y="1"'
            f' width="{width - 2 * _GAP:.1f}" height="{_HEIGHT - 2}" rx="3">'
            f"<title>{counts.totals[behaviour]:,} {behaviour.value}</title></rect>"
        )
        start += width


def _widths(totals: Mapping[Behaviour, int]) -> Iterator[tuple[Behaviour, float]]:
    """How wide each behaviour that occurs is; the rare ones are widened at the cost of the others."""
    shares = {behaviour: _WIDTH * totals[behaviour] / sum(totals.values()) for behaviour in _WORLDS if totals[behaviour]}
    small = {behaviour for behaviour, share in shares.items() if share < _LEAST}
    left = (_WIDTH - _LEAST * len(small)) / (sum(share for behaviour, share in shares.items() if behaviour not in small))
    for behaviour, share in shares.items():
        yield behaviour, _LEAST if behaviour in small else share * left


def choices(counts: Counts) -> str:
    """A check box for each behaviour that occurs, which says how often it does.

    Args:
        counts: the totals.

    Returns:
        HTML.
    """
    return "".join(
        f'<label class="choice is-{slug(behaviour)}"><input type="checkbox" name="behaviour" value="{behaviour.value}">'
        f'<span class="glyph" aria-hidden="true"><i class="{train}"></i><i class="{evaluation}"></i></span>'
        f'<span>{behaviour.value}</span> <span class="count">{counts.totals[behaviour]:,}</span></label>'
        for behaviour, (train, evaluation) in _WORLDS.items()
        if counts.totals[behaviour]
    )
