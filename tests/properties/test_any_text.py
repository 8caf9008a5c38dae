"""Whatever the text, checking it ends with findings, and with none about dropout where there is none."""

from hypothesis import given

import dropcheck
from properties.programs import parses
from properties.texts import HEAD, QUICK, SLOW, grammar, nodes, programs_with_dropout, soup

HOLE = "\n\nclass Hole(nn.Module):\n    def forward(self, x):\n        return F.dropout(x, 0.5)\n"


def codes(text: str) -> set[str]:
    return {finding.code for finding in dropcheck.check_source(text)}


@given(soup)
@QUICK
def test_checking_never_raises(text: str) -> None:
    for finding in dropcheck.check_source(text):
        assert 0 <= finding.span.start <= finding.span.end <= len(text)


@given(soup)
@QUICK
def test_fixing_never_raises(text: str) -> None:
    dropcheck.fix_source(text, unsafe=True)


@given(programs_with_dropout)
@QUICK
def test_what_python_parses_is_parsed(text: str) -> None:
    assert "DRP900" not in codes(text)


@given(grammar)
@QUICK
def test_all_of_the_grammar_is_parsed_and_has_no_site(text: str) -> None:
    assert codes(text) == set()


@given(nodes)
@SLOW
def test_every_node_is_parsed_and_has_no_site(text: str) -> None:
    assert codes(text) == set()


@given(grammar)
@QUICK
def test_a_hole_is_found_behind_any_code(text: str) -> None:
    names = ("F", "nn", "torch", "Hole", "*")
    whole = f"{HEAD}{text}{HOLE}"
    if parses(whole) and not any(name in text for name in names):
        assert codes(whole) == {"DRP101"}


@given(programs_with_dropout)
@QUICK
def test_calls_of_another_library_are_no_sites(text: str) -> None:
    # What a class does to its own attributes may be wrong in a Module of any library.
    about_attributes = {"DRP110", "DRP112", "DRP113"}
    assert codes(text.replace("torch", "jittor")) <= about_attributes
