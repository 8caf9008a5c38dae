"""What crosses the border of a process or goes into the cache comes back as it was."""

import json
import pickle
import tempfile
from pathlib import Path

from hypothesis import given

import dropcheck
from dropcheck.catalogue import build_catalogue
from dropcheck.engine.plain import decode, encode
from dropcheck.extract import extract
from dropcheck.facts import FileFacts
from dropcheck.link import link
from properties.programs import parses, programs
from properties.texts import QUICK, grammar, programs_with_dropout

CATALOGUE = build_catalogue()


def facts_of(text: str, module: str = "a") -> FileFacts:
    return extract(text, f"{module}.py", module=module, is_package=False, catalogue=CATALOGUE)


@given(programs_with_dropout | grammar)
@QUICK
def test_facts_survive_the_way_to_another_process(text: str) -> None:
    facts = facts_of(text)
    there = pickle.loads(pickle.dumps(facts))
    assert there == facts
    sites = link([facts], CATALOGUE).sites("a.py")
    assert [site.verdict for site in link([there], CATALOGUE).sites("a.py")] == [site.verdict for site in sites]


@given(programs_with_dropout | grammar)
@QUICK
def test_facts_survive_the_cache(text: str) -> None:
    facts = facts_of(text)
    try:
        kept = json.dumps(encode(facts))
    except TypeError:  # a constant that JSON does not have: such facts are not kept
        return
    assert decode(json.loads(kept)) == facts


@given(programs_with_dropout)
@QUICK
def test_the_same_text_gives_the_same_facts(text: str) -> None:
    assert facts_of(text) == facts_of(text)


@given(programs())
@QUICK
def test_reports_survive_the_cache(program: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for stem, text in program.items():
            if parses(text):
                Path(name, f"{stem}.py").write_bytes(text.encode())
        report = dropcheck.check_paths([name])
    for finding in report.findings:
        assert decode(json.loads(json.dumps(encode(finding)))) == finding
