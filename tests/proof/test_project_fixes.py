"""The projects of several files under real torch: what is found is true, its fixes mend it, and what is good is good.

Each is imported and its models are run as it is and as ``dropcheck check --fix --unsafe-fixes`` leaves it.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

import dropcheck
from dropcheck import Finding
from dropcheck.__main__ import main
from proof.building import FIXTURES
from proof.projects import Name, Ran, run_project

pytestmark = pytest.mark.proof

CASES = {path.name for path in (FIXTURES / "projects").iterdir()}
#: Why a case cannot be run: what Python says of it.
NOT_IMPORTABLE = {
    "bad_missing_file": "No module named 'pkg.gone'",
    "bad_syntax_error_in_base": "expected ':'",
    "good_inheritance_cycle": "circular import",
    "good_missing_base": "No module named 'pkg.gone'",
    "good_missing_file": "No module named 'pkg.gone'",
    "good_reexport_cycle": "circular import",
    "good_tables_of_each_other": "circular import",
}
#: Good cases that define no model of torch: that is why they are good.
WITHOUT_MODELS = {
    "good_class_of_same_name",
    "good_hole_reached_by_no_module",
    "good_hole_reached_by_tests_only",
    "good_own_package_named_like_torch",
}
#: Told in a function outside any class: the models that reach it prove it, which is all of them.
TOLD_IN_FUNCTION = {
    "bad_chain_of_callers",
    "bad_every_caller_of_helper",
    "bad_hole_reached_elsewhere",
    "bad_hole_reached_through_helper",
}
#: Models that go on dropping when everything is fixed, and why.
STILL_DROPPING = {
    "bad_chain_of_callers": "the function with the call has no module at hand: advice only",
    "bad_default_from_imported_constant": "the rate has no name in the file of the call",
    "bad_handed_on_keywords": "what is handed on by position has no name in the helper: advice only",
    "bad_handwritten_mask_elsewhere": "a mask made by hand: advice only",
    "bad_hole_reached_elsewhere": "the helper has no module at hand: advice only",
    "bad_hole_reached_through_helper": "the helper has no module at hand: advice only",
    "bad_one_caller_marked": "one call is marked as meant",
    "bad_tuple_of_wrapping_modules": "no registered container stands for a tuple: advice only",
}
#: Cases where a mistake without an effect is left, and why.
ADVISED = dict.fromkeys(
    ("bad_mode_read_by_init_of_base", "bad_mode_read_by_method_of_init"),
    "the mode is still read in the constructor, which is advice only",
)
#: Models that drop nothing, although a finding is in their class: a subclass of theirs sets the rate.
SET_BY_SUBCLASS = {
    "bad_rate_set_by_subclass": {("pkg/base.py", "Base")},
    "bad_rate_set_by_subclass_of_subclass": {("pkg/base.py", "Base"), ("pkg/middle.py", "Middle")},
}
RUN = CASES - NOT_IMPORTABLE.keys() - WITHOUT_MODELS
BAD = sorted(case for case in RUN if case.startswith("bad_"))
GOOD = sorted(case for case in CASES if case.startswith("good_"))


@dataclass(frozen=True, slots=True)
class Tried:
    """What the models of a project do, and what is found there, before the fixes and behind them."""

    before: dict[Name, Ran]
    after: dict[Name, Ran]
    findings: tuple[Finding, ...]
    left: tuple[Finding, ...]


@pytest.fixture(scope="module")
def folder(case: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the case, beside another to be fixed."""
    scratch = tmp_path_factory.mktemp(case)
    shutil.copytree(FIXTURES / "projects" / case, scratch / "fixed" / case)
    return shutil.copytree(FIXTURES / "projects" / case, scratch / "found" / case)


@pytest.fixture(scope="module")
def tried(folder: Path) -> Tried:
    fixed = fix(folder, "--min-confidence", "low")
    return Tried(run_project(folder), run_project(fixed), found_in(folder), found_in(fixed))


def every(cases: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", sorted(cases), scope="module")


def fix(folder: Path, *options: str) -> Path:
    """Repair the other copy."""
    fixed = folder.parents[1] / "fixed" / folder.name
    assert main(["check", "--no-cache", "--fix", "--unsafe-fixes", "--exit-zero", *options, str(fixed)]) == 0
    return fixed


def found_in(folder: Path) -> tuple[Finding, ...]:
    return dropcheck.check_paths([folder]).findings


def dropping(models: dict[Name, Ran]) -> set[Name]:
    """The models that drop in evaluation mode."""
    return {name for name, ran in models.items() if ran.evaluation_is_random}


def holders(finding: Finding, models: dict[Name, Ran]) -> set[Name]:
    """The models that a finding is in, or that inherit it."""

    def holds(file: str, cls: str) -> bool:
        return Path(finding.path).as_posix().endswith(f"/{file}") and f"{finding.qualified_name}.".startswith(f"{cls}.")

    return {name for name, ran in models.items() if any(holds(*cls) for cls in ran.classes)}


@every(BAD)
def test_what_is_found_is_true(case: str, tried: Tried):
    if case in TOLD_IN_FUNCTION:
        assert tried.findings
        assert dropping(tried.before) == tried.before.keys()
        return
    told = [holders(finding, tried.before) for finding in tried.findings]
    assert told
    assert set() not in told, "a finding in a class that was not run"
    assert set().union(*told) - SET_BY_SUBCLASS.get(case, set()) <= dropping(tried.before)


@every(BAD)
def test_training_is_the_same_to_the_last_bit(tried: Tried):
    assert tried.before.keys() == tried.after.keys()
    registers = any(finding.code == "DRP107" for finding in tried.findings)
    for name, before in tried.before.items():
        assert tried.after[name].trains_as(before)
        assert registers or tried.after[name].learns_as(before)


@every(BAD)
def test_evaluation_stops_dropping(case: str, tried: Tried):
    assert bool(dropping(tried.after)) == (case in STILL_DROPPING)
    assert bool(tried.left) == (case in STILL_DROPPING.keys() | ADVISED.keys())


@every(RUN.intersection(GOOD))
def test_nothing_drops_in_evaluation(folder: Path):
    """But for what is found with less than high confidence."""
    models = run_project(folder)
    assert models
    told = (holders(finding, models) for finding in found_in(folder))
    assert dropping(models) <= set().union(*told)


@every(GOOD)
def test_good_projects_are_left_alone(folder: Path):
    fixed = fix(folder)
    for file in folder.rglob("*.py"):
        assert (fixed / os.path.relpath(file, folder)).read_bytes() == file.read_bytes()


@every(NOT_IMPORTABLE)
def test_these_cannot_be_imported(case: str, folder: Path):
    with pytest.raises((ImportError, SyntaxError), match=NOT_IMPORTABLE[case]):
        run_project(folder)


@every(WITHOUT_MODELS)
def test_these_have_no_models(folder: Path):
    assert run_project(folder) == {}


def test_tables_name_cases_that_exist():
    known = (NOT_IMPORTABLE, WITHOUT_MODELS, TOLD_IN_FUNCTION, STILL_DROPPING, ADVISED, SET_BY_SUBCLASS)
    assert set().union(*known) <= CASES
