"""Hold what dropcheck says of the calls of a source against what they do."""

from collections.abc import Iterator
from dataclasses import dataclass

from dropcheck.catalogue import build_catalogue
from dropcheck.extract import extract
from dropcheck.levels import Behaviour
from dropcheck.link import link
from dropcheck.link.behaviour import Verdict
from dropcheck.link.site import Form, Site
from dropcheck.link.sites import sites
from dropcheck.model import LineIndex
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
        sure: whether it also says what happens in training: "follows mode" only promises that evaluation drops nothing.
        true: what it does.
        reached: whether it was ever made.
        text: its source.
    """

    place: Place
    said: Behaviour
    sure: bool
    true: Behaviour
    reached: bool
    text: str

    @property
    def decided(self) -> bool:
        """Whether dropcheck gives a verdict."""
        return self.said in BEHAVIOURS.values()

    @property
    def agrees(self) -> bool:
        """Whether the verdict is true."""
        return self.said is self.true or (not self.sure and self.true is Behaviour.NEVER_ON)


def compare(source: str, measured: Measured) -> Iterator[Compared]:
    """Every call of a source that dropcheck takes for a site, and that is made after construction."""
    catalogue = build_catalogue()
    facts = extract(source, SOURCE_NAME, module="generated", is_package=False, catalogue=catalogue)
    assert facts.syntax_error is None
    index = LineIndex(source)
    for site in sites(link([facts], catalogue), SOURCE_NAME):
        if site.form is Form.CONSTRUCTION:
            continue
        place = end_of(site, index)
        inner = place if site.helper is None else end_of(site.helper.site, index)
        active = tuple((place, inner, training) in measured.active for training in (True, False))
        yield Compared(
            place,
            site.verdict.behaviour,
            site.verdict.behaviour is not Behaviour.FOLLOWS_MODE or decided_in_training(site.verdict),
            BEHAVIOURS[active],
            any((place, inner, training) in measured.reached for training in (True, False)),
            source[site.call.span.start : site.call.span.end],
        )


def end_of(site: Site, index: LineIndex) -> Place:
    """Where the call of a site ends, as the frames of Python count."""
    end = index.position(site.call.span.end)
    return end.row, end.column - 1


def decided_in_training(verdict: Verdict) -> bool:
    """Whether nothing is left open about training."""
    return all(isinstance(answer.train, bool) for answer in (verdict.reached, verdict.flag, verdict.p))
