"""Model files of public libraries, refactored: they are other files, and the same models."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from proof.building import Built, is_random
from proof.refactor.comparing import assert_called, assert_same_model, gained
from proof.refactor.edits import added_modules, assert_only_dropout_changed, functional_calls
from proof.refactor.models import DECLINED, MODELS, Case, Declined
from proof.refactor.packages import DISTRIBUTIONS, PINNED, copy_modules, load, relative, require, root, stand_ins
from proof.refactor.running import dropcheck, refactor

pytestmark = pytest.mark.proof

#: A file that may hold functional dropout that follows the mode of its Module.
MENTION = re.compile(rb"\b(?:F|functional)\.\w*dropout\w*\([^()]*self\.training|torch\.nn\.functional import .*dropout")
#: One in so many of the files of transformers is taken: they are many, and much alike.
STEP = {"transformers": 5}
#: How many files of each package must change. In fairseq2 functional dropout is in one file, whose rate changes with the mode.
AT_LEAST = {"diffusers": 2, "espnet": 7, "fairseq2": 0, "speechbrain": 4, "transformers": 15}


@pytest.fixture(scope="module", autouse=True)
def _ready() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # tiny tensors: threads would only wait for each other
    with stand_ins():
        yield
    torch.set_num_threads(threads)


def modules_with_dropout(package: str) -> tuple[str, ...]:
    """The modules of a package that may hold functional dropout, and those with the base classes of many others."""
    bases = ("transformers.modeling_layers",) if package == "transformers" else ()
    folders = [root(name) for name in (package, *(other for other, owner in DISTRIBUTIONS.items() if owner == package))]
    files = [path for folder in folders for path in sorted(folder.rglob("*.py")) if MENTION.search(path.read_bytes())]
    names = (".".join(path.relative_to(folders[0].parent).with_suffix("").parts) for path in files[:: STEP.get(package, 1)])
    return (*bases, *names)


def copies(modules: tuple[str, ...], folder: Path) -> tuple[Path, Path]:
    """Modules twice: as they are, and refactored."""
    before, after = folder / "before", folder / "after"
    copy_modules(modules, before)
    copy_modules(modules, after)
    refactor(after)
    return before, after


def built(case: Case, folder: Path) -> Built:
    """The model of a case, its weights drawn from seed 0."""
    module = load(case.module, folder)
    torch.manual_seed(0)
    return Built(case.make(module), tuple)


def assert_stable(folder: Path) -> None:
    """Fail if a second run would change a thing, or if `check` has something to say about what a refactor touches."""
    texts = {path: path.read_bytes() for path in folder.rglob("*.py")}
    assert dropcheck("refactor", "--diff", folder).code == 0
    refactor(folder)
    assert {path: path.read_bytes() for path in texts} == texts


@pytest.mark.parametrize("case", MODELS, ids=str)
def test_model_is_the_same(case: Case, tmp_path: Path):
    require(case.package)
    old, new = copies((case.module, *case.bases), tmp_path)
    path = relative(case.module)
    text, refactored = (old / path).read_bytes().decode(), (new / path).read_bytes().decode()
    assert set(case.classes) <= set(added_modules(text, refactored))
    assert [call for name in case.classes for call in functional_calls(refactored, name)] == []
    assert_only_dropout_changed(text, refactored)
    assert_stable(new)
    assert dropcheck("check", new).code == 0
    before, after = built(case, old), built(case, new)
    assert_same_model(before, after)
    added = gained(before.model, after.model)
    assert added
    assert_called(after, added)
    assert is_random(before) is case.always_on
    assert not is_random(after)


@pytest.mark.parametrize("package", sorted(PINNED))
def test_every_file_with_functional_dropout_compiles(package: str, tmp_path: Path):
    """Most of these need more than a small configuration to be built, and fairseq2 its compiled half: they are only compiled."""
    require(package)
    before, after = copies(modules_with_dropout(package), tmp_path)
    paths = [path.relative_to(after) for path in after.rglob("*.py")]
    changed = [path for path in paths if (before / path).read_bytes() != (after / path).read_bytes()]
    assert len(changed) >= AT_LEAST[package]
    for path in changed:
        text = (after / path).read_bytes().decode()
        compile(text, str(path), "exec")
        assert_only_dropout_changed((before / path).read_bytes().decode(), text)
    assert_stable(after)


@pytest.mark.parametrize("case", DECLINED, ids=str)
def test_declined_class_stays_as_it_is(case: Declined, tmp_path: Path):
    require(case.module.partition(".")[0])
    copy_modules([case.module, *case.bases], tmp_path)
    path = tmp_path / relative(case.module)
    before = functional_calls(path.read_bytes().decode(), case.name)
    assert before
    files = json.loads(refactor(tmp_path, "--output-format", "json").out)["files"]
    reasons = [item["reason"] for file in files for item in file["declined"] if item["class"] == case.name]
    assert len(reasons) == len(before)
    assert all(case.reason in reason for reason in reasons)
    assert functional_calls(path.read_bytes().decode(), case.name) == before
