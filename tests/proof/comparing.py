"""Hold what dropcheck says of the calls of a source against what they do."""

from collections.abc import Iterator
from dataclasses import dataclass

from dropcheck.catalogue import build_catalogue
from dropcheck.extract import extract
from dropcheck.link import link
from dropcheck.link.sites import Form, sites
from dropcheck.model import Behaviour, LineIndex
from proof.measuring import SOURCE_NAME, Measured, Place

BEHAVIOURS = {
    (True, False): Behaviour.FOLLOWS_MODE,
    (True, True): Behaviour.ALWAYS_ON,
    (False, False): Behaviour.NEVER_ON,
    (False, True): Behaviour.INVERTED,
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One call.

    Args:
        place: its end.
        said: what dropcheck says.
        true: what it does.
        reached: whether it was ever made.
        text: its source.
    """

    place: Place
    said: Behaviour
    true: Behaviour
    reached: bool
    text: str

    @property
    def decided(self) -> bool:
        """Whether dropcheck gives a verdict."""
        return self.said in BEHAVIOURS.values()


def compare(source: str, measured: Measured) -> Iterator[Compared]:
    """Every call of a source that dropcheck takes for a site, and that is made after construction."""
    catalogue = build_catalogue()
    facts = extract(source, SOURCE_NAME, module="generated", is_package=False, catalogue=catalogue)
    assert facts.syntax_error is None
    index = LineIndex(source)
    for site in sites(link([facts], catalogue), SOURCE_NAME):
        if site.form is Form.CONSTRUCTION:
            continue
        end = index.position(site.call.span.end)
        place = (end.row, end.column - 1)
        active = ((place, True) in measured.active, (place, False) in measured.active)
        yield Compared(
            place,
            site.verdict.behaviour,
            BEHAVIOURS[active],
            any(reached == place for reached, _ in measured.reached),
            source[site.call.span.start : site.call.span.end],
        )
