"""Judging: every rule on every site, class and file, and how sure each finding can be where it is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from dropcheck.config.settings import Settings
from dropcheck.facts import ClassFacts, FunctionFacts, as_written
from dropcheck.levels import Confidence
from dropcheck.link.linked import LinkedProject
from dropcheck.link.project import Moduleness
from dropcheck.link.sites import Form, Site, in_tests, sites
from dropcheck.link.words import intent, scope_intent
from dropcheck.model import Finding, Span
from dropcheck.rules import ALL_RULES
from dropcheck.rules.rule import ClassView, Draft, Rule


def judge(project: LinkedProject, path: str, settings: Settings, *, at_calls: bool = False) -> tuple[Finding, ...]:
    """Judge one file.

    Args:
        project: the linked files.
        path: the file, one of them.
        settings: the configuration of the file; only ``intent_words`` matters here.
        at_calls: report the mistake that all calls of a helper share at each of them, where it is mended.

    Returns:
        Every finding of every rule, whatever its confidence, in order.
    """
    return tuple(sorted(_Judge(project, path, settings, at_calls=at_calls).findings(), key=lambda finding: finding.sort_key))


#: So many of the last parts of a path are looked at for signs of intent: what is above says where a project lies.
_PATH_PARTS = 3


class _Judge:
    def __init__(self, project: LinkedProject, path: str, settings: Settings, *, at_calls: bool) -> None:
        self.project = project
        self.path = path
        self.file = project.files[path]
        self.intent_words = tuple(settings.intent_words)
        self.sites = tuple(sites(project, path) if at_calls else project.shared_sites(path))

    def findings(self) -> Iterator[Finding]:
        for rule in ALL_RULES:
            if rule.check_file is not None:
                for draft in rule.check_file(self.file):
                    yield self._finding(rule, draft, None)
            if rule.check_class is not None:
                for view in self._classes():
                    for draft in rule.check_class(view):
                        yield self._finding(rule, draft, None)
            if rule.check_site is not None:
                for site in self.sites:
                    found = rule.check_site(site)
                    if found is not None:
                        yield self._finding(rule, found, site)

    def _classes(self) -> Iterator[ClassView]:
        for cls in self.file.classes:
            own = tuple(site for site in self.sites if site.owner is cls)
            yield ClassView(self.project, self.file, cls, self.project.moduleness((self.path, cls)), own)

    def _finding(self, rule: Rule, draft: Draft, site: Site | None) -> Finding:
        function = site.call.function if site else draft.function
        enclosing = self.project.enclosing(self.path, function)
        confidence = draft.confidence
        if site is not None:
            confidence = confidence if draft.may_be_meant is False else _least(confidence, self._site_confidence(site))
        elif draft.may_be_meant and (in_tests(self.path) or self._intent(enclosing, (), ())):
            confidence = _least(confidence, Confidence.MEDIUM)
        span = draft.span or (site.call.span if site else Span(0, 0))
        return Finding(
            code=rule.code,
            name=rule.name,
            message=draft.message,
            help=draft.help,
            confidence=confidence,
            path=self.path,
            span=span,
            scope=draft.scope or (site.call.scope if site else span),
            headers=tuple(scope.header for scope in enclosing),
            qualified_name=as_written(function),
            behaviour=draft.behaviour or (site.verdict.behaviour if site else None),
            fix=draft.fix,
            related=draft.related,
        )

    def _site_confidence(self, site: Site) -> Confidence:
        """How sure a finding about a site can be: high only in a Module or reached from one, without signs of intent."""
        if in_tests(self.path):
            return Confidence.MEDIUM
        names = [site.owner.name if site.owner else "", site.helper.name if site.helper else ""]
        names += [argument.text for argument in (site.p.argument, site.flag.argument) if argument is not None]
        comments, enclosing = site.call.comments, site.enclosing
        if site.helper is not None:  # what is said where it drops, or by the name of the switch, is said for every call
            inner = site.helper.site
            names += [site.helper.flag.name, *(item.text for item in (inner.p.argument, inner.flag.argument) if item is not None)]
            comments, enclosing = (*comments, *inner.call.comments), (*enclosing, *inner.enclosing)
        if self._intent(enclosing, names, comments):
            return Confidence.MEDIUM
        if site.form is Form.CONSTRUCTION:  # a wrong rate is wrong wherever the module is made
            return Confidence.HIGH
        in_module = site.moduleness in {Moduleness.YES, Moduleness.LIKELY} and not site.at_construction
        if in_module or (site.owner is None and site.reached):
            return Confidence.HIGH
        return Confidence.MEDIUM

    def _intent(self, enclosing: Sequence[FunctionFacts | ClassFacts], names: Iterable[str], comments: Iterable[str]) -> str:
        """The sign that dropout is meant to stay on in what is around it, by which names and with which comments."""
        places = [*(scope.name for scope in enclosing[:1]), *self.path.replace(os.sep, "/").split("/")[-_PATH_PARTS:]]
        docstrings = [scope.docstring for scope in enclosing]
        named = scope_intent(as_written(scope.name).rpartition(".")[2] for scope in enclosing)
        return named or intent([*places, *names], comments, docstrings, self.intent_words)


def _least(left: Confidence, right: Confidence) -> Confidence:
    return left if left.rank <= right.rank else right
