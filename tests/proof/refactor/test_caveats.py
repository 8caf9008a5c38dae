"""What the page of DRP301 warns of is true, and what it promises of saved weights too."""

import importlib
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

from proof.refactor.running import dropcheck, refactor

pytestmark = pytest.mark.proof

SOURCE = """\
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.linear = nn.Linear(8, 8)

    def forward(self, x):
        return F.dropout(self.linear(x), self.p, self.training)
"""
#: Not in the file that is refactored: nobody can see that it leaves out what ``Block`` sets.
HEIR = """\
from torch import nn

from caveat_model import Block


class Heir(Block):
    def __init__(self):
        nn.Module.__init__(self)
        self.p = 0.5
        self.linear = nn.Linear(8, 8)
"""
INPUT = torch.ones(2, 8)


class Files:
    """Two modules that Python can import, and can import again once they have changed."""

    def __init__(self, folder: Path) -> None:
        self.model, self.heir = folder / "caveat_model.py", folder / "caveat_heir.py"
        self.model.write_text(SOURCE, encoding="utf-8")
        self.heir.write_text(HEIR, encoding="utf-8")

    def load(self) -> tuple[ModuleType, ModuleType]:
        """Both, as their files are now."""
        forget()
        importlib.invalidate_caches()
        return importlib.import_module("caveat_model"), importlib.import_module("caveat_heir")

    def load_refactored(self) -> tuple[ModuleType, ModuleType]:
        """Both, the model refactored."""
        refactor(self.model)
        assert self.model.read_text(encoding="utf-8") != SOURCE
        return self.load()


def forget() -> None:
    for name in ("caveat_model", "caveat_heir"):
        sys.modules.pop(name, None)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Files(tmp_path)
    forget()


def names(model: nn.Module) -> list[str]:
    return [name for name, _ in model.named_modules()]


def test_a_model_pickled_as_a_whole_lacks_the_new_module(files: Files):
    old = files.load()[0].Block().eval()
    pickled = pickle.dumps(old)
    expected = old(INPUT)
    files.load_refactored()
    loaded = pickle.loads(pickled)
    with pytest.raises(AttributeError, match="'Block' object has no attribute 'dropout'"):
        loaded(INPUT)
    loaded.dropout = nn.Dropout(loaded.p)
    assert torch.equal(loaded.eval()(INPUT), expected)


def test_a_subclass_that_skips_the_constructor_lacks_the_new_module(files: Files):
    files.load()[1].Heir()(INPUT)
    heir = files.load_refactored()[1].Heir()
    with pytest.raises(AttributeError, match="'Heir' object has no attribute 'dropout'"):
        heir(INPUT)


def test_named_modules_change(files: Files):
    old, new = names(files.load()[0].Block()), names(files.load_refactored()[0].Block())
    assert old == ["", "linear"]
    assert sorted(new) == ["", "dropout", "linear"]


def differs(model: nn.Module) -> bool:
    """Whether a model gives something else at some later call, in the mode that it is in."""
    return any(not torch.equal(model(INPUT), model(INPUT)) for _ in range(12))


def test_code_that_reaches_for_every_dropout_reaches_the_new_ones(files: Files):
    for model, reached in ((files.load()[0].Block(), False), (files.load_refactored()[0].Block(), True)):
        for module in model.eval().modules():
            if isinstance(module, nn.Dropout):
                module.train()
        assert differs(model) is reached


def test_a_mode_that_is_set_by_hand_does_not_reach_the_new_module(files: Files):
    for model, stays_on in ((files.load()[0].Block(), False), (files.load_refactored()[0].Block(), True)):
        model.training = False
        assert differs(model) is stays_on


@pytest.mark.parametrize("ways", [reversed, list], ids=["old weights, new code", "new weights, old code"])
def test_saved_weights_fit_both_ways(files: Files, ways: Callable[[list[nn.Module]], object]):
    old = files.load()[0].Block()
    new = files.load_refactored()[0].Block()
    assert list(old.state_dict()) == list(new.state_dict()) == ["linear.weight", "linear.bias"]
    target, source = ways([old, new])
    target.load_state_dict(source.state_dict(), strict=True)
    assert torch.equal(old.eval()(INPUT), new.eval()(INPUT))


def test_the_page_warns_of_each():
    page = dropcheck("rule", "DRP301").out
    for word in ("pickle", "named_modules", "__init__", "state_dict", "Monte-Carlo", "model.training"):
        assert word in page
