"""What linking keeps of what it has worked out changes no answer: neither what was asked before does, nor that it is kept."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.programs import parses, programs
from properties.texts import QUICK

from dropcheck.catalogue import build_catalogue
from dropcheck.engine.modules import DiskFinder
from dropcheck.extract import extract
from dropcheck.extract.modules import module_name
from dropcheck.facts import FileFacts
from dropcheck.link import Project, link, resolve
from dropcheck.link.follow import follow_imports
from dropcheck.link.resolve import Resolver
from dropcheck.worlds import World

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = sorted((FIXTURES / "projects").iterdir())
CATALOGUE = build_catalogue()

#: What is asked, or which attribute in which world; the file; and the name of the function or class there.
Question = tuple[str | tuple[str, World], str, str]


def facts_of(folder: Path) -> list[FileFacts]:
    found = []
    for path in sorted(folder.rglob("*.py")):
        module, is_package = module_name(str(path))
        found.append(extract(path.read_text("utf-8"), str(path), module=module, is_package=is_package, catalogue=CATALOGUE))
    return found


def facts_of_texts(texts: dict[str, str]) -> list[FileFacts]:
    return [
        extract(text, f"{stem}.py", module=stem, is_package=False, catalogue=CATALOGUE) for stem, text in sorted(texts.items())
    ]


def linked(facts: Iterable[FileFacts]) -> Project:
    facts = tuple(facts)
    project = link(facts, CATALOGUE, DiskFinder(file.path for file in facts))
    follow_imports(project)
    return project


class Forgetful(dict[Any, Any]):
    """Remembers only what was put in last, for whoever takes it at once."""

    def __contains__(self, key: object) -> bool:
        return False


class ForgetfulResolver(Resolver):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._known = Forgetful()


def linked_without_memory(facts: Iterable[FileFacts]) -> Project:
    project = linked(facts)
    project._localized, project._assignments, project._attribute_values = Forgetful(), Forgetful(), Forgetful()
    project._enclosing, project.helpers._linkers = Forgetful(), Forgetful()
    calls = project.calls
    calls._callees, calls._targets, calls._parts = Forgetful(), Forgetful(), Forgetful()
    return project


def ask(project: Project, question: Question) -> object:
    kind, path, name = question
    if kind == "sites":
        return [(site.call, site.form, site.p, site.flag, site.verdict, site.reached) for site in project.sites(path)]
    if kind == "names":
        return [project.localize(value, path) for _, value in project.files[path].names]
    if kind == "holes":
        return [hole.key for hole in project.helpers.holes(path, name)]
    if kind == "runs":
        return [(project.calls.never_runs(path, name, world), project.calls.in_doubt(path, name, world)) for world in World]
    owner = next((path, cls) for cls in project.files[path].classes if cls.name == name)
    return project.moduleness(owner) if kind == "class" else project.attribute_values(owner, *kind)


def questions(facts: Iterable[FileFacts]) -> list[Question]:
    """All that can be asked of a project here."""
    found: list[Question] = []
    for file in facts:
        found += [("sites", file.path, ""), ("names", file.path, "")]
        found += [(kind, file.path, function.name) for function in file.functions for kind in ("holes", "runs")]
        found += [("class", file.path, cls.name) for cls in file.classes]
        found += [
            ((name, world), file.path, cls.name)
            for cls in file.classes
            for name in sorted({fact.path[0] for fact in cls.attributes})
            for world in World
        ]
    return found


def check(facts: list[FileFacts], order: random.Random) -> None:
    asked = questions(facts)
    with mock.patch.object(resolve, "Resolver", ForgetfulResolver):
        plain = {question: ask(linked_without_memory(facts), question) for question in asked}
    project = linked(facts)
    for question in order.sample(asked * 2, 2 * len(asked)):
        assert ask(project, question) == plain[question], question


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_projects(case: Path) -> None:
    check(facts_of(case), random.Random(case.name))


CHAIN = """\
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = self.b
        self.b = self.c
        self.c = self.d
        self.d = self.e
        self.e = self.f
        self.f = self.g
        self.g = self.h
        self.h = 0.0

    def forward(self, x):
        return F.dropout(F.dropout(x, self.a), self.d)
"""
TABLES = {
    "a": """\
import torch.nn.functional as F
from b import TABLE as OTHER

TABLE = {"drop": F.dropout, "other": OTHER}
""",
    "b": """\
import torch.nn.functional as F
from a import TABLE as OTHER

TABLE = {"drop": F.alpha_dropout, "other": OTHER}
""",
    "c": """\
from a import TABLE as FIRST
from b import TABLE as SECOND

FIRST_OF = [FIRST]
SECOND_OF = [SECOND]
""",
}


@pytest.mark.parametrize("texts", [{"a": CHAIN}, TABLES], ids=["a long chain of attributes", "tables of each other"])
def test_what_is_cut_short_is_not_kept(texts: dict[str, str]) -> None:
    for seed in range(10):
        check(facts_of_texts(texts), random.Random(seed))


@given(programs(), st.randoms(use_true_random=False))
@QUICK
def test_generated_programs(program: dict[str, str], order: random.Random) -> None:
    texts = {stem: text for stem, text in program.items() if parses(text)}
    check(facts_of_texts(texts), order)
