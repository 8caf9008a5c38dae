"""Modules written by hypothesis, refactored: they are other text, and the same models.

``DROPCHECK_EXAMPLES=5000 python -m pytest tests/proof/refactor/test_generated_modules.py`` tries more of them.
"""

import ast
import os
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from proof.building import build, is_random
from proof.refactor.comparing import assert_called, assert_same_model, gained
from proof.refactor.edits import assert_only_dropout_changed, is_functional
from proof.refactor.modules import Site
from proof.refactor.rates import Expect
from proof.refactor.running import Run, dropcheck, refactor
from proof.refactor.sources import Source, sources

pytestmark = [pytest.mark.proof, pytest.mark.filterwarnings("ignore")]

ONE_EACH = "--one-module-per-call"
in_full = settings(
    max_examples=int(os.environ.get("DROPCHECK_EXAMPLES", "80")),
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)


def refactored(text: str, *options: str) -> tuple[str, str, Run]:
    """What a refactor makes of a text, what it says of it, and what `check` says after that.

    Fails unless it does what it announces and a second run changes nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.py")
        path.write_bytes(text.encode())
        announced = dropcheck("refactor", "--diff", *options, path)
        assert path.read_bytes().decode() == text
        said = refactor(path, *options).out
        result = path.read_bytes().decode()
        assert announced.code == int(result != text), announced
        refactor(path, *options)
        assert path.read_bytes().decode() == result
        return result, said, dropcheck("check", "--no-cache", path)


def still_calls(text: str) -> set[int]:
    """The numbers of the sites that are calls of functional forms."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and is_functional(node)]
    inputs = [(call.args or [keyword.value for keyword in call.keywords if keyword.arg == "input"])[0] for call in calls]
    return {int(number) for given in inputs for number in re.findall(r"\bat\((\d+), ", ast.unparse(given))}


def assert_as_expected(found: tuple[Site, ...], text: str, said: str) -> set[int]:
    """Fail unless each site became what it must; gives those that are modules now."""
    calls = still_calls(text)
    assert {site.number for site in found if site.expect is Expect.CALL} <= calls, said
    assert calls.isdisjoint(site.number for site in found if site.expect is Expect.MODULE), said
    return {site.number for site in found} - calls


def assert_newlines(text: str, newline: str) -> None:
    """Fail unless all lines end alike."""
    assert set(re.findall(r"\r?\n", text)) <= {newline}


def shared(found: tuple[Site, ...], modules: set[int], one_each: bool) -> range:
    """How many modules there may be: those of one kind share one if their rates are the same, written alike or not."""
    if one_each:
        return range(len(modules), len(modules) + 1)
    kinds = {(site.kind, site.inplace) for site in found if site.number in modules}
    rates = {site.module for site in found if site.number in modules}
    return range(len(kinds), len(rates) + 1)


@pytest.mark.parametrize("one_each", [False, True])
@in_full
@given(source=sources())
def test_generated_module_is_the_same(source: Source, one_each: bool):
    note(source.text)
    text, said, checked = refactored(source.text, *([ONE_EACH] if one_each else []))
    modules = assert_as_expected(source.sites, text, said)
    assert (text != source.text) == bool(modules)
    assert_only_dropout_changed(source.text, text)
    assert_newlines(text, source.newline)
    before, after = build(source.text, "before"), build(text, "after")
    assert_same_model(before, after)
    stuck = {site.number for site in source.sites if site.stuck}
    assert is_random(before) == bool(stuck)
    assert is_random(after) == bool(stuck - modules)
    assert checked.code == 0 or stuck - modules, checked
    added = gained(before.model, after.model)
    assert len(added) in shared(source.sites, modules, one_each)
    assert_called(after, added)
