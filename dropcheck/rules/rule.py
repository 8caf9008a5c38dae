"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dropcheck.facts import AttributeFact, ClassFacts, FileFacts
from dropcheck.frozen import dataclass
from dropcheck.levels import Behaviour, Confidence
from dropcheck.link.linked import LinkedProject
from dropcheck.link.project import Moduleness, Owner
from dropcheck.link.sites import Site
from dropcheck.model import Fix, Related, Span


@dataclass(frozen=True, slots=True)
class Draft:
    """What a rule has to say about one place; judging adds where it is and how sure it can be there.

    Args:
        message: what happens, one sentence.
        help: what to write instead, one sentence.
        fix: the repair or advice.
        confidence: the most this rule can be sure of here.
        span: what to underline; the whole call for a rule about sites where it is None.
        scope: the statement; the site's own where it is None.
        function: qualified name of what is around it, for a rule that is not about sites.
        behaviour: what the place does, for a rule that is not about sites.
        related: other places that explain it.
        may_be_meant: whether signs of intent lower the confidence; where it is None, they do for a rule about sites.
    """

    message: str
    help: str
    fix: Fix | None = None
    confidence: Confidence = Confidence.HIGH
    span: Span | None = None
    scope: Span | None = None
    function: str = ""
    behaviour: Behaviour | None = None
    related: tuple[Related, ...] = ()
    may_be_meant: bool | None = None


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class as rules see it.

    Args:
        project: the linked files.
        file: the facts of its file.
        facts: the facts of the class.
        moduleness: whether it is a Module.
        sites: the sites in its methods.
    """

    project: LinkedProject
    file: FileFacts
    facts: ClassFacts
    moduleness: Moduleness
    sites: tuple[Site, ...]

    @property
    def owner(self) -> Owner:
        """The class with its file."""
        return self.file.path, self.facts

    def at_construction(self, fact: AttributeFact) -> bool:
        """Whether an assignment is made only while an object is made (the class body counts)."""
        return self.runs_at_construction(fact.function)

    def runs_at_construction(self, name: str) -> bool:
        """Whether a method, by its qualified name, runs only while an object is made (the class body counts)."""
        function = self.project.function(self.file.path, name)
        return function is None or self.project.construction.only_runs(self.file.path, function)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: one pure function from a site, a class or a file to what is wrong with it.

    Args:
        code: three capitals and three digits, stable for ever.
        name: kebab case, reads well after "allow".
        doc: the documentation: the docstring of the rule's module.
        fix: what fixes there can be, such as ``safe, unsafe, advice``; ``none`` where there is none.
        check_site: for rules about sites.
        check_class: for rules about classes.
        check_file: for rules about files.
        default: whether it is on without being selected.
    """

    code: str
    name: str
    doc: str
    fix: str
    check_site: Callable[[Site], Draft | None] | None = None
    check_class: Callable[[ClassView], Iterable[Draft]] | None = None
    check_file: Callable[[FileFacts], Iterable[Draft]] | None = None
    default: bool = True

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.doc.strip().partition("\n")[0]
